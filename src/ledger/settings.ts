/**
 * The settings of a ledger. `configuration/` reads them from options, the environment and a file.
 */
import type { LoginOptions } from '../people/access/logins.ts';
import type { HttpVaultOptions } from '../people/vault/http-vault.ts';

/** What to do with the identifier of a subject that an event carries in another string (R21). */
export type CarriedIdentifiers = 'refuse' | 'swap';

/**
 * Peers that are trusted as proxies, so that their forwarding headers count: none, every caller, or these addresses
 * and networks.
 */
export type TrustedProxies = 'off' | 'on' | ReadonlyArray<string>;

/** The files of the server's certificate chain and private key, both PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The OpenID Connect issuer whose logins are accepted. */
export interface LoginSettings extends LoginOptions {
  /** The client id with which the console signs in; without one, it asks for a key. */
  readonly clientId?: string | undefined;
}

export interface Settings {
  /** `sqlite:DIR`, or a connection string `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** The directory of the ledger's own files. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** The memory that the server may take, in MiB. */
  readonly memoryMebibytes?: number | undefined;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
  /** The origin line of the log's checkpoints, which is also the name of its keys. */
  readonly origin: string;
  /** The file of the keys that sign checkpoints, if not beside the log. */
  readonly signingKeyFile?: string | undefined;
  /** The file with the tlog-policy of the witnesses of this log, if it has any. */
  readonly witnessesFile?: string | undefined;
  /** Host names by which the server may be addressed, besides those of this machine. */
  readonly allowedHosts: ReadonlyArray<string>;
  /** The address of the vault, if another process keeps it. */
  readonly vault?: HttpVaultOptions | undefined;
  /** What to do with events that carry identifiers in other strings (R21); by default they are refused. */
  readonly carriedIdentifiers?: CarriedIdentifiers | undefined;
  /** The mapping file for imports over HTTP that bring no mapping. */
  readonly importMapFile?: string | undefined;
  /** The file for records imported over HTTP that become no event. */
  readonly importAsideFile?: string | undefined;
  /** An optional prefix of event types, without its dot: `com.example.domicile`. */
  readonly typePrefix?: string | undefined;
  /** The path under which a proxy serves the ledger, such as `/domicile`; empty at the root. */
  readonly basePath?: string | undefined;
  readonly trustProxy?: TrustedProxies | undefined;
  /** Certificate and key, to serve over TLS. */
  readonly tls?: TlsFiles | undefined;
  /** The origins of other sites whose pages may call the API (CORS). */
  readonly corsOrigins?: ReadonlyArray<string> | undefined;
  readonly logins?: LoginSettings | undefined;
  /** How many requests a caller may send in a minute; 0 for no limit. */
  readonly requestsPerMinute?: number | undefined;
  /** The level of the server's own log. */
  readonly logLevel?: LogLevel | undefined;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
