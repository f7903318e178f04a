/** Reads the settings from all their sources, with defaults. It reports every fault with its place. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { memoryMebibytesDefault } from '../memory-shares.ts';
import type { LoginSettings, Settings } from '../settings.ts';
import type { GivenTexts, SettingFault } from './configuration-file.ts';
import { type Environment, givenSettings, type SettingSources } from './given-settings.ts';
import { type SettingName, type SettingValues, settingList, settingNames } from './setting-list.ts';

/** The settings, and where each was given. */
export interface Configured {
  readonly settings: Settings;
  readonly given: GivenTexts;
}

const storeOtherwise = 'sqlite:./data';
const embedded = 'sqlite:';

/** The values of the given texts, or every fault. */
const valuesOf = (given: GivenTexts): E.Either<ReadonlyArray<SettingFault>, SettingValues> => {
  const faults: SettingFault[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    const text = given[name];
    if (text === undefined) continue;
    const value: E.Either<string, unknown> = settingList[name].read(text.text);
    if (E.isLeft(value)) faults.push({ place: text.place, message: value.left });
    else values[name] = value.right;
  }
  return faults.length > 0 ? E.left(faults) : E.right(values as SettingValues);
};

/** Settings that require another setting, and why. */
const needed: ReadonlyArray<readonly [there: SettingName, missing: SettingName, what: string]> = [
  ['tlsCert', 'tlsKey', 'TLS requires both a certificate and its key'],
  ['tlsKey', 'tlsCert', 'TLS requires both a certificate and its key'],
  ['oidcIssuer', 'oidcAudience', 'an issuer also makes tokens for other services'],
  ['oidcAudience', 'oidcIssuer', 'logins require an issuer'],
  ['oidcScopes', 'oidcIssuer', 'logins require an issuer'],
  ['oidcClientId', 'oidcIssuer', 'logins require an issuer'],
];

/** Faults of settings that are valid by themselves but do not go together. */
const faultsBetween = (values: SettingValues, given: GivenTexts): ReadonlyArray<SettingFault> =>
  needed.flatMap(([there, missing, what]) => {
    if (values[there] === undefined || values[missing] !== undefined) return [];
    const { variable, key } = settingList[missing];
    return [{ place: given[there]?.place ?? '', message: `${what}: give ${variable} or ${key} as well` }];
  });

const loginsOf = ({
  oidcIssuer: issuer,
  oidcAudience: audience,
  oidcScopes: scopes = [],
  oidcNameClaim: nameClaim = 'sub',
  oidcClientId: clientId,
}: SettingValues): LoginSettings | undefined =>
  issuer === undefined || audience === undefined
    ? undefined
    : { issuer, audience, scopes, nameClaim, clientId };

const settingsOf = (values: SettingValues): Settings => {
  const { store = storeOtherwise, vault, tlsCert, tlsKey } = values;
  return {
    store,
    dataDirectory: store.startsWith(embedded) ? store.slice(embedded.length) : (values.data ?? './data'),
    host: values.host ?? '127.0.0.1',
    port: values.port ?? 8_484,
    memoryMebibytes: values.memoryMebibytes ?? memoryMebibytesDefault,
    waitMs: values.waitMs ?? 5_000,
    origin: values.origin ?? 'domicile.local/ledger',
    signingKeyFile: values.signingKeyFile,
    witnessesFile: values.witnesses,
    vault: vault === undefined ? undefined : { url: vault, key: values.vaultKey },
    carriedIdentifiers: values.carriedIdentifiers ?? 'refuse',
    typePrefix: values.typePrefix,
    importMapFile: values.importMap,
    importAsideFile: values.importAside,
    allowedHosts: values.allowedHosts ?? [],
    basePath: values.basePath ?? '',
    trustProxy: values.trustProxy ?? 'off',
    tls: tlsCert === undefined || tlsKey === undefined ? undefined : { certificate: tlsCert, key: tlsKey },
    corsOrigins: values.corsOrigins ?? [],
    logins: loginsOf(values),
    requestsPerMinute: values.requestsPerMinute ?? 0,
    logLevel: values.logLevel ?? 'warn',
  };
};

/** Reads the settings from options, the environment and the configuration file. */
export const readSettings = (sources: SettingSources): E.Either<ReadonlyArray<SettingFault>, Configured> => {
  return pipe(
    E.Do,
    E.bind('given', () => givenSettings(sources)),
    E.bind('values', ({ given }) => valuesOf(given)),
    E.flatMap(({ given, values }) => {
      const faults = faultsBetween(values, given);
      return faults.length > 0 ? E.left(faults) : E.right({ settings: settingsOf(values), given });
    }),
  );
};

/** The settings if nothing is given. */
export const defaultSettings: Settings = settingsOf({});

/** A fault in one line. */
export const faultLine = ({ place, message }: SettingFault): string => `${place}: ${message}`;

/** Reads the settings of a process that takes no options. */
export const settingsFrom = (environment: Environment): E.Either<ReadonlyArray<SettingFault>, Settings> =>
  E.map(({ settings }: Configured) => settings)(readSettings({ environment, directory: process.cwd() }));
