/**
 * Facts in short form for tests: a date, a type and its data, as a service would send it; positions are in this
 * order.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { EventType } from '../../src/domain/events/catalogue.ts';
import { decodeData, decodeEvent } from '../../src/domain/events/event.ts';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { isCorrection } from '../../src/domain/recording/corrections.ts';
import { type Fact, factOf } from '../../src/domain/recording/facts.ts';
import type { Knowledge, RecordedEvent } from '../../src/domain/recording/recorded-event.ts';
import { type Instant, parseInstant } from '../../src/domain/time/instant.ts';

/** The instant of a date or a date-time. */
export const on = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (E.isLeft(parsed)) throw new Error(`not a time: ${text}`);
  return parsed.right;
};

/** The facts, at positions from 1 on. */
export const told = (
  ...lines: ReadonlyArray<readonly [when: string, type: EventType, data: unknown]>
): ReadonlyArray<Fact> =>
  lines.map(([when, type, input], index) => {
    const data = decodeData(type, input);
    if (E.isLeft(data)) throw new Error(`not the data of ${type}: ${JSON.stringify(data.left)}`);
    const fact = { position: index + 1, type, time: on(when), assurance: 'observed', corrections: [] };
    return { ...fact, data: data.right } as unknown as Fact;
  });

/** The facts in a log of CloudEvents, as known at a position. */
export const factsIn = (log: ReadonlyArray<unknown>, known: Partial<Knowledge> = {}): ReadonlyArray<Fact> => {
  const recorded = log.map((input, index): RecordedEvent => {
    const event = decodeEvent(input);
    if (E.isLeft(event)) throw new Error(`not an event: ${JSON.stringify(event.left)}`);
    return { position: index + 1, recordedAt: 0, ...unattributed, event: event.right };
  });
  const corrections = recorded.filter(({ event }) => isCorrection(event));
  const knowledge: Knowledge = { position: log.length, minAssurance: 'claimed', ...known };
  return recorded.flatMap((each) => factOf(each, corrections, knowledge) ?? []);
};
