/** What `domicile doctor` reports about a server's version and limits, the settings and projections. */
import type { ProjectionDetails } from '@eventstore/db-client';
import { defaultLimits } from './limits.ts';
import { hostsOf, type KurrentDbSettings } from './settings.ts';

/** The result of one check. `remedy` says what to do about a problem. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy: string | null;
  /** Whether the store cannot be reached at all. */
  readonly unreachable?: boolean;
}

/** The default size limits of a server. */
interface ServerSizes {
  readonly appendMiB: number;
  readonly eventMiB: number;
}

/** A finding without a problem. */
export const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found, remedy: null });
const warning = (name: string, found: string, remedy: string): Finding => ({
  name,
  state: 'warning',
  found,
  remedy,
});
/** A finding with a problem, and the remedy. */
export const failed = (name: string, found: string, remedy: string): Finding => ({
  name,
  state: 'failed',
  found,
  remedy,
});

const partsOf = (version: string): readonly [year: number, month: number] => {
  const [year = Number.NaN, month = 0] = version.split('.').map(Number);
  return [year, month];
};

/** The default size limits of a version. */
const sizesOf = (version: string): ServerSizes => {
  const [year, month] = partsOf(version);
  return year > 25 || (year === 25 && month >= 1)
    ? { appendMiB: 256, eventMiB: 16 }
    : { appendMiB: 1, eventMiB: 1 };
};

/** Older servers do not report the positions of events. */
const oldestMajor = 22;

/** Whether the server's version is supported. */
export const versionFinding = (version: string, address: string): Finding => {
  const name = 'KurrentDB';
  const [major] = partsOf(version);
  if (!(major > 0)) return warning(name, `${address} does not report its version`, 'Use a current version');
  return major < oldestMajor
    ? failed(name, `${version} at ${address}`, `Use ${oldestMajor}.10 or newer`)
    : ok(name, `${version} at ${address}`);
};

/** The size limits of the version. */
export const limitsFinding = (version: string): Finding => {
  const { appendMiB, eventMiB } = sizesOf(version);
  const ofEvent = Math.min(eventMiB, defaultLimits.eventBytesMax / 1_024 ** 2);
  const ofAppend = Math.min(appendMiB, defaultLimits.batchBytesMax / 1_024 ** 2);
  return ok(
    'limits',
    `by default, the server accepts appends of ${appendMiB} MiB and events of ${eventMiB} MiB; ` +
      `Domicile sends up to ${ofAppend} MiB and ${ofEvent} MiB`,
  );
};

const isThisMachine = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);

/** Findings about encryption, credentials and the node preference. */
export const settingFindings = (settings: KurrentDbSettings): ReadonlyArray<Finding> => {
  const findings: Finding[] = [];
  if (settings.tls) findings.push(ok('encryption', 'TLS'));
  else if (hostsOf(settings).every(isThisMachine)) findings.push(ok('encryption', 'none, on this machine'));
  else {
    const remedy = 'Run the server with certificates, and leave out tls=false';
    findings.push(warning('encryption', 'none: events cross the network unencrypted', remedy));
  }
  if (!settings.tls && settings.hasCredentials) {
    findings.push(
      warning(
        'user',
        'ignored: without TLS the client sends no user name and password',
        'Remove them, or use TLS',
      ),
    );
  }
  if (settings.nodePreference !== 'leader') {
    const found = `nodePreference=${settings.nodePreference}, but all reads and writes go to the leader`;
    findings.push(warning('node preference', found, 'Remove it'));
  }
  return findings;
};

/** gRPC's status code for a method that the server does not have. */
const unimplemented = 12;

/** Whether the server runs projections, which add writes for every event. */
export const projectionsFinding = (projections: ReadonlyArray<ProjectionDetails> | Error): Finding => {
  const name = 'server projections';
  if (projections instanceof Error) {
    const isOff = 'code' in projections && projections.code === unimplemented;
    return ok(name, isOff ? 'off' : 'unknown: the server does not show this to the user');
  }
  const running = projections.filter(({ status }) => /^running/i.test(status));
  if (running.length === 0) return ok(name, 'on, none running');
  const names = running.map((projection) => projection.name).join(', ');
  return warning(
    name,
    `running: ${names}`,
    'Domicile needs none, and each adds writes for every event: set KURRENTDB_RUN_PROJECTIONS=None, unless others need them',
  );
};
