/**
 * Reads the whole log forwards, filtered by stream.
 *
 * The server can filter reads, but the client offers filters only for subscriptions. This is the client's own read
 * with the filter added to the outgoing request.
 */
import {
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  FORWARDS,
  START,
  type StreamingRead,
} from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type CallArguments, internalsOf } from './client-internals.ts';
import type { LogPosition } from './record-format.ts';

/** How many records the server searches before it reports progress and checks that the caller still waits. */
export const searchWindow = 2_000;

type ReadRequest = InstanceType<typeof streams.ReadReq>;

const { FilterOptions } = streams.ReadReq.Options;

const filterOf = (prefixes: ReadonlyArray<string>): InstanceType<typeof FilterOptions> =>
  new FilterOptions()
    .setStreamIdentifier(new FilterOptions.Expression().setPrefixList([...prefixes]))
    .setMax(searchWindow)
    .setCheckpointintervalmultiplier(1);

/**
 * Reads the log from a position on, inclusive: the streams whose names begin with one of the prefixes or, without
 * prefixes, everything.
 */
export const readForwards = (
  client: EventStoreDBClient,
  from: LogPosition | undefined,
  maxCount: number,
  prefixes: ReadonlyArray<string> | undefined,
): StreamingRead<AllStreamResolvedEvent> => {
  const options = {
    direction: FORWARDS,
    fromPosition: from ?? START,
    maxCount,
    requiresLeader: true,
  } as const;
  if (prefixes === undefined) return client.readAll(options);
  const internals = internalsOf(client);
  // The client passes the request, the headers and the options.
  const read =
    (grpc: StreamsClient) =>
    (request: ReadRequest, ...[headers, settings]: CallArguments): unknown => {
      request.getOptions()?.setFilter(filterOf(prefixes));
      return grpc.read(request, headers, settings);
    };
  const filtering: EventStoreDBClient = Object.create(client, {
    GRPCStreamCreator: {
      value: (service: unknown, name: string, call: (grpc: StreamsClient) => unknown) =>
        internals.GRPCStreamCreator(service, name, (grpc) =>
          call(Object.create(grpc, { read: { value: read(grpc) } })),
        ),
    },
  });
  return filtering.readAll(options);
};
