/**
 * A process that appends to a ledger until it is killed, and prints each confirmed append.
 *
 * Run as: node appending-process.ts FILE. It prints `open`, then the id of each confirmed event on its own line.
 */
import { writeSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';

const store = openSqliteEventStore(process.argv[2]!, { now: Date.now });
const say = (line: string): number => writeSync(1, `${line}\n`);
say('open');
const start = await store.head();
for (let number = start; ; number++) {
  const batch = [`${number}/first`, `${number}/second`].map((id) => ({
    source: 'process',
    id,
    ...unattributed,
    bytes: new TextEncoder().encode(`content of ${id} `.repeat(50)),
  }));
  const outcome = await store.append(batch);
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left));
  for (const { id } of batch) say(id);
}
