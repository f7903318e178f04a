/**
 * Handles events that carry the identifier of one of their subjects in another string (R21): they are refused, or
 * the identifier is replaced there too.
 *
 * In `source` and `id`, a fingerprint with a key from the vault replaces it; elsewhere, the pseudonym does. The
 * fingerprint identifies an event that is sent again after the person was erased, so that nobody is brought back.
 */
import { createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import { carriersOf, withCarriedSwapped } from '../../domain/events/carried-identifiers.ts';
import { decodeEvent, type Event, encodeEvent } from '../../domain/events/event.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectListOf } from '../../domain/events/subjects.ts';
import { fingerprintKey, looksLikePseudonym, type Vault } from '../../people/vault/vault.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { Turns } from '../../threads/turns.ts';
import type { CarriedIdentifiers } from '../settings.ts';
import { type Given, placeOf } from './decode-batch.ts';

/** The length of a fingerprint, in bytes. */
const fingerprintBytes = 16;

/** Once this many strings of a body carry identifiers, the rest of it is not examined. */
const carriersMax = 1_000;

const refused =
  'contains the identifier of a subject, which could never be erased from here; use a reference of your own (or let the ledger replace it: LEDGER_CARRIED_IDENTIFIERS=swap)';
const notSwapped =
  'contains the identifier of a subject, which cannot be replaced here because it is encoded or the result would be too long; use a reference of your own';

/** The places of an event's identity, and of the identity of a correction's target. */
const ofIdentity: ReadonlySet<string> = new Set(['/id', '/source', '/data/event/id', '/data/event/source']);

/** The subjects that an event names by their own identifiers, some of them repeatedly. */
const identifiersOf = (event: Event): ReadonlyArray<string> =>
  subjectListOf(event).filter((name) => !looksLikePseudonym(name));

/** Whether the log has the event in this form, as earlier versions recorded it. */
const isRecordedSo = (event: Event, identifiers: ReadonlyArray<string>, log: LogReader): boolean => {
  const stored = log.find(event.source, event.id);
  if (stored === undefined) return false;
  const decoded = decodeStored(stored.bytes);
  return E.isRight(decoded) && carriersOf(decoded.right, identifiers).length > 0;
};

/**
 * The places of strings that carry identifiers. It skips what is in the log already: an event that is sent again,
 * and the target of a correction.
 */
const carriersIn = (event: Event, log: LogReader): ReadonlyArray<string> => {
  const identifiers = identifiersOf(event);
  const carriers = carriersOf(event, identifiers);
  if (carriers.length === 0 || isRecordedSo(event, identifiers, log)) return [];
  if (event.type !== 'EventCorrected') return carriers;
  const { source, id } = event.data.event;
  return log.find(source, id) === undefined
    ? carriers
    : carriers.filter((pointer) => !pointer.startsWith('/data/event/'));
};

const fingerprintOf = (identifier: string, key: string): string =>
  `fpr_${createHmac('sha256', key).update(identifier).digest().subarray(0, fingerprintBytes).toString('base64url')}`;

/** The key of fingerprints. It is not a person, so the log need not be searched for it. */
const keyIn = async (vault: Vault, log: LogReader): Promise<string> => {
  const admitted = await vault.admit([fingerprintKey], log.head());
  if (E.isRight(admitted)) return admitted.right.pseudonyms[0]!;
  const again = await vault.admit([fingerprintKey], admitted.left.upTo);
  if (E.isRight(again)) return again.right.pseudonyms[0]!;
  throw new Error('the vault gives no key of fingerprints');
};

/** The event with each carried identifier replaced, except in the strings of its identity. */
export const swappedElsewhere = (
  event: Event,
  swap: (identifier: string) => string,
  log: LogReader,
): Event => {
  const carriers = new Set(carriersIn(event, log));
  return carriers.size === 0
    ? event
    : withCarriedSwapped(event, identifiersOf(event), (identifier, pointer) =>
        ofIdentity.has(pointer) || !carriers.has(pointer) ? identifier : swap(identifier),
      );
};

/** As long as a pseudonym, to test the result of replacing identifiers. */
const standIn = 'psn_AAAAAAAAAAAAAAAAAAAAAA';

/** Whether the event is still valid, and carries no identifier, once its identifiers are replaced. */
const canBeSwapped = (event: Event, log: LogReader): boolean => {
  const swapped = swappedElsewhere(event, () => standIn, log);
  return carriersIn(swapped, log).length === 0 && E.isRight(decodeEvent(encodeEvent(swapped)));
};

/**
 * The events of a batch with fingerprints in their identities, or a refusal with each place that carries an
 * identifier.
 */
export const withoutCarried = async (
  events: ReadonlyArray<Event>,
  given: ReadonlyArray<Given>,
  {
    vault,
    log,
    carriedIdentifiers = 'refuse',
  }: {
    readonly vault: Vault;
    readonly log: LogReader;
    readonly carriedIdentifiers?: CarriedIdentifiers | undefined;
  },
): Promise<E.Either<Problem, ReadonlyArray<Event>>> => {
  const turns = new Turns();
  const errors: BodyFault[] = [];
  let passed: Event[] | undefined;
  let key: string | undefined;
  for (const [place, event] of events.entries()) {
    if (errors.length >= carriersMax) break;
    if (turns.isOver()) await turns.next();
    const carriers = carriersIn(event, log);
    if (carriers.length === 0) continue;
    if (carriedIdentifiers === 'refuse') {
      for (const pointer of carriers) errors.push({ ...placeOf(given[place]!), pointer, message: refused });
      continue;
    }
    key ??= await keyIn(vault, log);
    const fingerprints = key;
    const carried = new Set(carriers);
    const swapped = withCarriedSwapped(event, identifiersOf(event), (identifier, pointer) =>
      ofIdentity.has(pointer) && carried.has(pointer) ? fingerprintOf(identifier, fingerprints) : identifier,
    );
    passed ??= [...events];
    passed[place] = swapped;
    if (canBeSwapped(swapped, log)) continue;
    for (const pointer of carriers) errors.push({ ...placeOf(given[place]!), pointer, message: notSwapped });
  }
  return errors.length > 0 ? E.left({ kind: 'invalid-events', errors }) : E.right(passed ?? events);
};
