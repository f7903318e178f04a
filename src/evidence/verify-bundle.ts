/**
 * Verifies a bundle (V11) using only the keys that the reader trusts: signatures, inclusion and completeness; then
 * it derives the answers again from the events. It runs in Node and in browsers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Instant, parseInstant } from '../domain/time/instant.ts';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../integrity/keys.ts';
import {
  isSignedByAll,
  parseSignatures,
  type SignedNote,
  type VerifiedNote,
  verifyNote,
} from '../integrity/signed-note.ts';
import { answersInWords, askedInWords } from './asked-in-words.ts';
import { type Bundle, parseBundle, rulesVersion, statementOf, unsigned } from './bundle.ts';
import { firstDifference } from './canonical-json.ts';
import { type Checked, checkedNote, counted, fault, faultAt, keysOfLog, type Trust } from './checked.ts';
import type { Fault } from './fault.ts';
import { NotShown } from './key-part.ts';
import { NotKeyed } from './keyed-events.ts';
import { asJson, type EvidenceAnswer, type EvidenceQuestion, NothingKnown } from './questions.ts';
import { type ShownEvent, shownEvents } from './shown-events.ts';
import { type Complete, checkedComplete } from './verify-complete.ts';

/** One line of the report. If a check fails, checks that depend on it are skipped. */
export interface BundleCheck {
  readonly name: string;
  readonly state: 'holds' | 'fails' | 'unchecked';
  readonly found: string;
  /** The place in the file, as a JSON pointer (RFC 6901). */
  readonly place?: string;
}

/** The result of verifying a file. */
export interface BundleReport {
  readonly checks: ReadonlyArray<BundleCheck>;
  readonly holds: boolean;
  /** The parsed bundle; undefined if the file is not a bundle. */
  readonly bundle: Bundle | undefined;
}

const checkedForm = (text: string): Checked<Bundle> =>
  pipe(
    parseBundle(text),
    E.filterOrElse(
      ({ rules }) => rules === rulesVersion,
      ({ rules }): Fault => ({
        place: '/rules',
        message: `the answers were made with the rules ${rules}; this Domicile knows only ${rulesVersion}`,
      }),
    ),
    E.map((bundle) => ({ value: bundle, found: `a bundle made with the rules ${bundle.rules}` })),
  );

const checkedCheckpoint = ({ checkpoint }: Bundle, trust: Trust): Checked<Checkpoint> =>
  pipe(
    checkedNote(checkpoint, '/checkpoint', trust, trust.keys),
    E.map(({ checkpoint: value, cosigned }) => ({
      value,
      found: `the log ${value.origin} of ${counted(value.size, 'event', 'events')}, signed by a key that you trust${cosigned}`,
    })),
  );

/** The Ed25519 keys with which the ledger signs, according to a bundle. */
const ed25519KeysIn = ({ verifierKeys }: Bundle, origin: string): ReadonlyArray<VerifierKey> =>
  verifierKeys.flatMap((vkey) => {
    const key = parseVerifierKey(vkey);
    return E.isRight(key) && key.right.type === 'ed25519' && key.right.name === origin ? [key.right] : [];
  });

const checkedSignature = (bundle: Bundle, { origin }: Checkpoint, trust: Trust): Checked<void> => {
  const trusted = keysOfLog(trust, origin);
  const named = ed25519KeysIn(bundle, origin);
  const verified = (note: SignedNote): E.Either<string, VerifiedNote> =>
    pipe(
      verifyNote(note, trusted),
      // After a rotation two keys sign, and the reader may trust only one. That one signed which keys the ledger
      // has, so the other key verifies the remaining signature line. A line that nothing verified could be altered
      // unnoticed.
      E.flatMap(() => verifyNote(note, [...trusted, ...named])),
      E.mapLeft((reason) => `${reason}: the file was changed after it was made`),
    );
  return pipe(
    parseSignatures(bundle.signature),
    E.flatMap((signatures) => verified({ text: statementOf(origin, unsigned(bundle)), signatures })),
    E.filterOrElse(
      ({ signatures, by }) => signatures.length === by.length,
      () => 'there are signatures by keys that you do not trust and the ledger does not list',
    ),
    E.filterOrElse(
      (note) => isSignedByAll(note, named),
      () => 'a signature by a key of the ledger is missing: the file was changed after it was made',
    ),
    E.mapLeft(faultAt('/signature')),
    E.map(() => ({ value: undefined, found: 'the file is unchanged since the ledger made it' })),
  );
};

