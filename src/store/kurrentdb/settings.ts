/**
 * The address of the KurrentDB server, and which ledger on it to use.
 *
 * The connection string is the client's own, with one more key, `ledger`, for servers with several ledgers.
 * Everything that the client would silently ignore is refused here.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

/** An invalid setting of the store. */
export class WrongStoreSetting extends Error {
  readonly _tag = 'WrongStoreSetting';

  constructor(reason: string, cause?: unknown) {
    super(`LEDGER_STORE: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'WrongStoreSetting';
  }
}

/** The parts of a connection string that the adapter needs. */
export interface KurrentDbSettings {
  /** The connection string in the client's form. */
  readonly connectionString: string;
  /** The name of the ledger, with which the names of its streams begin. */
  readonly ledger: string;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  readonly hasCredentials: boolean;
  /** The node of a cluster that the client would ask: `leader`, `follower`, `random` or `readonlyreplica`. */
  readonly nodePreference: string;
}

const defaultLedger = 'domicile';

const schemes: Readonly<Record<string, string>> = {
  'esdb:': 'esdb:',
  'esdb+discover:': 'esdb+discover:',
  'kurrentdb:': 'esdb:',
  'kurrentdb+discover:': 'esdb+discover:',
};

/** The client's own keys, in lower case and without `-` and `_`. */
const knownKeys: ReadonlySet<string> = new Set([
  'usercertfile',
  'userkeyfile',
  'maxdiscoverattempts',
  'connectionname',
  'defaultdeadline',
  'discoveryinterval',
  'gossiptimeout',
  'nodepreference',
  'tls',
  'tlscafile',
  'keepaliveinterval',
  'keepalivetimeout',
]);

const escapes = 'in names, passwords and values write @ as %40, ? as %3F, / as %2F, : as %3A';

const ledgerPattern = /^[a-z0-9_]{1,64}$/;

/** Removes the credentials from a connection string, for messages. */
export const withoutSecrets = (connectionString: string): string =>
  connectionString.replace(/\/\/[^/?@]*@/, '//***@');

/** The hosts of the servers, without ports. */
export const hostsOf = ({ connectionString }: Pick<KurrentDbSettings, 'connectionString'>) =>
  (/\/\/(?:[^@/?]*@)?([^/?]*)/.exec(connectionString)?.[1] ?? '')
    .split(',')
    .map((host) => host.replace(/:\d+$/, ''));

/** The part after the scheme: `address?query`, where the address includes credentials. */
interface Parts {
  readonly scheme: string;
  readonly address: string;
  readonly query: string;
}

const partsOf = (text: string): E.Either<string, Parts> => {
  const scheme = Object.keys(schemes).find((candidate) => text.startsWith(`${candidate}//`));
  if (scheme === undefined) return E.left('a connection string begins with esdb:// or esdb+discover://');
  const [address = '', query = '', ...more] = text.slice(scheme.length + 2).split('?');
  return more.length > 0 || query.includes('@') ? E.left(escapes) : E.right({ scheme, address, query });
};

/** The `key=value` pairs of the query. */
interface Parameters {
  readonly ledger: string;
  /** The pairs to pass on to the client, as written. */
  readonly forClient: ReadonlyArray<string>;
  /** The values of these pairs in lower case, by key. */
  readonly values: ReadonlyMap<string, string>;
}

const normalized = (key: string): string => key.trim().toLowerCase().replaceAll(/[_-]/g, '');

/** Adds one pair to the parameters. */
const addParameter = (before: Parameters, pair: string): E.Either<string, Parameters> => {
  const separator = pair.indexOf('=');
  const [key, value] = [normalized(pair.slice(0, separator)), pair.slice(separator + 1).trim()];
  if (separator <= 0 || value === '')
    return E.left('after "?", a connection string has key=value pairs, joined by "&"');
  switch (key) {
    case 'ledger':
      return ledgerPattern.test(value)
        ? E.right({ ...before, ledger: value })
        : E.left('ledger= takes 1 to 64 characters of a-z, 0-9 and _');
    case 'tlsverifycert':
      return value === 'false'
        ? E.left('tlsVerifyCert=false has no effect in this client; give the authority with tlsCAFile=')
        : E.right(before);
    case 'throwonappendfailure':
      return E.right(before);
  }
  if (!knownKeys.has(key))
    return E.left(`the connection string has an unknown key: ${pair.slice(0, separator)}`);
  return E.right({
    ...before,
    forClient: [...before.forClient, pair],
    values: new Map([...before.values, [key, value.toLowerCase()]]),
  });
};

const parametersOf = (query: string): E.Either<string, Parameters> => {
  const none: Parameters = { ledger: defaultLedger, forClient: [], values: new Map() };
  return pipe(
    query === '' ? [] : query.split('&'),
    RA.reduce(E.of<string, Parameters>(none), (parameters, pair) =>
      pipe(
        parameters,
        E.flatMap((before) => addParameter(before, pair)),
      ),
    ),
    E.filterOrElse(
      ({ values }) => values.has('usercertfile') === values.has('userkeyfile'),
      () => 'userCertFile= and userKeyFile= belong together',
    ),
  );
};

/** Credentials and servers. */
interface Authority {
  /** User and password as written, followed by `@`; empty if there are none. */
  readonly credentials: string;
  readonly hosts: string;
}

const authorityOf = (address: string): E.Either<string, Authority> => {
  const at = address.lastIndexOf('@');
  const credentials = address.slice(0, at + 1);
  // The client would split at the first @ instead of the last, and cut a password at its first colon.
  if (address.indexOf('@') !== at || credentials.split(':').length > 2) return E.left(escapes);
  const hosts = address.slice(at + 1).replace(/\/+$/, '');
  return hosts === '' ? E.left('the connection string names no host') : E.right({ credentials, hosts });
};

const settingsOf = (
  { scheme }: Parts,
  { ledger, forClient, values }: Parameters,
  { credentials, hosts }: Authority,
): KurrentDbSettings => {
  const named = values.has('connectionname') ? forClient : [...forClient, 'connectionName=domicile'];
  // With this scheme the client would ask only the first host; without it, it asks all of them for the leader.
  const clientScheme = hosts.includes(',') ? 'esdb:' : schemes[scheme];
  return {
    connectionString: `${clientScheme}//${credentials}${hosts}?${named.join('&')}`,
    ledger,
    tls: values.get('tls') !== 'false',
    hasCredentials: credentials.length > 1,
    nodePreference: values.get('nodepreference') ?? 'leader',
  };
};

/**
 * Parses a connection string.
 *
 * @returns the settings, or what is wrong with the string, in a sentence without secrets.
 */
export const parseSettings = (text: string): E.Either<string, KurrentDbSettings> =>
  pipe(
    E.Do,
    E.bind('parts', () => partsOf(text.trim())),
    E.bind('parameters', ({ parts }) => parametersOf(parts.query)),
    E.bind('authority', ({ parts }) => authorityOf(parts.address)),
    E.map(({ parts, parameters, authority }) => settingsOf(parts, parameters, authority)),
  );
