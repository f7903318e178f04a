/**
 * Whether a caller may record events (R24): within the bounds of the key, and with the scope that each event
 * requires.
 *
 * A correction whose target is not known yet is accepted; each question that knows both weighs it.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import { concerns, type EventType } from '../../domain/events/catalogue.ts';
import { decodeData, type Event } from '../../domain/events/event.ts';
import type { Fault } from '../../domain/events/fault.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import { holdsScope, scopeToCorrect } from '../../domain/recording/authority.ts';
import { beyondBounds } from '../../domain/recording/bounds.ts';
import { type Correction, isCorrection } from '../../domain/recording/corrections.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { faultsOfAdoption, type Given, placeOf } from './decode-batch.ts';
import type { Emitter } from './emitter.ts';

/** Once this many faults are found in a body, the rest of it is not examined. */
const faultsMax = 10_000;

const none: ReadonlyArray<Fault> = [];

/** The known target of a correction. */
type Target = { readonly source: string; readonly type: EventType };

/** The known targets of corrections: in the log or in the same batch. */
const targetsIn = (
  events: ReadonlyArray<Event>,
  log: LogReader,
): ((correction: Correction) => Target | undefined) => {
  const keyOf = ({ source, id }: { readonly source: string; readonly id: string }): string =>
    JSON.stringify([source, id]);
  const batch = new Map<string, Target>();
  if (events.some(isCorrection)) for (const event of events) batch.set(keyOf(event), event);
  return ({ data: { event } }) => {
    const stored = log.find(event.source, event.id);
    if (stored === undefined) return batch.get(keyOf(event));
    const decoded = decodeStored(stored.bytes);
    return E.isRight(decoded) ? decoded.right : undefined;
  };
};

/** Parses the Cedar text of a correction as at adoption (R17), if its target is a policy or may be one. */
const faultsOfCorrectedPolicy = (
  correction: Correction,
  target: Target | undefined,
): ReadonlyArray<Fault> => {
  if (correction.type !== 'EventCorrected' || correction.data.data === undefined) return [];
  if (target !== undefined && target.type !== 'PolicyAdopted') return [];
  const adopted = decodeData('PolicyAdopted', correction.data.data);
  if (E.isLeft(adopted) || !('cedar' in adopted.right)) return [];
  return faultsOfAdoption(adopted.right, '/data/data');
};

/** The fault of a correction whose sender lacks the scope for its target. */
const lackingAuthority = (
  correction: Correction,
  target: Target | undefined,
  { authority }: Emitter,
): ReadonlyArray<Fault> => {
  if (target === undefined) return [];
  const scope = scopeToCorrect(correction.source, target);
  if (holdsScope(authority, scope)) return [];
  const whose = scope === 'admin' ? `the ${target.type}` : 'an event of another source';
  return [{ pointer: '/data/event', message: `correcting ${whose} requires the scope ${scope}` }];
};

const lackingScope = (event: Event, { authority }: Emitter): ReadonlyArray<Fault> =>
  concerns(event.type, 'policy') && !holdsScope(authority, 'admin')
    ? [{ pointer: '/type', message: `recording a ${event.type} requires the scope admin` }]
    : [];

/** The faults of all events, each with its place, up to `faultsMax`. */
const placed = (
  given: ReadonlyArray<Given>,
  events: ReadonlyArray<Event>,
  faultsOf: (event: Event) => ReadonlyArray<Fault>,
): ReadonlyArray<BodyFault> => {
  const errors: BodyFault[] = [];
  for (const [place, event] of events.entries()) {
    if (errors.length >= faultsMax) break;
    for (const fault of faultsOf(event)) errors.push({ ...placeOf(given[place]!), ...fault });
  }
  return errors;
};

/**
 * The events of a batch, if the sender may record all of them.
 *
 * @returns otherwise the invalid policies in corrections, or what the key does not allow, each with its place.
 */
export const checkAuthority =
  (given: ReadonlyArray<Given>, by: Emitter, log: LogReader) =>
  (events: ReadonlyArray<Event>): E.Either<Problem, ReadonlyArray<Event>> => {
    const targetOf = targetsIn(events, log);
    const invalid = placed(given, events, (event) =>
      isCorrection(event) ? faultsOfCorrectedPolicy(event, targetOf(event)) : none,
    );
    if (invalid.length > 0) return E.left({ kind: 'invalid-events', errors: invalid });
    const errors = placed(given, events, (event) => {
      const faults = [...beyondBounds(event, by.bounds), ...lackingScope(event, by)];
      // An event that is recorded already was allowed then, and sending it again changes nothing.
      return isCorrection(event) && log.find(event.source, event.id) === undefined
        ? [...faults, ...lackingAuthority(event, targetOf(event), by)]
        : faults;
    });
    if (errors.length === 0) return E.right(events);
    const detail = `the key does not allow ${new Set(errors.map(({ index }) => index)).size === 1 ? 'one event' : 'several events'}; nothing of the batch is recorded`;
    return E.left({ kind: 'forbidden', detail, errors });
  };