const checkedQuestion = (bundle: Bundle, { size }: Checkpoint): Checked<EvidenceQuestion> => {
  const { asked } = bundle;
  const instant = (text: string | undefined, name: string): E.Either<Fault, Instant | undefined> =>
    text === undefined ? E.right(undefined) : pipe(parseInstant(text), E.mapLeft(faultAt(`/asked/${name}`)));
  const position = Number(asked.knownPosition);
  if (!/^[1-9]\d{0,15}$/.test(asked.knownPosition) || position > size)
    return fault('/asked/knownPosition', 'is a position beyond the checkpoint');
  const { about, id, finding, minAssurance, trail } = asked;
  return pipe(
    E.Do,
    E.bind('validAt', () => instant(asked.validAt, 'validAt')),
    E.bind('from', () => instant(asked.from, 'from')),
    E.bind('to', () => instant(asked.to, 'to')),
    E.filterOrElse(
      () => (about === 'finding') === (finding !== undefined),
      () =>
        faultAt('/asked/finding')('says what a finding is about, and stands in a question about one alone'),
    ),
    E.filterOrElse(
      () => about === 'subject' || !trail,
      () => faultAt('/asked/trail')('is for a question about a subject alone'),
    ),
    E.map(({ validAt, from, to }) => ({
      value: { about, id, finding, validAt: validAt!, position, minAssurance, from, to, trail },
      found: askedInWords(bundle).join(', '),
    })),
  );
};

const checkedEvents = (bundle: Bundle, checkpoint: Checkpoint): Checked<ReadonlyArray<ShownEvent>> =>
  pipe(
    shownEvents(bundle, checkpoint),
    E.map((shown) => ({
      value: shown,
      found: `${counted(shown.length, 'event is', 'events are')} in the log, each at its position`,
    })),
  );

const checkedAnswers = (bundle: Bundle, { derive, unneeded }: Complete): Checked<void> => {
  const { answers } = bundle;
  let derived: ReadonlyArray<EvidenceAnswer>;
  try {
    derived = derive();
  } catch (error) {
    if (error instanceof NotShown) return fault('/events', error.message);
    if (error instanceof NotKeyed) return fault('/completeness', error.message);
    if (error instanceof NothingKnown) return fault('/asked', 'no event in the file is about the question');
    return fault(
      '/answers',
      `no answer can be derived: ${error instanceof Error ? error.message : 'it failed'}`,
    );
  }
  const place = firstDifference(asJson(derived), asJson(answers), '/answers');
  if (place !== undefined) return fault(place, 'the events lead to a different answer');
  const extra = unneeded();
  return extra === undefined
    ? E.right({
        value: undefined,
        found: `${counted(answers.length, 'answer follows', 'answers follow')} from the events: ${answersInWords(bundle)}`,
      })
    : fault(extra, 'no answer uses it: it was added');
};

const checkNames = [
  'form',
  'checkpoint',
  'signature',
  'question',
  'inclusion',
  'completeness',
  'answers',
] as const;

/** Verifies the text of a bundle with the reader's trust. */
export const verifyBundle = (text: string, trust: Trust): BundleReport => {
  const checks: BundleCheck[] = [];
  /** Records the outcome of the next check. */
  const noted = <A>(checked: Checked<A>): E.Either<Fault, A> => {
    const name = checkNames[checks.length]!;
    checks.push(
      E.isRight(checked)
        ? { name, state: 'holds', found: checked.right.found }
        : { name, state: 'fails', found: checked.left.message, place: checked.left.place },
    );
    return E.map(({ value }: { readonly value: A }) => value)(checked);
  };
  const form = noted(checkedForm(text));
  pipe(
    E.Do,
    E.bind('bundle', () => form),
    E.bind('checkpoint', ({ bundle }) => noted(checkedCheckpoint(bundle, trust))),
    // The signature covers the whole file. If it is wrong, the following checks locate the fault.
    E.tap(({ bundle, checkpoint }) => E.right(noted(checkedSignature(bundle, checkpoint, trust)))),
    E.bind('question', ({ bundle, checkpoint }) => noted(checkedQuestion(bundle, checkpoint))),
    E.bind('events', ({ bundle, checkpoint }) => noted(checkedEvents(bundle, checkpoint))),
    E.bind('complete', ({ bundle, checkpoint, events, question }) =>
      noted(checkedComplete(bundle, checkpoint, trust, events, question)),
    ),
    E.flatMap(({ bundle, complete }) => noted(checkedAnswers(bundle, complete))),
  );
  for (const name of checkNames.slice(checks.length))
    checks.push({ name, state: 'unchecked', found: 'depends on a check that failed' });
  const bundle = E.isRight(form) ? form.right : undefined;
  return { checks, holds: checks.every(({ state }) => state === 'holds'), bundle };
};
