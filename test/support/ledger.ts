/** A ledger in memory for tests of the projections: the log as an array, the tables in an in-memory database. */
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent, type Event } from '../../src/domain/events/event.ts';
import { encodeStored } from '../../src/domain/events/stored.ts';
import type { Assurance } from '../../src/domain/events/words.ts';
import { Applier } from '../../src/projections/engine/applier.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { Scanner } from '../../src/projections/engine/scanner.ts';
import { createTables } from '../../src/projections/engine/tables.ts';
import { View } from '../../src/questions/view.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import type { LogPage, LogReader } from '../../src/store/log-reader.ts';

const numbers = new Map<string, number>();
const numberOf = (source: string): number => {
  if (!numbers.has(source)) numbers.set(source, numbers.size);
  return numbers.get(source)!;
};

/** The events as a page of a log. */
const pageOf = (events: ReadonlyArray<StoredEvent>): LogPage => {
  const encoder = new TextEncoder();
  const ids = events.map(({ id }) => encoder.encode(id));
  const startsOf = (parts: ReadonlyArray<Uint8Array>): number[] => {
    const starts = [0];
    for (const part of parts) starts.push(starts.at(-1)! + part.length);
    return starts;
  };
  const idStarts = startsOf(ids);
  return {
    positions: events.map(({ position }) => position),
    bytes: Buffer.concat(events.map(({ bytes }) => bytes)),
    starts: startsOf(events.map(({ bytes }) => bytes)),
    ids: Buffer.concat(ids),
    idStarts,
    idEnds: idStarts.slice(1),
    sources: events.map(({ source }) => numberOf(source)),
    sourceOf: (index) => events[index]!.source,
  };
};

/** Reads a log in an array. */
export const logOf = (events: ReadonlyArray<StoredEvent>): LogReader => {
  const byPosition = new Map(events.map((event) => [event.position, event]));
  const byIdentity = new Map(events.map((event) => [`${event.source}\n${event.id}`, event]));
  return {
    at: (position) => byPosition.get(position),
    lend: (position, use) => use(byPosition.get(position)),
    some: (positions, bytesMax) =>
      positions
        .flatMap((position) => byPosition.get(position) ?? [])
        .filter(({ bytes }) => bytes.length <= bytesMax),
    after: (position, limit) => events.filter((event) => event.position > position).slice(0, limit),
    next: (position, limit) => events.filter((event) => event.position > position).slice(0, limit),
    page: (position, upTo, limit) =>
      pageOf(events.filter((event) => event.position > position && event.position <= upTo).slice(0, limit)),
    find: (source, id) => byIdentity.get(`${source}\n${id}`),
    positionOf: (source, id) => byIdentity.get(`${source}\n${id}`)?.position,
    findSome: (source, ids) => events.filter((event) => event.source === source && ids.includes(event.id)),
    ofSource: (source, after, limit) =>
      events.filter((event) => event.source === source && event.position > after).slice(0, limit),
    head: () => events.at(-1)?.position ?? 0,
    recordedAtOf: (position) => byPosition.get(position)?.recordedAt,
    lastKnownBy: (instant) => events.findLast((event) => event.recordedAt <= instant)?.position ?? 0,
    close: () => {},
  };
};

/** The events in stored form, at dense positions. */
export const storedEvents = (
  events: ReadonlyArray<unknown>,
  authorityOf: (event: Event) => string | null = () => null,
): ReadonlyArray<StoredEvent> =>
  events.map((input, index) => {
    const decoded = decodeEvent(input);
    if (E.isLeft(decoded))
      throw new Error(`not an event: ${JSON.stringify(decoded.left)} ${JSON.stringify(input)}`);
    const { source, id } = decoded.right;
    const bytes = encodeStored(decoded.right);
    const attribution = { recordedBy: null, authority: authorityOf(decoded.right) };
    return { position: index + 1, recordedAt: 1_000 + index, source, id, ...attribution, bytes };
  });

/** Tables that are filled step by step while they are asked. */
export const projectedInStages = (events: ReadonlyArray<StoredEvent>) => {
  const log = logOf(events);
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const applier = new Applier(database, log);
  const scanner = new Scanner(log);
  const nextUpdate = applier.scannerUpdates();
  let index = new IndexReader(database, log);
  return {
    database,
    /** Uses another index from now on, like a restarted process. Returns the previous one and the new one. */
    restart: () => {
      const before = index;
      index = new IndexReader(database, log);
      return { before, after: index };
    },
    /** Applies the events up to a position. */
    applyUpTo: (position: number): void => {
      while (applier.checkpoint() < position) {
        scanner.learn(nextUpdate());
        const batch = scanner.scan(applier.checkpoint(), position, position - applier.checkpoint());
        if (batch === undefined) return;
        applier.apply(batch);
      }
      index.refresh();
    },
    view: (position: number, minAssurance: Assurance = 'claimed') => {
      index.refresh();
      return new View(index, { position, minAssurance });
    },
  };
};

/** Tables filled from the events, in pages of the given sizes (by default all at once). */
export const projected = (
  events: ReadonlyArray<StoredEvent>,
  pages: ReadonlyArray<ReadonlyArray<StoredEvent>> = [events],
) => {
  const log = logOf(events);
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const applier = new Applier(database, log);
  const scanner = new Scanner(log);
  const nextUpdate = applier.scannerUpdates();
  for (const { length } of pages) {
    scanner.learn(nextUpdate());
    const batch = scanner.scan(applier.checkpoint(), Number.MAX_SAFE_INTEGER, length);
    if (batch !== undefined) applier.apply(batch);
  }
  const index = new IndexReader(database, log);
  return {
    database,
    index,
    view: (position: number, minAssurance: Assurance = 'claimed') => {
      index.refresh();
      return new View(index, { position, minAssurance });
    },
  };
};
