/**
 * What server there is, for `domicile doctor`: its version, its limits, and whether the settings suit it.
 */
import { internalsOf } from './client-internals.ts';
import type { Environment } from './environment.ts';
import { disposeClient, newClient, ServerConnection } from './server-connection.ts';
import { ServerFailure, toServerFailure } from './server-failure.ts';
import { defaultLimits, type KurrentDbSettings, withoutSecrets } from './settings.ts';

/** How much a server takes unless an operator configured it otherwise. */
export interface ServerSizes {
  readonly appendBytesMax: number;
  readonly eventBytesMax: number;
}

/** What was found. */
export interface ServerReport {
  /** The connection string without what is secret in it. */
  readonly address: string;
  readonly ledger: string;
  readonly isReachable: boolean;
  /** Such as `24.10.4`. */
  readonly version: string | undefined;
  readonly sizes: ServerSizes | undefined;
  /** What an operator should look at, each a sentence. */
  readonly findings: ReadonlyArray<string>;
}

const mebibyte = 1_024 * 1_024;

/** The limits of a version, by default. */
export const sizesOf = (version: string): ServerSizes => {
  const [year = 0, month = 0] = version.split('.').map(Number);
  const isNewer = year > 25 || (year === 25 && month >= 1);
  return isNewer
    ? { appendBytesMax: 256 * mebibyte, eventBytesMax: 16 * mebibyte }
    : { appendBytesMax: mebibyte, eventBytesMax: mebibyte };
};

const oldestMajor = 22;

const settingFindings = (settings: KurrentDbSettings): ReadonlyArray<string> => [
  ...(settings.tls
    ? []
    : ['tls=false: what is recorded crosses the network in the clear; use it on one machine only.']),
  ...(!settings.tls && settings.hasCredentials
    ? ['The client sends no user name and password without TLS: they are in the settings in vain.']
    : []),
  ...(settings.nodePreference === 'leader'
    ? []
    : [
        `nodePreference=${settings.nodePreference}: writes and reads are asked of the leader all the same; leave it out.`,
      ]),
];

const versionFindings = (version: string): ReadonlyArray<string> => {
  const major = Number(version.split('.')[0]);
  if (!Number.isInteger(major) || major === 0) return ['The server does not say which version it is.'];
  return major < oldestMajor
    ? [`Version ${version} does not give the positions of events; use ${oldestMajor}.10 or newer.`]
    : [];
};

const versionOf = async (settings: KurrentDbSettings, environment: Environment): Promise<string> => {
  const client = newClient(settings.connectionString);
  const enough = new AbortController();
  const late = environment.sleep(defaultLimits.answerMsMax, enough.signal).then(() => {
    throw new ServerFailure('no-answer', 'KurrentDB does not answer in time', false);
  });
  late.catch(() => undefined);
  try {
    return (await Promise.race([internalsOf(client).capabilities, late])).serverVersion;
  } catch (error) {
    throw toServerFailure(error);
  } finally {
    enough.abort();
    void disposeClient(client, true);
  }
};

/** Looks at the server that the settings name. Never throws: what is wrong is found. */
export const inspectServer = async (
  settings: KurrentDbSettings,
  environment: Environment,
): Promise<ServerReport> => {
  const report = {
    address: withoutSecrets(settings.connectionString),
    ledger: settings.ledger,
    findings: settingFindings(settings),
  };
  let version: string;
  try {
    version = await versionOf(settings, environment);
  } catch (error) {
    const { message } = toServerFailure(error);
    return {
      ...report,
      isReachable: false,
      version: undefined,
      sizes: undefined,
      findings: [...report.findings, `${message}.`],
    };
  }
  const connection = new ServerConnection(
    settings.connectionString,
    defaultLimits.answerMsMax,
    environment.newId,
  );
  const findings = [...report.findings, ...versionFindings(version)];
  try {
    await connection.head();
  } catch (error) {
    const failure = toServerFailure(error);
    findings.push(
      failure.kind === 'denied'
        ? 'This user may not read the whole log ($all): take one in $admins, or grant it in the ACL of $all.'
        : `${failure.message}.`,
    );
  } finally {
    await connection.close();
  }
  return { ...report, isReachable: true, version, sizes: sizesOf(version), findings };
};
