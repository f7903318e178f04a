/** Decodes a batch. A malformed event refuses the whole batch, with the place of each fault (R2). */
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
 * An item of a body, parsed as JSON and not yet decoded, or why it could not be parsed. `index` is its place in the
 * body, `line` the number of its NDJSON line.
 */
export type Given = {
  readonly index: number;
  readonly line?: number;
} & ({ readonly json: unknown } | { readonly fault: string; readonly pointer?: string });

/** Once this many faults are found in a body, the rest of it is not examined. */
const faultsMax = 10_000;

/** Warnings to report about the policies of one body. */
export const warningsMax = 100;

/** How many subjects the events of one batch may name in total. */
const batchPeopleMax = 100_000;

/** The place of an item in the body. */
export const placeOf = ({ index, line }: Given): { readonly index: number; readonly line?: number } =>
  line === undefined ? { index } : { index, line };

/** The dates and the text of an adoption. */
type Adopted = Pick<EventData<'PolicyAdopted'>, 'cedar' | 'effectiveFrom' | 'effectiveUntil'>;

/**
 * Why a policy cannot be adopted: its text cannot be evaluated (R17), or it would end before it begins.
 *
 * @param pointer where its data stands.
 * @param warn receives warnings about a text that can be evaluated.
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

/** What makes the ledger append an event of a type that callers cannot send. */
const insteadOf: Readonly<Record<Exclude<EventType, SentType>, string>> = {
  SubjectForgotten: 'erase a person with DELETE /v1/subjects/{id}',
  SigningKeyRotated: 'rotate its keys with POST /v1/log/keys',
};

/**
 * Faults of a decoded event: its type is reserved for the ledger, or it adopts a policy that cannot be evaluated
 * (R17).
 */
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
 * The event with the bare name of its type, if it has the prefix of the settings.
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

/** Explains the prefix setting for a type with another prefix, or with one while none is set. */
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
 * The events of a batch in order, or the faults of all its events, up to `faultsMax`. It yields to other work.
 *
 * @param areApart whether they need not be recorded together: then they may name any number of people.
 * @param warnings receives warnings about policies, up to `warningsMax`.
 * @param typePrefix an optional prefix of types, without its dot.
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
