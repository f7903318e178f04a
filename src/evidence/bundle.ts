/**
 * An evidence bundle (V10): a question, its answers, their events, and proofs that these were recorded and that
 * none is missing. The file is canonical JSON (RFC 8785).
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { sha256Hex } from '#sha256';
import { Clocks } from '../contract/answers.ts';
import { exact, list, nullable } from '../domain/events/codec.ts';
import { faultsOf } from '../domain/events/fault.ts';
import { Assurance } from '../domain/events/words.ts';
import { canonicalJson, type Json } from './canonical-json.ts';
import { evidenceKinds } from './questions.ts';

/** The version of the rules for deriving answers: other versions may give other answers. */
export const rulesVersion = 'domicile-rules-2';
/** The version of the file format. */
export const bundleForm = 'domicile-evidence-1';

/** The thing that a finding is about, as stated by the maker of the bundle. The finding's id confirms it. */
const SoughtFinding = exact(
  'SoughtFinding',
  {
    backup: nullable(t.string),
    dataset: nullable(t.string),
    event: nullable(t.number),
    kind: nullable(t.keyof({ live: null, backup: null })),
    population: nullable(t.string),
    site: nullable(t.string),
    source: nullable(t.string),
  },
  {},
);

/** The question; the `id` of a person is the pseudonym. */
const AskedOfBundle = exact(
  'Asked',
  {
    about: t.keyof(
      Object.fromEntries(evidenceKinds.map((kind) => [kind, null])) as Record<
        (typeof evidenceKinds)[number],
        null
      >,
    ),
    id: t.string,
    knownPosition: t.string,
    minAssurance: t.keyof(
      Object.fromEntries(Assurance.words.map((word) => [word, null])) as Record<Assurance, null>,
    ),
    trail: t.boolean,
    validAt: t.string,
  },
  { finding: SoughtFinding, from: t.string, to: t.string },
);

/** The entry of an event in the log (V1). */
const Entry = exact(
  'Entry',
  {
    authority: nullable(t.string),
    id: t.string,
    position: t.number,
    recordedat: t.string,
    recordedby: nullable(t.string),
    sha256: t.string,
    source: t.string,
    type: t.string,
    v: t.literal(1),
  },
  {},
);

/** An event: its entry, and its stored bytes as text. */
const EvidenceEvent = exact('EvidenceEvent', { entry: Entry, stored: t.string }, {});
export type EvidenceEvent = t.TypeOf<typeof EvidenceEvent>;

/** A leaf of a stretch's index, with its index. */
const ShownLeaf = exact('ShownLeaf', { index: t.number, text: t.string }, {});
/** The positions of a key that has many: its leaf contains their hash. */
const ShownPositions = exact('ShownPositions', { place: t.number, positions: list(t.number) }, {});

/** A sealed stretch, with the leaves that show the positions of the required keys, or that there are none. */
const ShownStretch = exact(
  'ShownStretch',
  {
    keys: t.number,
    leaves: list(ShownLeaf),
    lists: list(ShownPositions),
    proof: list(t.string),
    root: t.string,
    size: t.number,
    start: t.number,
  },
  {},
);
export type ShownStretch = t.TypeOf<typeof ShownStretch>;

/** Why no event is missing: the bundle has all events, or sealed stretches and the events after the last one. */
const Completeness = t.union([
  exact('Whole', { kind: t.literal('whole') }, {}),
  exact(
    'Sealed',
    { kind: t.literal('sealed'), proof: list(t.string), stretches: list(ShownStretch) },
    { checkpoint: t.string },
  ),
]);
export type Completeness = t.TypeOf<typeof Completeness>;

const EvidenceAnswer = exact('EvidenceAnswer', { question: t.string, clocks: Clocks, data: t.unknown }, {});

/** Everything except the signature. */
const content = {
  answers: list(EvidenceAnswer),
  asked: AskedOfBundle,
  checkpoint: t.string,
  completeness: Completeness,
  events: list(EvidenceEvent),
  form: t.literal(bundleForm),
  /** The hashes that lead from the entries to the root of the checkpoint. */
  inclusion: list(t.string),
  rules: t.string,
  verifierKeys: list(t.string),
};
const optional = { identifiers: t.record(t.string, t.string) };

const UnsignedBundle = exact('UnsignedBundle', content, optional);
export type UnsignedBundle = t.TypeOf<typeof UnsignedBundle>;

/** A bundle with the ledger's signature over all of it. */
export const Bundle = exact('Bundle', { ...content, signature: t.string }, optional);
export type Bundle = t.TypeOf<typeof Bundle>;

/** The maximum length of a bundle in characters. */
export const bundleCharactersMax = 256 * 1_024 * 1_024;

/** The text of a bundle's file. */
export const formatBundle = (bundle: Bundle): string => canonicalJson(bundle as unknown as Json);

/** Parses a bundle; only its canonical form is accepted. A fault names its place. */
export const parseBundle = (
  text: string,
): E.Either<{ readonly place: string; readonly message: string }, Bundle> => {
  const refuse = (message: string, place = '') => E.left({ place, message });
  if (text.length > bundleCharactersMax)
    return refuse(`the file has more than ${bundleCharactersMax} characters`);
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    return refuse('the file is not JSON');
  }
  const decoded = Bundle.decode(parsed);
  if (E.isLeft(decoded)) {
    const [fault] = faultsOf(decoded.left);
    return refuse(fault!.message, fault!.pointer);
  }
  return canonicalJson(parsed) === text
    ? E.right(decoded.right)
    : refuse('the file is not canonical JSON (RFC 8785): it was changed after it was made');
};

const encoder = new TextEncoder();

/** The text that the ledger signs for a bundle: its origin and the bundle's hash. */
export const statementOf = (origin: string, bundle: UnsignedBundle): string =>
  `${origin}/evidence\n${sha256Hex(encoder.encode(canonicalJson(bundle as unknown as Json)))}\n`;

/** A bundle without its signature. */
export const unsigned = ({ signature: _, ...bundle }: Bundle): UnsignedBundle => bundle;
