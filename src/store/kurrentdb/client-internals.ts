/**
 * Parts of `@eventstore/db-client` 6.2 that are not in its types, and what they are needed for.
 */
import type { BaseOptions, EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** Headers and options of a call, as gRPC takes them. */
export type CallArguments = [
  metadata: NonNullable<Parameters<StreamsClient['batchAppend']>[0]>,
  options: NonNullable<Parameters<StreamsClient['batchAppend']>[1]>,
];

export interface ClientInternals {
  /** Makes a call on the current connection, and replaces that when the error says so. */
  execute<C, A>(service: unknown, name: string, call: (grpc: C) => Promise<A>): Promise<A>;
  /** Credentials, the wish for the leader, and the deadline of a call. */
  callArguments(options: BaseOptions): CallArguments;
  /** Makes a stream of the answers to a call, and replaces the connection when an error says so. */
  GRPCStreamCreator(service: unknown, name: string, call: (grpc: StreamsClient) => unknown): unknown;
  /** Whether the server has a method. Replaced, to choose between the client's two ways of appending. */
  supports: () => Promise<boolean>;
  /** Replaces the connection after an error. It rejects, unheard, when the next one cannot be made. */
  handleError: (grpc: unknown, error: Error) => Promise<void>;
  /** The connection, which the client does not close when it is disposed of. */
  getChannel(): Promise<{ close(): void }>;
  /** What the server says of itself. */
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
}

export const internalsOf = (client: EventStoreDBClient): ClientInternals =>
  client as unknown as ClientInternals;
