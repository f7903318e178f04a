/**
 * What the KurrentDB adapter is told: where the server is, which ledger on it, and how patient to be.
 *
 * The connection string is the client's own, with one more key, `ledger`, which names the ledger where one server
 * keeps several. What the client would silently ignore is refused here instead.
 */
import * as E from 'fp-ts/lib/Either.js';

/** Every wait, page, queue and retry of the adapter. Times in milliseconds. */
export interface Limits {
  /** How long opening tries to reach the server. */
  readonly connectMsMax: number;
  /** How long an append may take altogether, waiting in the queue and retries included. */
  readonly appendMsMax: number;
  /** How long the server may take to answer one call. */
  readonly answerMsMax: number;
  /** How long the log's end is waited for before a question is answered from what is here. */
  readonly barrierMsMax: number;
  /** How long a delivery is waited for before it is fetched. */
  readonly fetchAfterMs: number;
  /** How often the subscription is compared with the end of the log. */
  readonly watchdogMs: number;
  /** The shortest and longest wait before a lost connection is tried again. */
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** When a caller that was turned away may come again. */
  readonly retryAfterMs: number;
  /** How much is read of the log at once. */
  readonly pageEventsMax: number;
  readonly pageBytesMax: number;
  /** How much of several appends to one stream is written in one call. */
  readonly groupEventsMax: number;
  readonly groupBytesMax: number;
  /** How large one append may be, and one event of it, where the server does not set a lower limit. */
  readonly batchEventsMax: number;
  readonly batchBytesMax: number;
  readonly eventBytesMax: number;
  /** How many appends wait for the server, and how many bytes they hold. */
  readonly queuedBatchesMax: number;
  readonly queuedBytesMax: number;
  /** How many streams are written to at once. */
  readonly writingStreamsMax: number;
}

export const defaultLimits: Limits = {
  connectMsMax: 15_000,
  appendMsMax: 10_000,
  answerMsMax: 5_000,
  barrierMsMax: 2_000,
  fetchAfterMs: 20,
  watchdogMs: 5_000,
  backoffMsMin: 50,
  backoffMsMax: 5_000,
  retryAfterMs: 1_000,
  pageEventsMax: 1_000,
  pageBytesMax: 16 * 1_024 * 1_024,
  groupEventsMax: 2_000,
  groupBytesMax: 768 * 1_024,
  batchEventsMax: 4_000,
  batchBytesMax: 32 * 1_024 * 1_024,
  eventBytesMax: 4 * 1_024 * 1_024,
  queuedBatchesMax: 4_096,
  queuedBytesMax: 64 * 1_024 * 1_024,
  writingStreamsMax: 32,
};

/** The setting of the store is not one. */
export class WrongStoreSetting extends Error {
  readonly _tag = 'WrongStoreSetting';

  constructor(reason: string, cause?: unknown) {
    super(`LEDGER_STORE: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'WrongStoreSetting';
  }
}

/** A connection string, taken apart as far as the adapter needs it. */
export interface KurrentDbSettings {
  /** The connection string as the client takes it. */
  readonly connectionString: string;
  /** The name of the ledger: the first part of the names of its streams. */
  readonly ledger: string;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  readonly hasCredentials: boolean;
  /** Which node of a cluster is asked. */
  readonly nodePreference: string;
}

const defaultLedger = 'domicile';

const schemes: Readonly<Record<string, string>> = {
  'esdb:': 'esdb:',
  'esdb+discover:': 'esdb+discover:',
  'kurrentdb:': 'esdb:',
  'kurrentdb+discover:': 'esdb+discover:',
};

/** The keys of a connection string that the client knows, by their names without case, `-` and `_`. */
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

/** A connection string without what is secret in it, for messages. */
export const withoutSecrets = (connectionString: string): string =>
  connectionString.replace(/\/\/[^/?@]*@/, '//***@');

/** The names and addresses of the servers, without their ports. */
export const hostsOf = ({ connectionString }: Pick<KurrentDbSettings, 'connectionString'>) =>
  (/\/\/(?:[^@/?]*@)?([^/?]*)/.exec(connectionString)?.[1] ?? '')
    .split(',')
    .map((host) => host.replace(/:\d+$/, ''));

const flat = (key: string): string => key.trim().toLowerCase().replaceAll(/[_-]/g, '');

/**
 * Takes a connection string apart.
 *
 * @returns the settings, or a sentence that says what is wrong with it and holds nothing secret.
 */
export const parseSettings = (text: string): E.Either<string, KurrentDbSettings> => {
  const trimmed = text.trim();
  const scheme = Object.keys(schemes).find((candidate) => trimmed.startsWith(`${candidate}//`));
  if (scheme === undefined) return E.left('a connection string begins with esdb:// or esdb+discover://');
  const [address = '', query = '', ...more] = trimmed.slice(scheme.length + 2).split('?');
  if (more.length > 0 || query.includes('@')) {
    return E.left(escapes);
  }

  let ledger = defaultLedger;
  const kept: string[] = [];
  const values = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const separator = pair.indexOf('=');
    const [key, value] = [flat(pair.slice(0, separator)), pair.slice(separator + 1).trim()];
    if (separator <= 0 || value === '')
      return E.left('after its "?" a connection string has key=value, joined by "&"');
    if (key === 'ledger') {
      if (!ledgerPattern.test(value)) return E.left('ledger= takes 1 to 64 characters of a-z, 0-9 and _');
      ledger = value;
      continue;
    }
    if (key === 'tlsverifycert') {
      if (value !== 'false') continue;
      return E.left('tlsVerifyCert=false has no effect in this client; give the authority with tlsCAFile=');
    }
    if (key === 'throwonappendfailure') continue;
    if (!knownKeys.has(key))
      return E.left(`the connection string has a key that is not known: ${pair.slice(0, separator)}`);
    values.set(key, value.toLowerCase());
    kept.push(pair);
  }
  if (values.has('usercertfile') !== values.has('userkeyfile')) {
    return E.left('userCertFile= and userKeyFile= belong together');
  }
  const at = address.lastIndexOf('@');
  // The client would take the first @ for the last, and cut a password off at its first colon.
  if (address.indexOf('@') !== at || address.slice(0, at + 1).split(':').length > 2) {
    return E.left(escapes);
  }
  const hosts = address.slice(at + 1).replace(/\/+$/, '');
  if (hosts === '') return E.left('the connection string names no host');
  if (!values.has('connectionname')) kept.push('connectionName=domicile');
  return E.right({
    connectionString: `${schemes[scheme]}//${address.slice(0, at + 1)}${hosts}?${kept.join('&')}`,
    ledger,
    tls: values.get('tls') !== 'false',
    hasCredentials: at > 0,
    nodePreference: values.get('nodepreference') ?? 'leader',
  });
};
