/**
 * Examines the server for `domicile doctor`: its version, its limits, and whether the settings suit it.
 */
import { convertToCommandError } from '@eventstore/db-client';
import { internalsOf } from './client-internals.ts';
import { disposeClient, newClient } from './client-lifetime.ts';
import type { Environment } from './environment.ts';
import { defaultLimits } from './limits.ts';
import { LogExamination } from './log-examination.ts';
import { LogProblem } from './log-problems.ts';
import type { LogPosition } from './record-format.ts';
import type { ReplicaState } from './replica-format.ts';
import { ServerConnection } from './server-connection.ts';
import { ServerFailure, toServerFailure } from './server-failure.ts';
import {
  type Finding,
  failed,
  limitsFinding,
  ok,
  projectionsFinding,
  settingFindings,
  versionFinding,
} from './server-findings.ts';
import { type KurrentDbSettings, withoutSecrets } from './settings.ts';

/** How often to ask a server that is not ready: the first call to a follower only returns the leader. */
const triesMax = 5;
const triedAgainAfterMs = 200;

const headOf = async (
  connection: ServerConnection,
  environment: Environment,
): Promise<LogPosition | undefined> => {
  for (let tries = 1; ; tries++) {
    try {
      return await connection.head();
    } catch (error) {
      if (toServerFailure(error).kind !== 'not-ready' || tries === triesMax) throw error;
      await environment.sleep(triedAgainAfterMs);
    }
  }
};

const readingFinding = async (connection: ServerConnection, environment: Environment): Promise<Finding> => {
  const name = 'reading';
  try {
    const head = await headOf(connection, environment);
    const end = head === undefined ? 'which is empty' : `which ends at position ${head.commit}`;
    return ok(name, `this user may read the whole log, ${end}`);
  } catch (error) {
    const failure = toServerFailure(error);
    if (failure.kind === 'unknown-user')
      return failed(name, failure.message, 'Correct the user and the password in LEDGER_STORE');
    return failure.kind === 'denied'
      ? failed(
          name,
          'this user may not read the whole log ($all)',
          'Use a user in $admins, or grant access in the ACL of $all',
        )
      : failed(name, failure.message, "Check the server's log");
  }
};

/** A replica and its file. */
export interface InspectedReplica extends ReplicaState {
  readonly file: string;
}

const replicaFinding = async (
  ledger: string,
  connection: ServerConnection,
  replica: InspectedReplica | undefined,
): Promise<ReadonlyArray<Finding>> => {
  const name = 'local replica';
  const last = replica?.last;
  if (replica === undefined || last === undefined) return [];
  try {
    await new LogExamination(ledger, replica.file, connection).lastRecordStands(last);
    const end = (await connection.head())?.commit ?? 0n;
    const read = replica.readUpTo?.commit ?? 0n;
    const behind =
      end > read
        ? `${end - read} bytes of the log are not replicated yet; the next start reads them`
        : 'at the end of the log';
    return [ok(name, `of this server's log; ${behind}`)];
  } catch (error) {
    if (error instanceof LogProblem) return [failed(name, error.what, error.remedy)];
    return [failed(name, `it could not be compared: ${toServerFailure(error).message}`, 'Try again')];
  }
};

/** Asks the server for its version and projections, within the usual time limit. */
const askServer = async (settings: KurrentDbSettings, environment: Environment) => {
  const client = newClient(settings.connectionString);
  const enough = new AbortController();
  const late = environment.sleep(defaultLimits.answerMsMax, enough.signal).then(() => {
    throw new ServerFailure('no-answer', 'KurrentDB does not answer in time', false);
  });
  late.catch(() => undefined);
  try {
    const { serverVersion } = await Promise.race([internalsOf(client).capabilities, late]);
    const projections = await Promise.race([client.listProjections(), late]).catch((error: Error) => error);
    return { version: serverVersion, projections };
  } catch (error) {
    // The client passes gRPC's errors on untranslated.
    throw toServerFailure(error instanceof Error && 'code' in error ? convertToCommandError(error) : error);
  } finally {
    enough.abort();
    void disposeClient(client, true);
  }
};

/**
 * Examines the server that the settings name, and compares it with the local replica.
 *
 * Problems of the server are findings, never errors.
 *
 * @throws WrongStoreSetting when a file that the settings name cannot be read.
 */
export const inspectServer = async (
  settings: KurrentDbSettings,
  environment: Environment,
  replica?: InspectedReplica,
): Promise<ReadonlyArray<Finding>> => {
  const address = withoutSecrets(settings.connectionString);
  const findings = settingFindings(settings);
  let server: Awaited<ReturnType<typeof askServer>>;
  try {
    server = await askServer(settings, environment);
  } catch (error) {
    const { message } = toServerFailure(error);
    const remedy =
      'Check that it is running, the address, the certificate authority (tlsCAFile) and the user';
    return [{ ...failed('KurrentDB', `${message}: ${address}`, remedy), unreachable: true }, ...findings];
  }
  const { version, projections } = server;
  const connection = new ServerConnection(
    settings.connectionString,
    defaultLimits.answerMsMax,
    environment.newId,
  );
  try {
    return [
      versionFinding(version, address),
      limitsFinding(version),
      ...findings,
      await readingFinding(connection, environment),
      projectionsFinding(projections),
      ...(await replicaFinding(settings.ledger, connection, replica)),
    ];
  } finally {
    await connection.close();
  }
};
