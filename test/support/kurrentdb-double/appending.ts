/** The two ways of appending to KurrentDB: `Append` with one event per message, and `BatchAppend` with many. */
import { setImmediate as otherWorkFirst, setTimeout as sleep } from 'node:timers/promises';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessage from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type ServerDuplexStream,
  type ServerReadableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import type { Misbehaviour } from './misbehaviour.ts';
import type { ExpectedRevision, ProposedRecord, TransactionLog, WriteResult } from './transaction-log.ts';
import { refusedWrite, rpcError, textOf, toAppendResponse, toProposedRecord } from './wire.ts';

type AppendRequest = InstanceType<typeof streams.AppendReq>;
type AppendResponse = InstanceType<typeof streams.AppendResp>;
type BatchRequest = InstanceType<typeof streams.BatchAppendReq>;
type BatchResponse = InstanceType<typeof streams.BatchAppendResp>;

export type AppendHandler = (
  call: ServerReadableStream<AppendRequest, AppendResponse>,
  callback: sendUnaryData<AppendResponse>,
) => void;
export type BatchAppendHandler = (call: ServerDuplexStream<BatchRequest, BatchResponse>) => void;

/** What the client learns about a write: its result, nothing ever, or a broken connection. */
export type WriteAnswer = WriteResult | 'silence' | 'broken off';

export type Writer = (
  stream: string,
  expected: ExpectedRevision,
  proposed: ReadonlyArray<ProposedRecord>,
) => Promise<WriteAnswer>;

const brokenOff = () => rpcError(status.UNAVAILABLE, 'The connection was cut');

/** Writes with a planned misbehaviour. */
export const misbehavingWrite = async (
  log: TransactionLog,
  misbehaviour: Misbehaviour | undefined,
  write: () => WriteResult,
): Promise<WriteAnswer> => {
  switch (misbehaviour?.kind) {
    case 'hang':
      return 'silence';
    case 'write-late':
      if (misbehaviour.ms === 'after the next write') await log.nextWrite();
      else await sleep(misbehaviour.ms);
      write();
      return 'silence';
    case 'lose-answer':
      write();
      return misbehaviour.how === 'hang' ? 'silence' : 'broken off';
    case 'slow':
      await sleep(misbehaviour.ms);
      return write();
    default:
      // A real write waits for the disk; meanwhile more of the call arrives.
      await otherWorkFirst();
      return write();
  }
};

/** `Append`: the first message names the stream, and each other one contains an event. */
export const serveAppend = (write: Writer, ...[call, callback]: Parameters<AppendHandler>): void => {
  let stream = '';
  let expected: ExpectedRevision = 'any';
  const proposed: ProposedRecord[] = [];
  call.on('data', (request: AppendRequest) => {
    const options = request.getOptions();
    if (options !== undefined) {
      stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
      if (options.hasNoStream()) expected = 'no_stream';
      else if (options.hasStreamExists()) expected = 'stream_exists';
      else if (options.hasRevision()) expected = BigInt(options.getRevision());
      return;
    }
    const message = request.getProposedMessage();
    if (message !== undefined) proposed.push(toProposedRecord(message));
  });
  call.on('end', async () => {
    if (call.cancelled) return;
    const answer = await write(stream, expected, proposed);
    if (answer === 'silence') return;
    if (answer === 'broken off') return callback(brokenOff());
    const error = refusedWrite(answer);
    if (error !== undefined) callback(error);
    else callback(null, toAppendResponse(expected, answer));
  });
};

/** A batch with more messages to come. */
interface PartialBatch {
  readonly first: BatchRequest;
  readonly proposed: ProposedRecord[];
}

const expectedBy = (options: InstanceType<typeof streams.BatchAppendReq.Options>): ExpectedRevision => {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasStreamPosition() ? BigInt(options.getStreamPosition()) : 'any';
};

/**
 * `BatchAppend`: each message contains several events, and the messages of a batch share a correlation id.
 *
 * As with the real server, a call ends only when an answer is written after the client half-closed it. If the
 * client half-closes it after the last answer, it stays open until its deadline.
 */
export const serveBatchAppend = (
  write: Writer,
  call: Parameters<BatchAppendHandler>[0],
  { lingers = false }: { readonly lingers?: boolean } = {},
): void => {
  const pending = new Map<string, PartialBatch>();
  let isHalfClosed = false;
  call.on('data', async (request: BatchRequest) => {
    const correlation = request.getCorrelationId()?.getString() ?? '';
    if (request.hasOptions()) pending.set(correlation, { first: request, proposed: [] });
    const batch = pending.get(correlation);
    if (batch === undefined) return;
    batch.proposed.push(...request.getProposedMessagesList().map(toProposedRecord));
    if (!request.getIsFinal()) return;
    pending.delete(correlation);
    const options = batch.first.getOptions()!;
    const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
    const answer = await write(stream, expectedBy(options), batch.proposed);
    if (answer === 'silence') return;
    if (answer === 'broken off') call.emit('error', brokenOff());
    else {
      call.write(toBatchResponse(batch.first, answer));
      if (isHalfClosed && !lingers) call.end();
    }
  });
  call.on('end', () => {
    isHalfClosed = true;
  });
};

const toBatchResponse = (request: BatchRequest, result: WriteResult): BatchResponse => {
  const response = new streams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
  if (result.kind === 'written') {
    return response.setSuccess(
      new streams.BatchAppendResp.Success()
        .setCurrentRevision(String(result.revision))
        .setPosition(
          new shared.AllStreamPosition()
            .setCommitPosition(String(result.position))
            .setPreparePosition(String(result.position)),
        ),
    );
  }
  return response.setError(new statusMessage.Status().setMessage(result.kind).setDetails(detailsOf(result)));
};

const detailsOf = (result: Exclude<WriteResult, { kind: 'written' }>): InstanceType<typeof any.Any> => {
  const details = new any.Any();
  switch (result.kind) {
    case 'wrong-expected-version': {
      const wrong = new shared.WrongExpectedVersion();
      if (result.actual !== undefined) wrong.setCurrentStreamRevision(String(result.actual));
      details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
      break;
    }
    case 'stream-deleted': {
      const deleted = new shared.StreamDeleted().setStreamIdentifier(
        new shared.StreamIdentifier().setStreamName(new TextEncoder().encode(result.stream)),
      );
      details.pack(deleted.serializeBinary(), 'event_store.client.StreamDeleted');
      break;
    }
    case 'append-too-large': {
      const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(result.limit);
      details.pack(exceeded.serializeBinary(), 'event_store.client.MaximumAppendSizeExceeded');
      break;
    }
    default:
      // The client's generated messages lack this one, introduced with 25.1.
      details.pack(new Uint8Array(), 'event_store.client.MaximumAppendEventSizeExceeded');
  }
  return details;
};
