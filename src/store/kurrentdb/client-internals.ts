/** The parts of `@eventstore/db-client` 6.2 that its types lack, and why they are needed. */
import type { BaseOptions, EventStoreDBClient } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';

/** The metadata and options of a gRPC call. */
export type CallArguments = [
  metadata: NonNullable<Parameters<StreamsClient['batchAppend']>[0]>,
  options: NonNullable<Parameters<StreamsClient['batchAppend']>[1]>,
];

export interface ClientInternals {
  /** Makes a call on the current connection. Some errors make it replace the connection. */
  execute<C, A>(service: unknown, name: string, call: (grpc: C) => Promise<A>): Promise<A>;
  /** Builds a call's credentials, its `requires-leader` header and its deadline. We add to it. */
  callArguments: (options: BaseOptions, settings?: CallArguments[1]) => CallArguments;
  /** Streams the answers to a call; some errors make it replace the connection. */
  GRPCStreamCreator(service: unknown, name: string, call: (grpc: StreamsClient) => unknown): unknown;
  /** Whether the server has a method. We replace it to choose between the client's two ways of appending. */
  supports: () => Promise<boolean>;
  /** Replaces the connection after an error; rejects when it cannot connect. */
  handleError: (grpc: unknown, error: Error) => Promise<void>;
  /** The connection; disposing of the client leaves it open. */
  getChannel(): Promise<{ close(): void }>;
  /** The server's description of itself. */
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
}

/** The client with its undeclared members. */
export const internalsOf = (client: EventStoreDBClient): ClientInternals =>
  client as unknown as ClientInternals;
