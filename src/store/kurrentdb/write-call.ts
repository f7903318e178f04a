/**
 * One write as one gRPC call.
 *
 * The client's batch append puts all writes of a process on one call and keeps the pending ones in one map. When
 * any connection breaks, it rejects all of them, and a late answer to a rejected one crashes the process. The
 * client's other append is safe, but several times slower, since it sends each event as a message. This write
 * combines the two: the batch protocol with a separate call for each write, a deadline, and no shared state.
 *
 * The server ends such a call only if it writes an answer after the client half-closed it. Otherwise the call stays
 * open until its deadline, and uses one of the 100 HTTP/2 streams that the server allows for a connection. So a
 * call is half-closed right after the last message, and cancelled if it is still open shortly after the answer.
 */
import { convertToCommandError, type EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService, { type StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { internalsOf } from './client-internals.ts';
import type { RecordToWrite } from './record-format.ts';
import { ServerFailure } from './server-failure.ts';

type Request = InstanceType<typeof streams.BatchAppendReq>;
type Response = InstanceType<typeof streams.BatchAppendResp>;

/** The server's answer to a write. */
export type WriteAnswer =
  | { readonly kind: 'written' }
  | { readonly kind: 'wrong-revision'; readonly actual: bigint }
  | { readonly kind: 'too-large'; readonly limit: number; readonly of: 'append' | 'event' }
  /** An error that the client's messages lack; the slower call reports it as text. */
  | { readonly kind: 'unclear' };

/** How many bytes of events one message carries; the server accepts 16 MiB. */
const messageBytesMax = 3 * 1_024 * 1_024;

/** How long a call may stay open after its answer. */
const lingeringMsMax = 50;

const contentType = 'application/octet-stream';

const proposed = (record: RecordToWrite): InstanceType<typeof streams.BatchAppendReq.ProposedMessage> => {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(record.eventId))
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  message.getMetadataMap().set('type', record.type);
  message.getMetadataMap().set('content-type', contentType);
  return message;
};

/** The messages of a write: one, or several for a large write; the last is marked as final. */
const requestsOf = (
  correlation: string,
  stream: string,
  after: bigint,
  records: ReadonlyArray<RecordToWrite>,
): ReadonlyArray<Request> => {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(
    new shared.StreamIdentifier().setStreamName(new TextEncoder().encode(stream)),
  );
  // The types require another class of empty message; both have the same encoding.
  if (after < 0n) options.setNoStream(new shared.Empty() as never);
  else options.setStreamPosition(String(after));
  const next = (): Request =>
    new streams.BatchAppendReq().setCorrelationId(new shared.UUID().setString(correlation));
  const requests = [next().setOptions(options)];
  let bytes = 0;
  for (const record of records) {
    const size = record.data.length + record.metadata.length;
    if (bytes > 0 && bytes + size > messageBytesMax) {
      requests.push(next());
      bytes = 0;
    }
    requests.at(-1)!.addProposedMessages(proposed(record));
    bytes += size;
  }
  requests.at(-1)!.setIsFinal(true);
  return requests;
};

const answerOf = (response: Response): WriteAnswer => {
  const error = response.getError();
  if (error === undefined) return { kind: 'written' };
  const details = error.getDetails();
  const name = details?.getTypeName().split('.').at(-1);
  const content = details?.getValue_asU8() ?? new Uint8Array();
  switch (name) {
    case 'WrongExpectedVersion': {
      const wrong = shared.WrongExpectedVersion.deserializeBinary(content);
      const actual = wrong.hasCurrentStreamRevision() ? BigInt(wrong.getCurrentStreamRevision()) : -1n;
      return { kind: 'wrong-revision', actual };
    }
    case 'MaximumAppendSizeExceeded': {
      const limit = shared.MaximumAppendSizeExceeded.deserializeBinary(content).getMaxappendsize();
      return limit > 0 ? { kind: 'too-large', limit, of: 'append' } : { kind: 'unclear' };
    }
    case 'AccessDenied':
      throw new ServerFailure('denied', 'KurrentDB does not let this user read and write', false);
    case 'StreamDeleted':
      throw new ServerFailure('deleted', 'a stream of the ledger was deleted in KurrentDB', false);
    case 'Timeout':
      throw new ServerFailure('no-answer', 'KurrentDB did not write in time', true);
    default:
      if (/not ready|is busy|no leader info/i.test(error.getMessage())) {
        throw new ServerFailure('not-ready', 'KurrentDB is not ready', false);
      }
      return { kind: 'unclear' };
  }
};

/**
 * Writes all records after this revision of the stream, or none; `-1n` stands for a stream that does not exist.
 *
 * @throws errors of the client, or a ServerFailure.
 */
export const writeAtOnce = (
  client: EventStoreDBClient,
  correlation: string,
  stream: string,
  after: bigint,
  records: ReadonlyArray<RecordToWrite>,
  deadlineMs: number,
): Promise<WriteAnswer> => {
  const internals = internalsOf(client);
  const requests = requestsOf(correlation, stream, after, records);
  return internals.execute(
    streamsService.StreamsClient,
    'append',
    (grpc: StreamsClient) =>
      new Promise<WriteAnswer>((resolve, reject) => {
        const call = grpc.batchAppend(
          ...internals.callArguments({ requiresLeader: true, deadline: deadlineMs }),
        );
        let lingering: NodeJS.Timeout | undefined;
        call.on('data', (response: Response) => {
          lingering ??= setTimeout(() => call.cancel(), lingeringMsMax);
          try {
            resolve(answerOf(response));
          } catch (failure) {
            reject(failure);
          }
        });
        call.on('status', () => clearTimeout(lingering));
        call.on('error', (error: Error) => reject(convertToCommandError(error)));
        call.on('end', () => {
          if (lingering !== undefined) return;
          reject(new ServerFailure('unreachable', 'KurrentDB ended the call without an answer', true));
        });
        for (const request of requests) call.write(request);
        call.end();
      }),
  );
};

/** The same with the client's own append, one event per message; servers before 21.10 have no other. */
export const writeOneByOne = async (
  client: EventStoreDBClient,
  stream: string,
  after: bigint,
  records: ReadonlyArray<RecordToWrite>,
  deadlineMs: number,
): Promise<void> => {
  await client.appendToStream(
    stream,
    records.map(({ eventId, type, data, metadata }) => ({
      id: eventId,
      contentType,
      type,
      data,
      metadata,
    })),
    { expectedRevision: after < 0n ? NO_STREAM : after, requiresLeader: true, deadline: deadlineMs },
  );
};
