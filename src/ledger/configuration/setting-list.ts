/** The definitions of all settings: names, description, default, and how the text is read. */
import { memoryMebibytesDefault, memoryMebibytesMax, memoryMebibytesMin } from '../memory-shares.ts';
import { logLevels } from '../settings.ts';
import {
  anyText,
  basePathText,
  claimScopes,
  hostNames,
  issuerText,
  oneOfWords,
  originText,
  type ReadText,
  storeText,
  trustedProxies,
  typePrefixText,
  vaultAddress,
  webOrigins,
  wholeNumberTo,
  wholeNumberWithin,
} from './setting-texts.ts';

/** One setting. */
export interface SettingDefinition<A> {
  /** The environment variable. */
  readonly variable: string;
  /** Its name in the file and, after two dashes, on the command line. */
  readonly key: string;
  /** The placeholder for the value in the help of the option. */
  readonly value: string;
  readonly about: string;
  /** The default, as shown. */
  readonly otherwise: string;
  /** Whether the text is a path or contains one; in a file, it is relative to the directory of the file. */
  readonly path?: 'path' | 'store';
  /** A secret is never shown. It cannot be an option, since every user of the machine can see those. */
  readonly isSecret?: true;
  readonly read: ReadText<A>;
}

const setting = <A>(definition: SettingDefinition<A>): SettingDefinition<A> => definition;

const portMax = 65_535;
const waitMsMax = 600_000;
const requestsPerMinuteMax = 1_000_000;

