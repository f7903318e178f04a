/**
 * Measures a ledger on KurrentDB: appending events, and catching up with a log. The baseline for each is the client alone in
 * the same run, with the same bytes.
 *
 * Runs against a KurrentDB double in this process and, if KURRENTDB_URL is set, against that server.
 * The environment sets the sizes: BENCH_EVENTS (default 20,000), BENCH_RUNS (default 3).
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EventStoreDBClient, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import * as E from 'fp-ts/lib/Either.js';
import { encodeStored } from '../src/domain/events/stored.ts';
import { unattributed } from '../src/domain/recording/attribution.ts';
import type { EventToAppend } from '../src/store/event-store.ts';
import { encodeBatch } from '../src/store/kurrentdb/append-format.ts';
import { processEnvironment } from '../src/store/kurrentdb/environment.ts';
import { openKurrentDbEventStore } from '../src/store/kurrentdb/kurrentdb-event-store.ts';
import { defaultLimits } from '../src/store/kurrentdb/limits.ts';
import { parseSettings } from '../src/store/kurrentdb/settings.ts';
import { startNode } from '../test/support/kurrentdb-double/kurrentdb-double.ts';
import { inFolder, median, printTable, rate, secondsOf } from './measure.ts';
import { mixedEvents } from './mixed-events.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 20_000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
/** Events per append: many, and one. */
const batchSizes = [250, 1];
/** Each append of a single event waits for the disk, so fewer of them are measured. */
const singlesMax = 1_000;
/** How many writers append concurrently. */
const writers = 8;

const eventsOf = (count: number, seed: number): ReadonlyArray<EventToAppend> =>
  [...mixedEvents(count, count / 2, seed)].map((event, index) => ({
    // Each writer has its own source, as services do.
    source: `bench-${index % writers}`,
    id: event.id,
    ...unattributed,
    bytes: encodeStored(event),
  }));

/** Appends in the given order, with one append in flight per writer. */
const write = async (
  events: ReadonlyArray<EventToAppend>,
  size: number,
  append: (source: string, batch: ReadonlyArray<EventToAppend>) => Promise<void>,
): Promise<void> => {
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const own = events.filter(({ source }) => source === `bench-${writer}`);
      for (let from = 0; from < own.length; from += size) {
        await append(`bench-${writer}`, own.slice(from, from + size));
      }
    }),
  );
};

/**
 * A baseline: the client with the same bytes and metadata, one stream per writer, each append at its revision.
 *
 * @param recordBytesMax how many bytes of events it puts together into a record; 0 for an event a record.
 */
const rawAppend = async (
  client: EventStoreDBClient,
  prefix: string,
  events: ReadonlyArray<EventToAppend>,
  size: number,
  recordBytesMax: number,
): Promise<number> => {
  const next = new Map<string, bigint>();
  return secondsOf(() =>
    write(events, size, async (source, batch) => {
      const { records } = encodeBatch(randomUUID(), batch, recordBytesMax);
      const after = next.get(source) ?? -1n;
      await client.appendToStream(
        `${prefix}-${source}`,
        records.map(({ data, metadata }) => ({
          id: randomUUID(),
          contentType: 'application/octet-stream' as const,
          type: 'raw',
          data,
          metadata,
        })),
        { expectedRevision: after < 0n ? NO_STREAM : after },
      );
      next.set(source, after + BigInt(records.length));
    }),
  );
};

/** How long a subscription of the client takes to deliver the events of these streams, an event a record. */
const rawCatchUp = (client: EventStoreDBClient, prefix: string, count: number): Promise<number> =>
  secondsOf(async () => {
    let seen = 0;
    const subscription = client.subscribeToAll({
      filter: streamNameFilter({ prefixes: [`${prefix}-`], maxSearchWindow: 2_000 }),
    });
    for await (const _ of subscription) {
      seen += 1;
      if (seen === count) break;
    }
  });

interface Measured {
  readonly append: number;
  readonly rawAppend: number;
  readonly packedAppend: number;
  readonly catchUp: number;
  readonly rawCatchUp: number;
}

const measure = (connectionString: string, size: number, count: number, seed: number): Promise<Measured> =>
  inFolder(async (folder) => {
    const id = randomUUID().replaceAll('-', '');
    const separator = connectionString.includes('?') ? '&' : '?';
    const settings = parseSettings(`${connectionString}${separator}ledger=bench_${id}`);
    if (E.isLeft(settings)) throw new Error(settings.left);
    const open = (name: string) =>
      openKurrentDbEventStore({
        settings: settings.right,
        directory: join(folder, name),
        environment: processEnvironment(),
      });
    const client = EventStoreDBClient.connectionString(settings.right.connectionString);
    const events = eventsOf(count, seed);
    const raw = await rawAppend(client, `raw_${id}`, events, size, 0);
    const packed = await rawAppend(client, `packed_${id}`, events, size, defaultLimits.recordBytesMax);
    const store = await open('written');
    const append = await secondsOf(() =>
      write(events, size, async (_, batch) => {
        const outcome = await store.append(batch);
        if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left));
      }),
    );
    await store.close();
    const rawRead = await rawCatchUp(client, `raw_${id}`, count);
    const catchUp = await secondsOf(async () => {
      const caughtUp = await open('read');
      if ((await caughtUp.head()) === 0) throw new Error('nothing was read');
      await caughtUp.close();
    });
    await client.dispose();
    return { append, rawAppend: raw, packedAppend: packed, catchUp, rawCatchUp: rawRead };
  });

const servers: { name: string; connectionString: string; stop: () => Promise<void> }[] = [];
const node = await startNode({ version: '26.0.0' });
servers.push({
  name: 'the double in this process',
  connectionString: `esdb://${node.address}?tls=false`,
  stop: () => node.stop(),
});
if (process.env.KURRENTDB_URL !== undefined) {
  servers.push({
    name: 'the server of KURRENTDB_URL',
    connectionString: process.env.KURRENTDB_URL,
    stop: async () => undefined,
  });
}
for (const { name, connectionString, stop } of servers) {
  for (const size of batchSizes) {
    const count = size === 1 ? Math.min(eventsCount, singlesMax) : eventsCount;
    const measured: Measured[] = [];
    for (let run = 0; run < runs; run++) measured.push(await measure(connectionString, size, count, run + 1));
    const of = (pick: (each: Measured) => number): number => median(measured.map(pick));
    const [append, alone] = [of((each) => each.append), of((each) => each.rawAppend)];
    const packed = of((each) => each.packedAppend);
    const [catchUp, subscribed] = [of((each) => each.catchUp), of((each) => each.rawCatchUp)];
    printTable(
      `KurrentDB, ${name}: ${count.toLocaleString('en')} events, ${size} an append, ${writers} writers, median of ${runs}`,
      [
        ['', 'rate', 'of raw'],
        ['append', rate(count, append), (alone / append).toFixed(2)],
        ['the client alone, an event a record', rate(count, alone), '1.00'],
        ['the client alone, the same records as Domicile', rate(count, packed), (alone / packed).toFixed(2)],
        ['catch up with an empty replica', rate(count, catchUp), (subscribed / catchUp).toFixed(2)],
        ['the client subscribed alone', rate(count, subscribed), '1.00'],
      ],
    );
  }
  await stop();
}
// The client keeps its connections open, so the process must be ended.
process.exit(0);
