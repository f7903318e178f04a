/** The sources of settings: options, the environment, a file, defaults; and messages about wrong ones. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { unknownVariables } from '../../src/ledger/configuration/given-settings.ts';
import { faultLine, readSettings, settingsFrom } from '../../src/ledger/configuration/read-settings.ts';
import { type SettingName, settingList, settingNames } from '../../src/ledger/configuration/setting-list.ts';

const directory = mkdtempSync(join(tmpdir(), 'domicile-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Two different valid texts of each setting; neither is the default. */
const samples: Readonly<Record<SettingName, readonly [string, string, string]>> = {
  store: ['sqlite:/one', 'sqlite:/two', 'sqlite:/three'],
  data: ['/one', '/two', '/three'],
  host: ['::1', '0.0.0.0', '::'],
  port: ['1', '2', '3'],
  basePath: ['/one', '/two', '/three'],
  allowedHosts: ['one.example', 'two.example', 'three.example'],
  trustProxy: ['10.0.0.1', 'on', '10.0.0.0/8'],
  tlsCert: ['/one.pem', '/two.pem', '/three.pem'],
  tlsKey: ['/one.key', '/two.key', '/three.key'],
  corsOrigins: ['https://one.example', 'https://two.example', 'http://three.example:8080'],
  oidcIssuer: ['https://one.example', 'https://two.example/realms/audit', 'http://localhost:8080'],
  oidcAudience: ['one', 'two', 'three'],
  oidcScopes: ['groups=a -> audit', 'groups=b -> audit identify, scope=write -> emit', 'sub=c -> admin'],
  oidcNameClaim: ['one', 'two', 'three'],
  oidcClientId: ['one', 'two', 'three'],
  requestsPerMinute: ['1', '2', '3'],
  memoryMebibytes: ['1024', '2048', '4096'],
  waitMs: ['1', '2', '3'],
  origin: ['one.example', 'two.example', 'three.example'],
  witnesses: ['/one', '/two', '/three'],
  signingKeyFile: ['/one', '/two', '/three'],
  carriedIdentifiers: ['swap', 'refuse', 'swap'],
  typePrefix: ['com.one', 'com.two', 'three'],
  importMap: ['/one', '/two', '/three'],
  importAside: ['/one', '/two', '/three'],
  vault: ['http://one.example', 'http://two.example', 'http://three.example'],
  vaultKey: ['one', 'two', 'three'],
  logLevel: ['info', 'error', 'debug'],
};

/** The settings that a setting requires. */
const beside: Readonly<Record<string, string>> = {
  LEDGER_TLS_CERT: '/beside.pem',
  LEDGER_TLS_KEY: '/beside.key',
  LEDGER_VAULT: 'http://beside.example',
  LEDGER_OIDC_ISSUER: 'https://beside.example',
  LEDGER_OIDC_AUDIENCE: 'beside',
};

const written = (lines: string): string => {
  const file = join(directory, 'settings.yaml');
  writeFileSync(file, lines);
  return file;
};

const faultsOf = (read: ReturnType<typeof readSettings>): ReadonlyArray<string> =>
  E.isLeft(read) ? read.left.map(faultLine) : [];

describe('given a setting in several places', () => {
  it.each(settingNames)(
    'when %s is in all of them, then the option precedes the environment, and that precedes the file',
    (name) => {
      const { key, variable } = settingList[name];
      const [inFile, inEnvironment, asOption] = samples[name];
      const configOption = written(`${key}: "${inFile}"\n`);
      const { [variable]: _, ...environment } = beside;
      const given = (further: object, options = {}) => {
        const read = readSettings({
          directory,
          configOption,
          options,
          environment: { ...environment, ...further },
        });
        if (E.isLeft(read)) throw new Error(faultsOf(read).join());
        return read.right;
      };
      const file = given({});
      const variables = given({ [variable]: inEnvironment });
      const option = given({ [variable]: inEnvironment }, { [name]: asOption });
      expect([file, variables, option].map((each) => each.given[name])).toEqual([
        { text: inFile, place: `settings.yaml:1: ${key}` },
        { text: inEnvironment, place: variable },
        { text: asOption, place: `--${key}` },
      ]);
      // The source is not only reported, but its value has its effect.
      const effects = [file, variables].map((each) => JSON.stringify(each.settings));
      expect(new Set(effects).size).toBe(2);
    },
  );

  it('when an environment variable is empty, then it counts as absent', () => {
    const read = settingsFrom({ LEDGER_PORT: '' });
    expect(E.isRight(read) && read.right.port).toBe(8_484);
  });
});

