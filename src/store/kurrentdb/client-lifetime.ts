/** Creates and disposes of KurrentDB clients. */
import { setTimeout as wait } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { type CallArguments, internalsOf } from './client-internals.ts';
import { WrongStoreSetting } from './settings.ts';

/** How long the calls of a closed connection may take to end. */
const disposeMsMax = 1_000;

/**
 * Keeps a call from announcing that it accepts compressed answers. The server compresses each message separately:
 * on both sides that takes more time than everything else about a small message.
 */
const uncompressed = (metadata: CallArguments[0]): CallArguments[0] => {
  const { set, clone } = metadata;
  metadata.set = (key, value) => set.call(metadata, key, key === 'grpc-accept-encoding' ? 'identity' : value);
  metadata.clone = () => uncompressed(clone.call(metadata));
  return metadata;
};

/**
 * Creates a client, which connects on its first call. Its answers are not compressed.
 *
 * @throws WrongStoreSetting when a file that the connection string names cannot be read.
 */
export const newClient = (connectionString: string): EventStoreDBClient => {
  try {
    const client = EventStoreDBClient.connectionString(connectionString);
    const internals = internalsOf(client);
    const { callArguments } = internals;
    internals.callArguments = (...options) => {
      const [metadata, settings] = callArguments(...options);
      return [uncompressed(metadata), settings];
    };
    return client;
  } catch (error) {
    // The client's own messages name files and positions in the string, and nothing secret.
    throw new WrongStoreSetting(error instanceof Error ? error.message : String(error), error);
  }
};

/** Ends the client's calls and closes its connection, which the client itself would leave open. */
export const disposeClient = async (client: EventStoreDBClient, isUsed: boolean): Promise<void> => {
  // Asking an unused client for its connection would open one.
  const closed = isUsed
    ? internalsOf(client)
        .getChannel()
        .then(
          (channel) => channel.close(),
          () => undefined,
        )
    : undefined;
  const disposed = client.dispose().catch(() => undefined);
  await Promise.race([Promise.all([disposed, closed]), wait(disposeMsMax, undefined, { ref: false })]);
};
