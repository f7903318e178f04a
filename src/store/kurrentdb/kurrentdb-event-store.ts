/**
 * The event store on KurrentDB (formerly EventStoreDB): the log on the server, and a replica of it on this machine.
 *
 * Appends are written to the server, and answered once the replica has read them back. Several processes can use one
 * ledger, each with its own replica.
 */
import { renameSync, rmSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { type EventStore, type EventToAppend, origin, type StoredEvent } from '../event-store.ts';
import { makePrivateDirectory } from '../private-files.ts';
import { DamagedStore, OlderSchema } from '../sqlite/store-problems.ts';
import { assertWellFormed } from '../well-formed.ts';
import { AppendQueues } from './append-queues.ts';
import { CatchUp } from './catch-up.ts';
import { backoffMs, type Environment } from './environment.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { HistoryCut } from './log-problems.ts';
import { openReplica, type Replica } from './replica.ts';
import { replicaFileOf } from './replica-format.ts';
import { ServerConnection } from './server-connection.ts';
import { isRefusalOfUser, ServerFailure } from './server-failure.ts';
import { type KurrentDbSettings, withoutSecrets } from './settings.ts';
import { VaultClaim } from './vault-claim.ts';

const remedyOf = ({ kind }: ServerFailure): string => {
  if (kind === 'unknown-user') return 'Correct the user and the password in LEDGER_STORE.';
  if (kind === 'denied')
    return 'Reading the whole log requires a user in $admins, or one with access to $all.';
  return 'Check that the server is running, the address and the certificates.';
};

/** The server could not be reached while the store was being opened. */
class ServerUnreachable extends Error {
  readonly _tag = 'ServerUnreachable';

  constructor(settings: KurrentDbSettings, failure: ServerFailure) {
    super(`${failure.message}: ${withoutSecrets(settings.connectionString)}. ${remedyOf(failure)}`, {
      cause: failure,
    });
    this.name = 'ServerUnreachable';
  }
}

export interface KurrentDbEventStoreOptions {
  readonly settings: KurrentDbSettings;
  /** The directory of the replica. */
  readonly directory: string;
  readonly environment: Environment;
  readonly limits?: Partial<Limits>;
}

/** An event store that also accepts copied events, and reports growth. */
export interface KurrentDbEventStore extends EventStore {
  /** Appends events that another ledger recorded, with their original times. */
  appendCopies(batch: ReadonlyArray<Omit<StoredEvent, 'position'>>): ReturnType<EventStore['append']>;
  /** Calls back whenever any process has recorded events. Call the returned function to stop. */
  readonly onGrown: (listener: () => void) => () => void;
  /** Claims the ledger for a vault, and returns the vault that it belongs to now. */
  readonly claimVault: VaultClaim['claim'];
}

const nothingAppended = { recorded: 0, duplicates: 0, position: origin };

/** Moves a replica out of the way, so that the next one is read anew. */
const setAside = (file: string, as: 'older' | 'damaged' | 'incomplete'): void => {
  const aside = `${file}.${as}`;
  rmSync(aside, { force: true });
  renameSync(file, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
};

/** Opens the replica. A damaged or outdated one is set aside and rebuilt. */
const openOrRebuild = (file: string, environment: Environment): Replica => {
  try {
    return openReplica(file, environment.now());
  } catch (error) {
    if (!(error instanceof DamagedStore || error instanceof OlderSchema)) throw error;
    environment.notify({ kind: 'replica-rebuilt', reason: `${file}: ${error.what}` });
    setAside(file, error instanceof OlderSchema ? 'older' : 'damaged');
    return openReplica(file, environment.now());
  }
};

/** Retries until the server answers, for at most `connectMsMax`. */
const begin = async (
  catchUp: CatchUp,
  settings: KurrentDbSettings,
  limits: Limits,
  environment: Environment,
): Promise<void> => {
  const giveUpAt = environment.now() + limits.connectMsMax;
  for (let attempt = 0; ; attempt++) {
    try {
      return await catchUp.begin();
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error;
      const retryInMs = backoffMs(attempt, limits.backoffMsMin, limits.backoffMsMax, environment.random());
      if (isRefusalOfUser(error.kind) || environment.now() + retryInMs > giveUpAt) {
        throw new ServerUnreachable(settings, error);
      }
      environment.notify({ kind: 'connection-lost', reason: error.message, retryInMs });
      await environment.sleep(retryInMs);
    }
  }
};

/**
 * Opens a ledger on KurrentDB, and reads its whole log.
 *
 * @throws ServerUnreachable; WrongStoreSetting; a LogProblem when the replica is of another log or the log lost
 * records; a StoreProblem about the replica's file.
 */
export const openKurrentDbEventStore = async (
  options: KurrentDbEventStoreOptions,
): Promise<KurrentDbEventStore> => {
  const { settings, directory, environment } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  makePrivateDirectory(directory);
  const connection = new ServerConnection(settings.connectionString, limits.answerMsMax, environment.newId);
  const file = replicaFileOf(directory, settings.ledger);
  const replica = openOrRebuild(file, environment);
  const catchUp = new CatchUp(settings.ledger, replica, connection, limits, environment);
  try {
    await begin(catchUp, settings, limits, environment);
  } catch (error) {
    await connection.close();
    replica.close();
    // A replica that has never been whole may lack records in between; it must not be read on from a restored log.
    if (error instanceof HistoryCut) setAside(file, 'incomplete');
    throw error;
  }
  const queues = new AppendQueues(settings.ledger, replica, connection, catchUp, limits, environment);
  const claims = new VaultClaim(settings.ledger, connection, limits, environment);
  let closed: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    await queues.close();
    await catchUp.stop();
    await connection.close();
    replica.close();
  };

  return {
    kind: 'kurrentdb',
    appendsInSequence: false,
    append: async (batch) => {
      assertWellFormed(batch);
      return batch.length === 0 ? E.right(nothingAppended) : queues.append(batch);
    },
    appendCopies: async (batch) => {
      assertWellFormed(batch);
      const times = new Map<EventToAppend, Instant>(batch.map((event) => [event, event.recordedAt]));
      return batch.length === 0
        ? E.right(nothingAppended)
        : queues.append(batch, (event) => times.get(event)!);
    },
    fault: () => catchUp.failure?.message,
    claimVault: (vault, insists) => claims.claim(vault, insists),
    onGrown: (listener) => catchUp.onGrown(listener),
    head: async () => {
      await catchUp.softBarrier();
      return replica.head();
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};
