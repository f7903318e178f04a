/**
 * A log file of mixed events, written as the store writes it.
 */

import { encodeStored } from '../src/domain/events/stored.ts';
import { unattributed } from '../src/domain/recording/attribution.ts';
import type { EventToAppend } from '../src/store/event-store.ts';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.ts';
import { mixedEvents, registrations } from './mixed-events.ts';

const batchSize = 1_000;

/** Writes the registrations and `count` mixed events. Returns the position of the last event. */
export const writeMixedLog = async (logFile: string, count: number): Promise<number> => {
  const store = openSqliteEventStore(logFile, { now: Date.now });
  let batch: EventToAppend[] = [];
  for (const event of [...registrations(), ...mixedEvents(count, count / 2)]) {
    batch.push({ source: event.source, id: event.id, ...unattributed, bytes: encodeStored(event) });
    if (batch.length === batchSize) {
      await store.append(batch);
      batch = [];
    }
  }
  await store.append(batch);
  const head = await store.head();
  await store.close();
  return head;
};
