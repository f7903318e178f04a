/** Reads and subscriptions of the KurrentDB double: selecting records, and sending them with backpressure. */
import { setTimeout as sleep } from 'node:timers/promises';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Misbehaviour } from './misbehaviour.ts';
import type { LoggedRecord, TransactionLog } from './transaction-log.ts';
import {
  rpcError,
  streamDeleted,
  textOf,
  toCaughtUp,
  toCheckpoint,
  toConfirmation,
  toReadResponse,
  toStreamNotFound,
} from './wire.ts';

type ReadRequest = InstanceType<typeof streams.ReadReq>;
type ReadResponse = InstanceType<typeof streams.ReadResp>;
type ReadOptions = InstanceType<typeof streams.ReadReq.Options>;
export type ReadCall = ServerWritableStream<ReadRequest, ReadResponse>;

const { ReadDirection, FilterOptions } = streams.ReadReq.Options;
const { FilterCase, WindowCase } = FilterOptions;

/** How many events the server reads at once while it searches, unless the subscriber asks for more. */
const searchWindowDefault = 32;

type Matches = (record: LoggedRecord) => boolean;

const matcherOf = (options: ReadOptions): Matches => {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const byStream = filter.getFilterCase() === FilterCase.STREAM_IDENTIFIER;
  const expression = byStream ? filter.getStreamIdentifier() : filter.getEventType();
  const regex = expression?.getRegex() ?? '';
  const prefixes = expression?.getPrefixList() ?? [];
  const pattern = regex === '' ? undefined : new RegExp(regex);
  return (record) => {
    const subject = byStream ? record.stream : record.type;
    return pattern === undefined
      ? prefixes.some((prefix) => subject.startsWith(prefix))
      : pattern.test(subject);
  };
};

const checkpointIntervalOf = (options: ReadOptions): number => {
  const filter = options.getFilter();
  if (filter === undefined) return Number.POSITIVE_INFINITY;
  const window = filter.getWindowCase() === WindowCase.MAX ? filter.getMax() : searchWindowDefault;
  return window * filter.getCheckpointintervalmultiplier();
};

/** The records that a read of a stream or of all selects. */
const selected = (log: TransactionLog, options: ReadOptions): ReadonlyArray<LoggedRecord> | undefined => {
  const backwards = options.getReadDirection() === ReadDirection.BACKWARDS;
  const stream = options.getStream();
  if (stream !== undefined) {
    const held = log.stream(textOf(stream.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array()));
    if (held.length === 0) return undefined;
    const indexOf = (revision: string): number => Math.max(0, Number(BigInt(revision) - held[0]!.revision));
    const from = stream.hasRevision()
      ? indexOf(stream.getRevision())
      : stream.hasEnd()
        ? held.length - (backwards ? 1 : 0)
        : 0;
    return backwards ? held.slice(0, from + 1).reverse() : held.slice(from);
  }
  // A forward read of all includes the event at its position, a backward read does not.
  const all = options.getAll();
  const position = all?.getPosition();
  const from =
    position !== undefined
      ? log.indexAt(BigInt(position.getCommitPosition()))
      : all?.hasEnd()
        ? log.records.length
        : 0;
  const matches = matcherOf(options);
  const records = backwards ? log.records.slice(0, from).reverse() : log.records.slice(from);
  return records.filter(matches);
};

/** Sends a message, and waits for a slow reader. */
const send = async (call: ReadCall, response: ReadResponse): Promise<void> => {
  if (call.write(response)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      call.off('cancelled', done);
      call.off('close', done);
      resolve();
    };
    call.on('drain', done);
    call.on('cancelled', done);
    call.on('close', done);
  });
};

const breakOff = (call: ReadCall): void => {
  call.emit('error', rpcError(status.UNAVAILABLE, 'The connection was cut'));
};

/**
 * Whether the call ends here because of misbehaviour after a number of events. The promise of a stalled call
 * resolves once the reader gives up.
 */
const goesWrong = async (
  call: ReadCall,
  misbehaviour: Misbehaviour | undefined,
  sent: number,
): Promise<boolean> => {
  if (misbehaviour === undefined || !('afterEvents' in misbehaviour) || sent < misbehaviour.afterEvents) {
    return false;
  }
  if (misbehaviour.kind === 'cut') breakOff(call);
  else if (misbehaviour.kind === 'end') call.end();
  return true;
};

/** Serves a read with an end. */
export const serveRead = async (
  log: TransactionLog,
  call: ReadCall,
  misbehaviour: Misbehaviour | undefined,
): Promise<void> => {
  const options = call.request.getOptions()!;
  const name = textOf(options.getStream()?.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
  if (log.isDeleted(name)) {
    call.emit('error', streamDeleted(name));
    return;
  }
  const records = selected(log, options);
  if (records === undefined) {
    await send(call, toStreamNotFound(name));
    call.end();
    return;
  }
  let sent = 0;
  for (const record of records.slice(0, Number(options.getCount()))) {
    if (await goesWrong(call, misbehaviour, sent)) return;
    if (call.cancelled) return;
    await send(call, toReadResponse(record));
    sent += 1;
  }
  if (await goesWrong(call, misbehaviour, Number.POSITIVE_INFINITY)) return;
  call.end();
};

/** Serves a subscription until the subscriber leaves or the server stops. */
export const serveSubscription = async (
  log: TransactionLog,
  call: ReadCall,
  misbehaviour: Misbehaviour | undefined,
): Promise<void> => {
  const options = call.request.getOptions()!;
  const matches = matcherOf(options);
  const checkpointInterval = checkpointIntervalOf(options);
  const all = options.getAll();
  const position = all?.getPosition();
  // A subscription starts after its position; a record at exactly that position was seen.
  let index =
    position !== undefined
      ? log.indexAt(BigInt(position.getCommitPosition()) + 1n)
      : all?.hasEnd()
        ? log.records.length
        : 0;
  let wake = (): void => undefined;
  const forget = log.onWritten(() => wake());
  for (const event of ['cancelled', 'close', 'error']) call.on(event, () => wake());
  const over = (): boolean => call.cancelled || call.destroyed || call.writableEnded;
  let [sent, considered, caughtUp] = [0, 0, false];
  try {
    await send(call, toConfirmation('double'));
    if (misbehaviour?.kind === 'early-caught-up') {
      const last = log.records.at(-1);
      await send(call, toCaughtUp());
      if (last !== undefined) await send(call, toCheckpoint(last.position));
      await sleep(10);
    }
    while (!over()) {
      const record = log.records[index];
      if (record === undefined) {
        if (!caughtUp) {
          caughtUp = true;
          await send(call, toCaughtUp());
          const last = log.records.at(-1);
          if (last !== undefined && options.getFilter() !== undefined) {
            await send(call, toCheckpoint(last.position));
          }
        }
        const grown = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (log.records[index] === undefined && !over()) await grown;
        continue;
      }
      index += 1;
      considered += 1;
      if (matches(record)) {
        if (await goesWrong(call, misbehaviour, sent)) return;
        await send(call, toReadResponse(record));
        sent += 1;
      }
      if (considered >= checkpointInterval) {
        considered = 0;
        await send(call, toCheckpoint(record.position));
      }
    }
  } finally {
    forget();
  }
};
