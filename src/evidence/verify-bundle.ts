/**
 * Verifies a bundle (V11) using only the keys that the reader trusts: signatures, inclusion and completeness; then
 * it derives the answers again from the events. It runs in Node and in browsers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Instant, parseInstant } from '../domain/time/instant.ts';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../integrity/keys.ts';
import { isSignedByAll, parseSignatures, verifyNote } from '../integrity/signed-note.ts';
import { answersInWords, askedInWords } from './asked-in-words.ts';
import { type Bundle, parseBundle, rulesVersion, statementOf, unsigned } from './bundle.ts';
import { firstDifference } from './canonical-json.ts';
import { type Checked, checkedNote, counted, fault, keysOfLog, type Trust } from './checked.ts';
import type { Fault } from './fault.ts';
import { NotShown } from './key-part.ts';
import { NotKeyed } from './keyed-events.ts';
import { asJson, type EvidenceAnswer, type EvidenceQuestion, NothingKnown } from './questions.ts';
import { shownEvents } from './shown-events.ts';
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

const checkedForm = (text: string): Checked<Bundle> => {
  const bundle = parseBundle(text);
  if (E.isLeft(bundle)) return bundle;
  const { rules } = bundle.right;
  return rules === rulesVersion
    ? E.right({ value: bundle.right, found: `a bundle made with the rules ${rules}` })
    : fault(
        '/rules',
        `the answers were made with the rules ${rules}; this Domicile knows only ${rulesVersion}`,
      );
};

const checkedCheckpoint = ({ checkpoint }: Bundle, trust: Trust): Checked<Checkpoint> => {
  const checked = checkedNote(checkpoint, '/checkpoint', trust, trust.keys);
  if (E.isLeft(checked)) return checked;
  const { checkpoint: value, cosigned } = checked.right;
  return E.right({
    value,
    found: `the log ${value.origin} of ${counted(value.size, 'event', 'events')}, signed by a key that you trust${cosigned}`,
  });
};

/** The Ed25519 keys with which the ledger signs, according to a bundle. */
const ed25519KeysIn = ({ verifierKeys }: Bundle, origin: string): ReadonlyArray<VerifierKey> =>
  verifierKeys.flatMap((vkey) => {
    const key = parseVerifierKey(vkey);
    return E.isRight(key) && key.right.type === 'ed25519' && key.right.name === origin ? [key.right] : [];
  });

const checkedSignature = (bundle: Bundle, { origin }: Checkpoint, trust: Trust): Checked<void> => {
  const place = '/signature';
  const signatures = parseSignatures(bundle.signature);
  if (E.isLeft(signatures)) return fault(place, signatures.left);
  const note = { text: statementOf(origin, unsigned(bundle)), signatures: signatures.right };
  const trusted = keysOfLog(trust, origin);
  const verified = verifyNote(note, trusted);
  if (E.isLeft(verified)) return fault(place, `${verified.left}: the file was changed after it was made`);
  // After a rotation two keys sign, and the reader may trust only one. That one signed which keys the ledger has,
  // so the other key verifies the remaining signature line. A line that nothing verified could be altered
  // unnoticed.
  const named = ed25519KeysIn(bundle, origin);
  const whole = verifyNote(note, [...trusted, ...named]);
  if (E.isLeft(whole)) return fault(place, `${whole.left}: the file was changed after it was made`);
  if (signatures.right.length !== whole.right.by.length)
    return fault(place, 'there are signatures by keys that you do not trust and the ledger does not list');
  return isSignedByAll(note, named)
    ? E.right({ value: undefined, found: 'the file is unchanged since the ledger made it' })
    : fault(place, 'a signature by a key of the ledger is missing: the file was changed after it was made');
};

const checkedQuestion = ({ asked }: Bundle, { size }: Checkpoint): E.Either<Fault, EvidenceQuestion> => {
  const instant = (text: string | undefined, name: string): E.Either<Fault, Instant | undefined> => {
    if (text === undefined) return E.right(undefined);
    const read = parseInstant(text);
    return E.isLeft(read) ? fault(`/asked/${name}`, read.left) : read;
  };
  const position = Number(asked.knownPosition);
  if (!/^[1-9]\d{0,15}$/.test(asked.knownPosition) || position > size)
    return fault('/asked/knownPosition', 'is a position beyond the checkpoint');
  const validAt = instant(asked.validAt, 'validAt');
  if (E.isLeft(validAt)) return validAt;
  const from = instant(asked.from, 'from');
  if (E.isLeft(from)) return from;
  const to = instant(asked.to, 'to');
  if (E.isLeft(to)) return to;
  const { about, id, finding, minAssurance, trail } = asked;
  if ((about === 'finding') !== (finding !== undefined))
    return fault('/asked/finding', 'says what a finding is about, and stands in a question about one alone');
  return E.right({
    about,
    id,
    finding,
    validAt: validAt.right!,
    position,
    minAssurance,
    from: from.right,
    to: to.right,
    trail,
  });
};

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
  /** Records the outcome of the next check; undefined if it fails. */
  const noted = <A>(checked: Checked<A>): { readonly value: A } | undefined => {
    const name = checkNames[checks.length]!;
    if (E.isRight(checked)) {
      checks.push({ name, state: 'holds', found: checked.right.found });
      return checked.right;
    }
    const { place, message } = checked.left;
    checks.push({ name, state: 'fails', found: message, place });
    return undefined;
  };
  const form = noted(checkedForm(text));
  const bundle = form?.value;
  const made = (): void => {
    if (bundle === undefined) return;
    const checkpoint = noted(checkedCheckpoint(bundle, trust))?.value;
    if (checkpoint === undefined) return;
    // The signature covers the whole file; the following checks locate the fault.
    noted(checkedSignature(bundle, checkpoint, trust));
    const asked = checkedQuestion(bundle, checkpoint);
    const question = noted(
      E.isLeft(asked) ? asked : E.right({ value: asked.right, found: askedInWords(bundle).join(', ') }),
    )?.value;
    if (question === undefined) return;
    const shown = shownEvents(bundle, checkpoint);
    const events = noted(
      E.isLeft(shown)
        ? shown
        : E.right({
            value: shown.right,
            found: `${counted(shown.right.length, 'event is', 'events are')} in the log, each at its position`,
          }),
    )?.value;
    if (events === undefined) return;
    const complete = noted(checkedComplete(bundle, checkpoint, trust, events, question))?.value;
    if (complete !== undefined) noted(checkedAnswers(bundle, complete));
  };
  made();
  for (const name of checkNames.slice(checks.length))
    checks.push({ name, state: 'unchecked', found: 'depends on a check that failed' });
  return { checks, holds: checks.every(({ state }) => state === 'holds'), bundle };
};
