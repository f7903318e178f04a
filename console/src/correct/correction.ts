/** A correction as form data, and the resulting event (R4). */
import * as E from 'fp-ts/lib/Either.js';
import type { EventInput } from '../../../src/client/client.ts';
import type { WireEvent } from '../../../src/client/rows.ts';
import { readMoment } from '../clocks/instants.ts';

/** The content of the form: text as typed. */
export interface Correction {
  readonly how: 'retract' | 'correct';
  readonly reason: string;
  readonly time: string;
  readonly data: string;
}

/** The initial form, with the values of the event. */
export const unchanged = (event: WireEvent): Correction => ({
  how: 'correct',
  reason: '',
  time: event.time,
  data: JSON.stringify(event.data, null, 2),
});

/** What is wrong, in words for the reader. */
export type Fault = { readonly field: 'reason' | 'time' | 'data'; readonly message: string };

const fault = (field: Fault['field'], message: string): E.Either<Fault, never> => E.left({ field, message });

const parsed = (text: string): E.Either<Fault, unknown> => {
  try {
    return E.right(JSON.parse(text));
  } catch (error) {
    return fault('data', `The data is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/**
 * The event to record: a retraction, or a correction of the changed fields.
 *
 * @param stamp the id and time of the new event.
 */
export const correctionOf = (
  event: WireEvent,
  { how, reason, time, data }: Correction,
  stamp: { readonly id: string; readonly time: string },
): E.Either<Fault, EventInput> => {
  if (reason.trim() === '') return fault('reason', 'Enter a reason. It is recorded permanently.');
  const target = { source: event.source, id: event.id };
  const envelope = { ...stamp, source: 'urn:domicile:console' };
  if (how === 'retract')
    return E.right({ ...envelope, type: 'EventRetracted', data: { event: target, reason: reason.trim() } });
  const moment = readMoment(time);
  if (E.isLeft(moment)) return fault('time', moment.left);
  const content = parsed(data);
  if (E.isLeft(content)) return content;
  const moved = Date.parse(moment.right) !== Date.parse(event.time);
  const differs = JSON.stringify(content.right) !== JSON.stringify(event.data);
  if (!moved && !differs)
    return fault('data', 'Change the time or the data: both are the same as in the event.');
  return E.right({
    ...envelope,
    type: 'EventCorrected',
    data: {
      event: target,
      reason: reason.trim(),
      ...(moved ? { time: new Date(Date.parse(moment.right)).toISOString() } : {}),
      ...(differs ? { data: content.right as Record<string, unknown> } : {}),
    },
  } as EventInput);
};
