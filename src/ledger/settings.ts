/**
 * The settings of a ledger. `configuration/` reads them from options, the environment and a file.
 */
import type { LoginOptions } from '../people/access/logins.ts';
import type { HttpVaultOptions } from '../people/vault/http-vault.ts';

/** What to do with the identifier of a subject that an event carries in another string (R21). */
export type CarriedIdentifiers = 'refuse' | 'swap';

/**
 * Which peers are proxies whose forwarding headers are believed: none, every caller, or these addresses and networks.
 */
export type TrustedProxies = 'off' | 'on' | ReadonlyArray<string>;

/** The files with the certificate chain and the private key of the server, both PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The issuer of OpenID Connect whose logins are let in. */
export interface LoginSettings extends LoginOptions {
  /** The client as which the console signs in; without one it asks for a key. */
  readonly clientId?: string | undefined;
}

export interface Settings {
  /** `sqlite:DIR`, or a connection string `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** Where the ledger's own files are. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
  /** The origin line of the log's checkpoints, which is also the name of its keys. */
  readonly origin: string;
  /** Where the keys are that sign checkpoints, if not beside the log. */
  readonly signingKeyFile?: string | undefined;
  /** The file with the tlog-policy of the witnesses of this log, if it has any. */
  readonly witnessesFile?: string | undefined;
  /** The names by which the server is asked, besides those of this machine. */
  readonly allowedHosts: ReadonlyArray<string>;
  /** Where the vault is, if another process keeps it. */
  readonly vault?: HttpVaultOptions | undefined;
  /** What becomes of events that carry identifiers in other strings (R21); they are refused unless it is given. */
  readonly carriedIdentifiers?: CarriedIdentifiers | undefined;
  /** The mapping file for what is imported over HTTP without a mapping of its own. */
  readonly importMapFile?: string | undefined;
  /** The file for records of other systems that come over HTTP and become no event. */
  readonly importAsideFile?: string | undefined;
  /** What may stand before the types of events, and a dot: `com.example.domicile`. */
  readonly typePrefix?: string | undefined;
  /** The path under which a proxy serves the ledger, such as `/domicile`; empty at the root. */
  readonly basePath?: string | undefined;
  readonly trustProxy?: TrustedProxies | undefined;
  /** Served over TLS, if it is given. */
  readonly tls?: TlsFiles | undefined;
  /** The origins of other sites whose pages may ask the API (CORS). */
  readonly corsOrigins?: ReadonlyArray<string> | undefined;
  readonly logins?: LoginSettings | undefined;
  /** How many requests a caller may send in a minute; 0 for any number. */
  readonly requestsPerMinute?: number | undefined;
  /** The level of the server's own log. */
  readonly logLevel?: LogLevel | undefined;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