export const settingList = {
  store: setting({
    variable: 'LEDGER_STORE',
    key: 'store',
    value: 'store',
    about: 'the store of the log: sqlite:DIR, esdb://… or esdb+discover://…',
    otherwise: 'sqlite:./data',
    path: 'store',
    read: storeText,
  }),
  data: setting({
    variable: 'LEDGER_DATA',
    key: 'data',
    value: 'dir',
    about: 'the directory of the ledger’s files',
    otherwise: 'the directory of the store, or ./data',
    path: 'path',
    read: anyText,
  }),
  host: setting({
    variable: 'LEDGER_HOST',
    key: 'host',
    value: 'address',
    about: 'the address to listen on',
    otherwise: '127.0.0.1',
    read: anyText,
  }),
  port: setting({
    variable: 'LEDGER_PORT',
    key: 'port',
    value: 'port',
    about: 'the port; 0 takes any free port',
    otherwise: '8484',
    read: wholeNumberTo(portMax),
  }),
  basePath: setting({
    variable: 'LEDGER_BASE_PATH',
    key: 'base-path',
    value: 'path',
    about: 'the path under which a proxy serves the ledger, such as /domicile',
    otherwise: '/',
    read: basePathText,
  }),
  allowedHosts: setting({
    variable: 'LEDGER_ALLOWED_HOSTS',
    key: 'allowed-hosts',
    value: 'names',
    about: 'further host names of the server, without port',
    otherwise: 'this machine',
    read: hostNames,
  }),
  trustProxy: setting({
    variable: 'LEDGER_TRUST_PROXY',
    key: 'trust-proxy',
    value: 'peers',
    about: 'whose forwarding headers the server trusts: off, on, or addresses and networks of proxies',
    otherwise: 'off',
    read: trustedProxies,
  }),
  tlsCert: setting({
    variable: 'LEDGER_TLS_CERT',
    key: 'tls-cert',
    value: 'file',
    about: 'the file with the certificate chain (PEM); serves HTTPS',
    otherwise: 'none',
    path: 'path',
    read: anyText,
  }),
  tlsKey: setting({
    variable: 'LEDGER_TLS_KEY',
    key: 'tls-key',
    value: 'file',
    about: 'the file with the private key of the certificate (PEM)',
    otherwise: 'none',
    path: 'path',
    read: anyText,
  }),
  corsOrigins: setting({
    variable: 'LEDGER_CORS_ORIGINS',
    key: 'cors-origins',
    value: 'origins',
    about: 'the origins of other web sites whose pages may use the API',
    otherwise: 'none',
    read: webOrigins,
  }),
  oidcIssuer: setting({
    variable: 'LEDGER_OIDC_ISSUER',
    key: 'oidc-issuer',
    value: 'url',
    about: 'the OpenID Connect issuer whose logins are accepted',
    otherwise: 'none',
    read: issuerText,
  }),
  oidcAudience: setting({
    variable: 'LEDGER_OIDC_AUDIENCE',
    key: 'oidc-audience',
    value: 'name',
    about: 'the audience that the issuer’s tokens must have',
    otherwise: 'none',
    read: anyText,
  }),
  oidcScopes: setting({
    variable: 'LEDGER_OIDC_SCOPES',
    key: 'oidc-scopes',
    value: 'mapping',
    about: 'the scopes that values of claims give: groups=auditors -> audit identify',
    otherwise: 'none: logins have no scopes',
    read: claimScopes,
  }),
  oidcNameClaim: setting({
    variable: 'LEDGER_OIDC_NAME_CLAIM',
    key: 'oidc-name-claim',
    value: 'claim',
    about: 'the claim that identifies a login in the log',
    otherwise: 'sub',
    read: anyText,
  }),
  oidcClientId: setting({
    variable: 'LEDGER_OIDC_CLIENT_ID',
    key: 'oidc-client-id',
    value: 'id',
    about: 'the id of the client with which the console signs in',
    otherwise: 'none: the console asks for a key',
    read: anyText,
  }),
  requestsPerMinute: setting({
    variable: 'LEDGER_REQUESTS_PER_MINUTE',
    key: 'requests-per-minute',
    value: 'number',
    about: 'how many requests a caller may send per minute; 0 for no limit',
    otherwise: '0',
    read: wholeNumberTo(requestsPerMinuteMax),
  }),
  memoryMebibytes: setting({
    variable: 'LEDGER_MEMORY_MEBIBYTES',
    key: 'memory-mebibytes',
    value: 'mebibytes',
    about: 'how much memory the server may take, in MiB',
    otherwise: String(memoryMebibytesDefault),
    read: wholeNumberWithin(memoryMebibytesMin, memoryMebibytesMax, 'MiB'),
  }),
  waitMs: setting({
    variable: 'LEDGER_WAIT_MS',
    key: 'wait-ms',
    value: 'ms',
    about: 'how long a question waits for the position in atLeast, in milliseconds',
    otherwise: '5000',
    read: wholeNumberTo(waitMsMax),
  }),
  origin: setting({
    variable: 'LEDGER_ORIGIN',
    key: 'origin',
    value: 'name',
    about: 'the name of this log in signed checkpoints',
    otherwise: 'domicile.local/ledger',
    read: originText,
  }),
  witnesses: setting({
    variable: 'LEDGER_WITNESSES',
    key: 'witnesses',
    value: 'file',
    about: 'the file with the witnesses of this log and their quorum (tlog-policy)',
    otherwise: 'none',
    path: 'path',
    read: anyText,
  }),
  signingKeyFile: setting({
    variable: 'LEDGER_SIGNING_KEY_FILE',
    key: 'signing-key-file',
    value: 'file',
    about: 'the file of the keys that sign checkpoints',
    otherwise: 'signing-keys.json in the data directory',
    path: 'path',
    read: anyText,
  }),
  carriedIdentifiers: setting({
    variable: 'LEDGER_CARRIED_IDENTIFIERS',
    key: 'carried-identifiers',
    value: 'what',
    about: 'how to handle people’s identifiers in other strings of an event: refuse or swap',
    otherwise: 'refuse',
    read: oneOfWords(['refuse', 'swap'] as const),
  }),
  typePrefix: setting({
    variable: 'LEDGER_TYPE_PREFIX',
    key: 'type-prefix',
    value: 'prefix',
    about: 'a prefix that event types may have, such as com.example',
    otherwise: 'none',
    read: typePrefixText,
  }),
  importMap: setting({
    variable: 'LEDGER_IMPORT_MAP',
    key: 'import-map',
    value: 'file',
    about: 'the mapping file that translates names of other systems',
    otherwise: 'none',
    path: 'path',
    read: anyText,
  }),
  importAside: setting({
    variable: 'LEDGER_IMPORT_ASIDE',
    key: 'import-aside',
    value: 'file',
    about: 'the file for imported records that become no event',
    otherwise: 'none',
    path: 'path',
    read: anyText,
  }),
  vault: setting({
    variable: 'LEDGER_VAULT',
    key: 'vault',
    value: 'url',
    about: 'the address of the process that keeps the vault',
    otherwise: 'kept by this process',
    read: vaultAddress,
  }),
  vaultKey: setting({
    variable: 'LEDGER_VAULT_KEY',
    key: 'vault-key',
    value: 'token',
    about: 'the token of a key of that process with the scope vault',
    otherwise: 'none',
    isSecret: true,
    read: anyText,
  }),
  logLevel: setting({
    variable: 'LOG_LEVEL',
    key: 'log-level',
    value: 'level',
    about: 'the level of the server’s log: error, warn, info (with every request) or debug',
    otherwise: 'warn',
    read: oneOfWords(logLevels),
  }),
} as const;

/** The name of a setting in this code: its key in camel case, as the command line has it. */
export type SettingName = keyof typeof settingList;

/** The parsed values of the given settings. */
export type SettingValues = {
  readonly [N in SettingName]?: (typeof settingList)[N] extends SettingDefinition<infer A> ? A : never;
};

export const settingNames = Object.keys(settingList) as ReadonlyArray<SettingName>;
