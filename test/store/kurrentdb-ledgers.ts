/** Ledgers on the KurrentDB double for tests: opened with short time limits, closed and removed after the test. */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { onTestFinished } from 'vitest';
import {
  type AppendError,
  type Appended,
  type EventStore,
  type EventToAppend,
  origin,
  type Position,
  type StoredEvent,
} from '../../src/store/event-store.ts';
import { type Notice, processEnvironment } from '../../src/store/kurrentdb/environment.ts';
import { openKurrentDbEventStore } from '../../src/store/kurrentdb/kurrentdb-event-store.ts';
import type { Limits } from '../../src/store/kurrentdb/limits.ts';
import { openReplicaReader, replicaFileOf } from '../../src/store/kurrentdb/replica-format.ts';
import { type KurrentDbSettings, parseSettings } from '../../src/store/kurrentdb/settings.ts';
import type { LogReader } from '../../src/store/log-reader.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode, NodeOptions } from '../support/kurrentdb-double/kurrentdb-node.ts';
import { type ReadableStore, readableStore } from '../support/readable-store.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

/**
 * Short limits for a silent server, so that faults show quickly. Total limits stay long, since a busy machine slows
 * everything else. A record has room for two small events, so that some appends take one record, and others several.
 */
export const impatient: Partial<Limits> = {
  connectMsMax: 60_000,
  appendMsMax: 60_000,
  answerMsMax: 150,
  barrierMsMax: 60_000,
  fetchAfterMs: 10,
  watchdogMs: 60,
  backoffMsMin: 5,
  backoffMsMax: 40,
  recordBytesMax: 900,
};

/** For servers that are never silent: a busy machine must not look like a silent one. */
export const patient: Partial<Limits> = { answerMsMax: 60_000 };

export const settingsOf = (connectionString: string): KurrentDbSettings => {
  const settings = parseSettings(connectionString);
  if (E.isLeft(settings)) throw new Error(settings.left);
  return settings.right;
};

export interface OpenLedger {
  readonly store: ReadableStore;
  /** Reads the replica without updating it first. */
  readonly reader: LogReader;
  readonly directory: string;
  readonly notices: ReadonlyArray<Notice>;
}

/** Opens a ledger in a new directory, or in a given one. */
export const openLedger = async (
  connectionString: string,
  options: { readonly limits?: Partial<Limits>; readonly directory?: string } = {},
): Promise<OpenLedger> => {
  const directory = options.directory ?? newFolder();
  if (options.directory === undefined) onTestFinished(() => removeFolder(directory));
  const notices: Notice[] = [];
  const settings = settingsOf(connectionString);
  const opened = await openKurrentDbEventStore({
    settings,
    directory,
    environment: processEnvironment((notice) => notices.push(notice)),
    limits: { ...impatient, ...options.limits },
  });
  const reader = openReplicaReader(replicaFileOf(directory, settings.ledger));
  const store = readableStore(opened, reader);
  onTestFinished(() => store.close());
  return { store, reader, directory, notices };
};

export const replicaIn = (directory: string): string => join(directory, 'kurrentdb-domicile.mirror');

export const insecure = (node: KurrentDbNode): string => `esdb://${node.address}?tls=false`;

/** A node that stops when the test is over. */
export const runningNode = async (options: Parameters<typeof startNode>[0] = {}): Promise<KurrentDbNode> => {
  const node = await startNode(options);
  onTestFinished(() => node.stop());
  return node;
};

/** A node and a ledger on it. */
export const ledgerOnNode = async (
  options: { readonly node?: Partial<NodeOptions>; readonly limits?: Partial<Limits> } = {},
) => {
  const node = await runningNode(options.node);
  const opened = await openLedger(
    insecure(node),
    options.limits === undefined ? {} : { limits: options.limits },
  );
  return { node, ...opened };
};

export const event = (source: string, id: string, content = `${source} ${id}`): EventToAppend => ({
  source,
  id,
  recordedBy: 'mover',
  authority: 'correct emit',
  bytes: new TextEncoder().encode(content),
});

export const several = (source: string, from: number, to: number): ReadonlyArray<EventToAppend> =>
  Array.from({ length: to - from }, (_, index) => event(source, `${from + index}`));

export const appended = (outcome: E.Either<AppendError, Appended>): Appended => {
  if (E.isLeft(outcome)) throw new Error(`not appended: ${JSON.stringify(outcome.left)}`);
  return outcome.right;
};

export const everything = 1_000_000;

export const wholeLog = (store: ReadableStore): Promise<ReadonlyArray<StoredEvent>> =>
  store.read(origin, everything);

export const names = (events: ReadonlyArray<EventToAppend>): ReadonlyArray<string> =>
  events.map(({ source, id }) => `${source} ${id}`);

/** Waits until the replica has `count` events after a position, without requesting them. */
export const arriving = async (
  reader: LogReader,
  after: Position,
  count: number,
): Promise<ReadonlyArray<StoredEvent>> => {
  await until(() => reader.head() >= after + count);
  return reader.after(after, everything);
};

/** The records of the ledger in KurrentDB, effective or not. */
export const rawRecords = (node: KurrentDbNode) =>
  node.log.records.filter(({ type }) => type === 'domicile-event' || type === 'domicile-events');

/** Waits for a condition. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Sends a batch until the store settles it, as refused callers are told to. */
export const insist = async (store: EventStore, batch: ReadonlyArray<EventToAppend>) => {
  for (let sent = 1; ; sent++) {
    const outcome = await store.append(batch);
    if (E.isRight(outcome) || outcome.left.kind !== 'unavailable') return { outcome, sent };
  }
};
