/** Parses the text of a setting into a value, or says what was expected. */
import { isIP } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import type { ClaimScopes } from '../../people/access/logins.ts';
import { Scope } from '../../people/access/scopes.ts';
import type { TrustedProxies } from '../settings.ts';

/**
 * Parses the text of a setting. The left says what was expected; it never repeats the text, which may be a secret.
 */
export type ReadText<A> = (text: string) => E.Either<string, A>;

/** Any text. */
export const anyText: ReadText<string> = E.right;

/** A whole number of at least 0. */
export const wholeNumberTo =
  (max: number): ReadText<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) <= max
      ? E.right(Number(text))
      : E.left(`expected a whole number from 0 to ${max}`);

/** A whole number of some unit, within bounds. */
export const wholeNumberWithin =
  (min: number, max: number, unit: string): ReadText<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
      ? E.right(Number(text))
      : E.left(`expected a whole number of ${unit} from ${min} to ${max}`);

/** One of a list of words. */
export const oneOfWords =
  <W extends string>(words: ReadonlyArray<W>): ReadText<W> =>
  (text) => {
    const word = words.find((each) => each === text);
    return word === undefined
      ? E.left(`expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`)
      : E.right(word);
  };

/** Items separated by commas; `read` parses each one. */
const listOf = <A>(
  text: string,
  read: (item: string) => A | undefined,
  expected: string,
): E.Either<string, ReadonlyArray<A>> => {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(read);
  const found = items.filter((item): item is Awaited<A> & {} => item !== undefined && item !== null);
  return found.length === items.length ? E.right(found) : E.left(expected);
};

/** The store of the log: a directory, or a connection string. */
export const storeText: ReadText<string> = (text) =>
  /^sqlite:.+$/.test(text) || /^(esdb|kurrentdb)(\+discover)?:\/\/.+$/.test(text)
    ? E.right(text)
    : E.left('expected sqlite:DIR, esdb://… or esdb+discover://…');

/** The address of the process that keeps the vault. */
export const vaultAddress: ReadText<string> = (text) => {
  const url = URL.parse(text);
  const isAddress =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return isAddress
    ? E.right(text)
    : E.left(
        'expected the address of the process that keeps the vault, such as https://ledger-1.internal:8484; give its key in LEDGER_VAULT_KEY',
      );
};

/** A key name of C2SP signed-note, short enough for a cosignature. */
export const originText: ReadText<string> = (text) =>
  /^[^\s+]{1,255}$/u.test(text) && Buffer.byteLength(text) <= 255
    ? E.right(text)
    : E.left('expected up to 255 bytes without spaces or +, such as ledger.example.com/eu');

/** Names like a reverse domain name, which CloudEvents recommends for types. */
export const typePrefixText: ReadText<string> = (text) =>
  /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(text)
    ? E.right(text)
    : E.left('expected names separated by dots, such as com.example.domicile');

/** Names of hosts, without scheme and port. */
export const hostNames: ReadText<ReadonlyArray<string>> = (text) =>
  listOf(
    text.toLowerCase(),
    (host) => (/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(host) ? host : undefined),
    'expected names of hosts without scheme and port, separated by commas: ledger.example.org',
  );

/** Origins of web pages (RFC 6454): scheme, host and port. */
export const webOrigins: ReadText<ReadonlyArray<string>> = (text) =>
  listOf(
    text,
    (item) => {
      const url = URL.parse(item);
      return url !== null && /^https?:$/.test(url.protocol) && url.origin === item.toLowerCase()
        ? url.origin
        : undefined;
    },
    'expected origins of web pages, without a path, separated by commas: https://audit.example.org',
  );

/** The first segments of the API's own paths, which a base path must not start with. */
const ownSegments: ReadonlySet<string> = new Set(['v1', 'api', 'log', 'assets']);

/** The path under which the ledger is served; empty for the root. */
export const basePathText: ReadText<string> = (text) => {
  const path = text.replace(/\/$/, '');
  const segments = path.split('/').slice(1);
  const isPath =
    path === '' ||
    (path.startsWith('/') && segments.every((each) => /^[\w~-][\w.~-]*$/.test(each)) && path.length <= 255);
  if (!isPath) return E.left('expected / or a path such as /domicile');
  return segments[0] !== undefined && ownSegments.has(segments[0])
    ? E.left(`expected a path that does not begin with /${segments[0]}, which belongs to the API`)
    : E.right(path);
};

/** The address of an issuer: HTTPS, unless it is on this machine. */
export const issuerText: ReadText<string> = (text) => {
  const url = URL.parse(text);
  const isIssuer =
    url !== null &&
    (url.protocol === 'https:' ||
      (url.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return isIssuer
    ? E.right(text)
    : E.left(
        'expected the address of the issuer as in the iss claim of its tokens, such as https://login.example.org/realms/audit',
      );
};

/** Values of claims, and the scopes that each grants. */
export const claimScopes: ReadText<ReadonlyArray<ClaimScopes>> = (text) =>
  listOf(
    text,
    (item) => {
      const [, claim, value, words = ''] = /^([\w:./-]+)=([^=]+?)\s*->\s*([a-z ]+)$/.exec(item) ?? [];
      const scopes = words.trim().split(/ +/);
      return claim !== undefined && value !== undefined && scopes.every((scope) => Scope.is(scope))
        ? { claim, value, scopes: scopes.filter(Scope.is) }
        : undefined;
    },
    `expected CLAIM=VALUE -> SCOPES, separated by commas, with scopes of ${Scope.words.join(', ')}: groups=auditors -> audit identify`,
  );

const isAddressOrNetwork = (item: string): boolean => {
  const [address = '', prefix, ...more] = item.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
};

/** Which peers are proxies. */
export const trustedProxies: ReadText<TrustedProxies> = (text) => {
  if (text === 'on' || text === 'true') return E.right('on');
  if (text === 'off' || text === 'false') return E.right('off');
  return listOf(
    text,
    (item) => (isAddressOrNetwork(item) ? item : undefined),
    'expected off, on, or the addresses of the proxies, separated by commas: 10.0.0.2,192.168.0.0/16',
  );
};
