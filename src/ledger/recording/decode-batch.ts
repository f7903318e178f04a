/**
 * Decoding a batch: malformed events refuse all of it, with the place of each fault (R2).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { PolicyWarning } from '../../contract/answers.ts';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import {
  type EventData,
  type EventType,
  eventTypes,
  isSent,
  type SentType,
} from '../../domain/events/catalogue.ts';
import { decodeEvent, type Event } from '../../domain/events/event.ts';
import type { Fault } from '../../domain/events/fault.ts';
import {
  describeFault,
  type PolicyFault,
  readPolicyToAdopt,
  warningOf,
} from '../../domain/policy/cedar/read-policy.ts';
import { ledgerSource } from '../../domain/recording/authority.ts';
import { never } from '../../domain/time/instant.ts';
import { Turns } from '../../threads/turns.ts';

/**
 * An item of a body, parsed as JSON and not yet decoded, or the reason why it could not be parsed. `index` is its place
 * in the body, `line` the number of its NDJSON line.
 */
export type Given = {
  readonly index: number;
  readonly line?: number;
} & ({ readonly json: unknown } | { readonly fault: string; readonly pointer?: string });

/** Once this many faults of a body are found, the rest of it is not examined. */
const faultsMax = 10_000;

/** Warnings about the policies of one body that are told. */
export const warningsMax = 100;

/** How many times the events of one batch may name people. */
const batchPeopleMax = 100_000;

/** Where an item stands in the body. */
export const placeOf = ({ index, line }: Given): { readonly index: number; readonly line?: number } =>
  line === undefined ? { index } : { index, line };

/** What an adoption says of when it counts, and by which text. */
type Adopted = Pick<EventData<'PolicyAdopted'>, 'cedar' | 'effectiveFrom' | 'effectiveUntil'>;

/**
 * Why a policy cannot be adopted: its text cannot be judged (R17), or it would end before it begins.
 *
 * @param pointer where its data stands.
 * @param warn receives what the author should know of a text that can be judged.
 */
export const faultsOfAdoption = (
  { cedar, effectiveFrom, effectiveUntil = never }: Adopted,
  pointer: string,
  warn: (warning: PolicyFault) => void = () => undefined,
): ReadonlyArray<Fault> => {
  const policy = readPolicyToAdopt(cedar);
  if (E.isRight(policy)) policy.right.warnings.forEach(warn);
  const ofText = E.isRight(policy) ? [] : policy.left;
  return [
    ...ofText.map((fault) => ({ pointer: `${pointer}/cedar`, message: describeFault(fault) })),
    ...(effectiveUntil < effectiveFrom
      ? [
          {
            pointer: `${pointer}/effectiveUntil`,
            message: 'is before effectiveFrom; expected a later time, or none for a policy without an end',
          },
        ]
      : []),
  ];
};

/** What makes the ledger append an event of a type that nobody sends. */
const insteadOf: Readonly<Record<Exclude<EventType, SentType>, string>> = {
  SubjectForgotten: 'erase a person with DELETE /v1/subjects/{id}',
  SigningKeyRotated: 'rotate its keys with POST /v1/log/keys',
};

/** Faults of an event that decodes: it is reserved for the ledger, or adopts a policy that cannot be judged (R17). */
const faultsOfDecoded = (event: Event, warn: (warning: PolicyFault) => void): ReadonlyArray<Fault> => {
  if (!isSent(event.type)) {
    const message = `only the ledger itself appends ${event.type}; ${insteadOf[event.type]}`;
    return [{ pointer: '/type', message }];
  }
  if (event.source === ledgerSource) {
    const message = `${ledgerSource} is reserved for the ledger; expected the source that the event comes from`;
    return [{ pointer: '/source', message }];
  }
  return event.type === 'PolicyAdopted' ? faultsOfAdoption(event.data, '/data', warn) : [];
};

/**
 * The event with the bare name of its type, where it is sent with the prefix of the settings.
 *
 * @param typePrefix without its dot.
 */
export const withBareType = (json: unknown, typePrefix: string | undefined): unknown => {
  if (typePrefix === undefined || typeof json !== 'object' || json === null || !('type' in json)) return json;
  const { type } = json;
  return typeof type === 'string' && type.startsWith(`${typePrefix}.`)
    ? { ...json, type: type.slice(typePrefix.length + 1) }
    : json;
};

/** Says how a type with a prefix is taken, where one was sent with another prefix or before one was set. */
const withPrefixTold = (json: unknown, fault: Fault): Fault => {
  if (fault.pointer !== '/type') return fault;
  const { type } = json as { readonly type?: unknown };
  const bare = typeof type === 'string' && type.includes('.') ? type.slice(type.lastIndexOf('.') + 1) : '';
  return eventTypes.some((each) => each === bare)
    ? { ...fault, message: `${fault.message}; LEDGER_TYPE_PREFIX sets the prefix that types may have` }
    : fault;
};

const decodeOne = (
  given: Given,
  typePrefix: string | undefined,
  warn: (warning: PolicyFault) => void,
): E.Either<ReadonlyArray<Fault>, Event> => {
  if ('fault' in given) return E.left([{ pointer: given.pointer ?? '', message: given.fault }]);
  const decoded = decodeEvent(withBareType(given.json, typePrefix));
  if (E.isLeft(decoded)) return E.left(decoded.left.map((fault) => withPrefixTold(given.json, fault)));
  const faults = faultsOfDecoded(decoded.right, warn);
  return faults.length === 0 ? decoded : E.left(faults);
};

const tooManyPeople = (given: Given): Problem => {
  const { index, line } = placeOf(given);
  const place = line === undefined ? `event ${index}` : `line ${line}`;
  const detail = `up to ${place}, the batch names more than ${batchPeopleMax} people; send fewer events at a time, or use application/x-ndjson`;
  return { kind: 'too-large', detail };
};

/**
 * The events of a batch, in its order; or the faults of all its events, up to `faultsMax`. Others get their turn in
 * between.
 *
 * @param areApart whether they need not be recorded together: then there may be any number of people in them.
 * @param warnings gets what the authors of policies should know, up to `warningsMax`.
 * @param typePrefix what may stand before types, without the dot.
 */
export const decodeBatch = async (
  batch: ReadonlyArray<Given>,
  areApart: boolean,
  warnings: PolicyWarning[] = [],
  typePrefix?: string,
): Promise<E.Either<Problem, ReadonlyArray<Event>>> => {
  const turns = new Turns();
  const events: Event[] = [];
  const errors: BodyFault[] = [];
  let people = 0;
  for (const given of batch) {
    if (errors.length >= faultsMax) break;
    const decoded = decodeOne(given, typePrefix, (warning) => {
      if (warnings.length < warningsMax) warnings.push({ index: given.index, ...warningOf(warning) });
    });
    if (E.isLeft(decoded)) for (const fault of decoded.left) errors.push({ ...placeOf(given), ...fault });
    else {
      events.push(decoded.right);
      if (!areApart && decoded.right.type === 'SubjectsEnrolled')
        people += decoded.right.data.subjects.length;
      if (people > batchPeopleMax) return E.left(tooManyPeople(given));
    }
    if (turns.isOver()) await turns.next();
  }
  return errors.length > 0 ? E.left({ kind: 'invalid-events', errors }) : E.right(events);
};
