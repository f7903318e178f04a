/**
 * Sends one request over `fetch`, and returns the decoded response or a tagged error. Works in Node and in
 * browsers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { knownFieldsOf } from '../contract/known-fields.ts';
import { ProblemDetails } from '../contract/problem.ts';
import { faultsOf } from '../domain/events/fault.ts';
import type { ClientError } from './errors.ts';

/** The part of `fetch` that the client needs; an application in this process can provide it, too. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Values of query parameters; undefined ones are omitted. A `Date` is written in RFC 3339. */
export type Query = Readonly<Record<string, string | number | boolean | Date | undefined>>;

/** A request without the server's address. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Segments of the path, not escaped yet. */
  readonly path: ReadonlyArray<string>;
  readonly query?: Query;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The server, the caller's token, and how to send. */
export interface Target {
  readonly url: string;
  readonly token?: string | undefined;
  /** Whether to request pseudonyms for people. */
  readonly pseudonyms?: boolean;
  readonly fetch: Fetch;
}

const addressOf = (target: Target, { path, query = {} }: Call): string => {
  const base = target.url.replace(/\/+$/, '');
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      parameters.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const search = parameters.toString();
  return `${base}/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
};

/** Permanent reasons for a failure of Node's `fetch`, in words. */
const lastingReasons: Readonly<Record<string, string>> = {
  ERR_INVALID_URL: 'expected an HTTP address such as http://127.0.0.1:8484',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not use TLS: use http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not use TLS: use http://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; to trust it, name it in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an unknown authority; to trust it, name the authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an unknown authority; to trust it, name the authority in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

/** Temporary reasons: a server may be starting, and a name may be about to resolve. */
const passingReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no server listens there',
  ENOTFOUND: 'this host name does not exist',
  EAI_AGAIN: 'host names cannot be resolved at the moment',
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

/** The error for a failed `fetch`, or for a body that ended too early. */
export const lost = (error: unknown, signal?: AbortSignal): ClientError => {
  if (signal?.aborted) return { kind: 'cancelled' };
  if (!(error instanceof Error)) return { kind: 'network', message: String(error) };
  // The message of Node's `fetch` is only "fetch failed"; the reason is in the cause.
  const { cause } = error;
  const code = codeOf(cause) ?? codeOf(error);
  const lasting = code === undefined ? undefined : lastingReasons[code];
  if (lasting !== undefined) return { kind: 'network', message: lasting, isLasting: true };
  const passing = code === undefined ? undefined : passingReasons[code];
  const reason = passing ?? (cause instanceof Error && cause.message !== '' ? cause.message : codeOf(cause));
  return { kind: 'network', message: reason ?? error.message };
};

/** Sends a request; any response counts as success here. */
export const send = async (target: Target, call: Call): Promise<E.Either<ClientError, Response>> => {
  const headers = new Headers(call.headers);
  headers.set('Accept', call.accept ?? 'application/json');
  if (call.contentType !== undefined) headers.set('Content-Type', call.contentType);
  if (target.token !== undefined) headers.set('Authorization', `Bearer ${target.token}`);
  if (target.pseudonyms === true) headers.append('Prefer', 'pseudonyms');
  try {
    const request = new Request(addressOf(target, call), {
      method: call.method ?? 'GET',
      headers,
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    return E.right(await target.fetch(request));
  } catch (error) {
    return E.left(lost(error, call.signal));
  }
};

const undecodable = (response: Response, message: string): ClientError => ({
  kind: 'undecodable',
  status: response.status,
  message,
  faults: [],
});

/** The text of a body, which may break off. */
const readText = (response: Response, signal: AbortSignal | undefined): TE.TaskEither<ClientError, string> =>
  TE.tryCatch(
    () => response.text(),
    (error) => lost(error, signal),
  );

const readJson = (response: Response, signal: AbortSignal | undefined): TE.TaskEither<ClientError, unknown> =>
  pipe(
    readText(response, signal),
    TE.flatMapEither((text) =>
      E.tryCatch(
        () => JSON.parse(text) as unknown,
        () => undecodable(response, `status ${response.status} with a body that is not JSON`),
      ),
    ),
  );

const decode = <A>(
  codec: t.Type<A, unknown, unknown>,
  json: unknown,
  response: Response,
): E.Either<ClientError, A> => {
  const decoded = codec.decode(knownFieldsOf(codec, json));
  if (E.isRight(decoded)) return decoded;
  const faults = faultsOf(decoded.left);
  const [first] = faults;
  const message = first === undefined ? 'its body has faults' : `${first.pointer || '/'} ${first.message}`;
  return E.left({ kind: 'undecodable', status: response.status, message, faults });
};

const retryAfterMsOf = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
};

/** The refusal in a response. */
export const refusalOf = async (response: Response, signal?: AbortSignal): Promise<ClientError> => {
  const mediaType = response.headers.get('content-type') ?? '';
  if (!mediaType.includes('application/problem+json')) {
    await response.body?.cancel();
    return undecodable(response, `status ${response.status} without problem details (RFC 9457)`);
  }
  const retryAfterMs = retryAfterMsOf(response);
  return pipe(
    readJson(response, signal),
    TE.flatMapEither((json) => decode(ProblemDetails, json, response)),
    TE.match(
      (error) => error,
      (problem): ClientError => ({
        kind: 'problem',
        status: response.status,
        problem,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }),
    ),
  )();
};

/** The response if its status is accepted, otherwise the refusal. */
const accepted = (
  target: Target,
  call: Call,
  also: ReadonlyArray<number> = [],
): TE.TaskEither<ClientError, Response> => {
  // Sent at once, since a caller may cancel right after the call.
  const sent = send(target, call);
  return pipe(
    () => sent,
    TE.flatMap((response) =>
      response.ok || also.includes(response.status)
        ? TE.right(response)
        : TE.leftTask(() => refusalOf(response, call.signal)),
    ),
  );
};

/** Sends a request whose response is text. */
export const askText = (target: Target, call: Call): Promise<E.Either<ClientError, string>> =>
  pipe(
    accepted(target, { accept: 'text/plain', ...call }),
    TE.flatMap((response) => readText(response, call.signal)),
  )();

/** Sends a request and decodes its response. `also` lists further statuses with the same body. */
export const ask = <A>(
  target: Target,
  call: Call,
  codec: t.Type<A, unknown, unknown>,
  also: ReadonlyArray<number> = [],
): Promise<E.Either<ClientError, A>> =>
  pipe(
    accepted(target, call, also),
    TE.flatMap((response) =>
      pipe(
        readJson(response, call.signal),
        TE.flatMapEither((json) => decode(codec, json, response)),
      ),
    ),
  )();

/** Sends a request whose response has no body. */
export const tell = (target: Target, call: Call): Promise<E.Either<ClientError, void>> =>
  pipe(
    accepted(target, call),
    TE.flatMap((response) =>
      TE.fromTask(async () => {
        await response.body?.cancel();
      }),
    ),
  )();
