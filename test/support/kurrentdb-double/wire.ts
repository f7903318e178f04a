/**
 * Converts between the double's log and the messages of KurrentDB's gRPC protocol, as in `@eventstore/db-client`.
 */
import cluster from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { ExpectedRevision, LoggedRecord, ProposedRecord, WriteResult } from './transaction-log.ts';

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const identifierOf = (stream: string): InstanceType<typeof shared.StreamIdentifier> =>
  new shared.StreamIdentifier().setStreamName(new TextEncoder().encode(stream));

/** A record as a reader receives it. */
export const toReadResponse = (record: LoggedRecord): InstanceType<typeof streams.ReadResp> => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setCustomMetadata(record.metadata)
    .setData(record.data);
  recorded.getMetadataMap().set('type', record.type);
  recorded.getMetadataMap().set('content-type', record.contentType);
  recorded.getMetadataMap().set('created', String(record.createdTicks));
  const event = new streams.ReadResp.ReadEvent()
    .setEvent(recorded)
    .setCommitPosition(String(record.position));
  return new streams.ReadResp().setEvent(event);
};

export const toConfirmation = (id: string): InstanceType<typeof streams.ReadResp> =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id),
  );

export const toCheckpoint = (position: bigint): InstanceType<typeof streams.ReadResp> =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position)),
  );

export const toCaughtUp = (): InstanceType<typeof streams.ReadResp> =>
  new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const toStreamNotFound = (stream: string): InstanceType<typeof streams.ReadResp> =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)),
  );

interface ProposedMessage {
  getId(): InstanceType<typeof shared.UUID> | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

/** A proposed message in the form of the log. */
export const toProposedRecord = (message: ProposedMessage): ProposedRecord => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

/** An error in the server's form, with its trailers. */
export const rpcError = (
  code: number,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): ServiceError => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const notLeader = (host: string, port: number): ServiceError =>
  rpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

/** The error of every call about a permanently deleted stream. */
export const streamDeleted = (stream: string): ServiceError =>
  rpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** The error of a write refused for its size, or because its stream is deleted. */
export const refusedWrite = (result: WriteResult): ServiceError | undefined => {
  if (result.kind === 'stream-deleted') return streamDeleted(result.stream);
  if (result.kind === 'append-too-large') {
    return rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${result.limit} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(result.limit),
    });
  }
  if (result.kind === 'event-too-large') {
    return rpcError(
      status.INVALID_ARGUMENT,
      `Event with Id: ${result.id}, Size: ${result.size}, exceeds Maximum Append Event Size of ${result.limit}.`,
      {
        exception: 'maximum-append-event-size-exceeded',
        'maximum-append-event-size': String(result.limit),
        'event-id': result.id,
        'proposed-append-event-size': String(result.size),
      },
    );
  }
  return undefined;
};

/** The answer to an append that was written, or met another revision. */
export const toAppendResponse = (
  expected: ExpectedRevision,
  result: WriteResult,
): InstanceType<typeof streams.AppendResp> => {
  const response = new streams.AppendResp();
  if (result.kind === 'written') {
    const position = new streams.AppendResp.Position()
      .setCommitPosition(String(result.position))
      .setPreparePosition(String(result.position));
    return response.setSuccess(
      new streams.AppendResp.Success().setCurrentRevision(String(result.revision)).setPosition(position),
    );
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  const actual = result.kind === 'wrong-expected-version' ? result.actual : undefined;
  if (actual === undefined) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(actual));
  return response.setWrongExpectedVersion(wrong);
};

/** A node as gossip describes it. */
export interface GossipMember {
  readonly host: string;
  readonly port: number;
  readonly state: 'leader' | 'follower';
  readonly isAlive: boolean;
}

export const toClusterInfo = (
  members: ReadonlyArray<GossipMember>,
): InstanceType<typeof cluster.ClusterInfo> =>
  new cluster.ClusterInfo().setMembersList(
    members.map((member, index) =>
      new cluster.MemberInfo()
        .setInstanceId(
          new shared.UUID().setString(`00000000-0000-4000-9000-${String(index).padStart(12, '0')}`),
        )
        .setTimeStamp('0')
        .setState(
          member.state === 'leader'
            ? cluster.MemberInfo.VNodeState.LEADER
            : cluster.MemberInfo.VNodeState.FOLLOWER,
        )
        .setIsAlive(member.isAlive)
        .setHttpEndPoint(new cluster.EndPoint().setAddress(member.host).setPort(member.port)),
    ),
  );