describe('given the directory of a ledger', () => {
  const storeOf = (options: object, environment: Record<string, string>, lines = '') => {
    const read = readSettings({ directory, configOption: written(lines), options, environment });
    if (E.isLeft(read)) throw new Error(faultsOf(read).join());
    return [read.right.settings.store, read.right.settings.dataDirectory];
  };

  it('when only the directory is given, then the ledger is in it', () => {
    expect(storeOf({}, { LEDGER_DATA: '/var/lib/domicile' })).toEqual([
      'sqlite:/var/lib/domicile',
      '/var/lib/domicile',
    ]);
  });

  it('when the environment names a server, then an option for a directory is refused', () => {
    const environment = { LEDGER_STORE: 'esdb://kurrentdb:2113', LEDGER_DATA: '/replica' };
    expect(storeOf({}, environment)).toEqual(['esdb://kurrentdb:2113', '/replica']);
    expect(() => storeOf({ data: '/other' }, environment)).toThrow(
      /^--data: names an embedded ledger, and LEDGER_STORE names one on KurrentDB.*LEDGER_DATA=\/other/,
    );
    expect(storeOf({ data: '/other', store: 'esdb://other:2113' }, environment)).toEqual([
      'esdb://other:2113',
      '/other',
    ]);
  });

  it('when paths are in a file, then they are relative to its directory, and in the environment to the working directory', () => {
    expect(storeOf({}, {}, 'store: sqlite:./here\n')[1]).toBe(join(directory, 'here'));
    expect(storeOf({}, {}, 'data: here\n')[1]).toBe(join(directory, 'here'));
    expect(storeOf({}, { LEDGER_STORE: 'sqlite:./here' })[1]).toBe('./here');
  });
});

describe('given a wrong setting', () => {
  it.each([
    ['port: many\n', 'settings.yaml:1: port: expected a whole number from 0 to 65535'],
    [
      '# where\n\nhots: 127.0.0.1\n',
      'settings.yaml:3: hots: there is no setting with this name; did you mean host?',
    ],
    ['port: 1\nport: 2\n', 'settings.yaml:2: Map keys must be unique'],
    ['port:\n', 'settings.yaml:1: port: expected a value, or a list of values'],
    ['port: 0x10\n', 'settings.yaml:1: port: expected a whole number from 0 to 65535'],
    [
      'memory-mebibytes: 100\n',
      'settings.yaml:1: memory-mebibytes: expected a whole number of MiB from 1024 to 1048576',
    ],
    [
      'allowed-hosts: [a.example, "b.example,c.example"]\n',
      'settings.yaml:1: allowed-hosts: expected a value, or a list of values',
    ],
    ['- port\n', 'settings.yaml:1: expected lines such as "port: 8484"'],
  ])('when the file contains %j, then the line is reported', (lines, told) => {
    expect(faultsOf(readSettings({ directory, configOption: written(lines), environment: {} }))).toEqual([
      told,
    ]);
  });

  it('when several are wrong, then each is reported with its place, and none of their texts is repeated', () => {
    const read = readSettings({
      directory,
      configOption: written('base-path: secret\n'),
      options: { port: 'secret' },
      environment: { LEDGER_TRUST_PROXY: 'secret', LEDGER_VAULT: 'secret' },
    });
    const told = faultsOf(read);
    expect(told.map((line) => line.split(': ')[0])).toEqual([
      '--port',
      'settings.yaml:1',
      'LEDGER_TRUST_PROXY',
      'LEDGER_VAULT',
    ]);
    expect(told.join()).not.toContain('secret');
  });

  it('when a certificate is given without its key, then that is reported', () => {
    expect(faultsOf(readSettings({ directory, environment: { LEDGER_TLS_CERT: 'cert.pem' } }))).toEqual([
      'LEDGER_TLS_CERT: TLS requires both a certificate and its key: give LEDGER_TLS_KEY or tls-key as well',
    ]);
  });

  it('when the named file is missing, then the place that named it is reported', () => {
    expect(faultsOf(readSettings({ directory, environment: { LEDGER_CONFIG: 'none.yaml' } }))).toEqual([
      'LEDGER_CONFIG: the configuration file none.yaml cannot be read (ENOENT)',
    ]);
  });

  it('when no file is named, then domicile.yaml of the working directory counts, if it exists', () => {
    const elsewhere = join(directory, 'elsewhere');
    mkdirSync(elsewhere);
    expect(E.isRight(readSettings({ directory: elsewhere, environment: {} }))).toBe(true);
    writeFileSync(join(elsewhere, 'domicile.yaml'), 'port: 99\n');
    const read = readSettings({ directory: elsewhere, environment: {} });
    expect(E.isRight(read) && read.right.settings.port).toBe(99);
  });

  it('when a path of the API is the base path, then it is refused', () => {
    for (const path of ['/v1', '/api/x', 'relative', '/a b', '/a/../b', '//a'])
      expect([
        path,
        faultsOf(readSettings({ directory, environment: { LEDGER_BASE_PATH: path } })).length,
      ]).toEqual([path, 1]);
    for (const path of ['/', '/domicile/', '/a/b-c'])
      expect([path, faultsOf(readSettings({ directory, environment: { LEDGER_BASE_PATH: path } }))]).toEqual([
        path,
        [],
      ]);
  });

  it('when a variable only looks like a setting, then it is found', () => {
    expect(unknownVariables({ LEDGER_PRT: '1', LEDGER_PORT: '1', LEDGER_TOKEN: 'x', HOME: '/' })).toEqual([
      'LEDGER_PRT',
    ]);
  });
});

describe('given the reference of settings', () => {
  it('then it has a row for each', () => {
    const page = readFileSync(
      join(import.meta.dirname, '..', '..', 'docs', 'reference', 'settings.md'),
      'utf8',
    );
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| `([a-z-]+)`/gm)].map(([, variable, key]) => [
      variable,
      key,
    ]);
    const expected = settingNames.map((name) => [settingList[name].variable, settingList[name].key]);
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });
});
