/**
 * One request and its answer, over `fetch`: decoded, or a tagged error. Works in Node and in browsers.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { knownFieldsOf } from '../contract/known-fields.ts';
import { ProblemDetails } from '../contract/problem.ts';
import { faultsOf } from '../domain/events/fault.ts';
import type { ClientError } from './errors.ts';

/** What of `fetch` the client needs: also that of an app that runs in this process. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Values of query parameters; those that are undefined are left out. A `Date` is written in RFC 3339. */
export type Query = Readonly<Record<string, string | number | boolean | Date | undefined>>;

/** A request, before it has an address. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Segments of the path, not yet escaped. */
  readonly path: ReadonlyArray<string>;
  readonly query?: Query;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Where the ledger is, and who asks. */
export interface Target {
  readonly url: string;
  readonly token?: string | undefined;
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

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // `fetch` of Node says only "fetch failed"; why is in the cause.
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : code;
  return reason ?? error.message;
};

/** What a failed `fetch`, or a body that ended too early, comes to. */
export const lost = (error: unknown, signal?: AbortSignal): ClientError =>
  signal?.aborted ? { kind: 'cancelled' } : { kind: 'network', message: messageOf(error) };

/** Sends a request; any response is a success here. */
export const send = async (target: Target, call: Call): Promise<E.Either<ClientError, Response>> => {
  const headers = new Headers(call.headers);
  headers.set('Accept', call.accept ?? 'application/json');
  if (call.contentType !== undefined) headers.set('Content-Type', call.contentType);
  if (target.token !== undefined) headers.set('Authorization', `Bearer ${target.token}`);
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

const readJson = async (
  response: Response,
  signal: AbortSignal | undefined,
): Promise<E.Either<ClientError, unknown>> => {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    return E.left(lost(error, signal));
  }
  try {
    return E.right(JSON.parse(text));
  } catch {
    return E.left(undecodable(response, `status ${response.status} with a body that is not JSON`));
  }
};

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

/** The refusal that a response carries. */
export const refusalOf = async (response: Response, signal?: AbortSignal): Promise<ClientError> => {
  const mediaType = response.headers.get('content-type') ?? '';
  if (!mediaType.includes('application/problem+json')) {
    await response.body?.cancel();
    return undecodable(response, `status ${response.status} without problem details (RFC 9457)`);
  }
  const json = await readJson(response, signal);
  if (E.isLeft(json)) return json.left;
  const problem = decode(ProblemDetails, json.right, response);
  if (E.isLeft(problem)) return problem.left;
  const retryAfterMs = retryAfterMsOf(response);
  return {
    kind: 'problem',
    status: response.status,
    problem: problem.right,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
};

/** Sends a request that is answered with text. */
export const askText = async (target: Target, call: Call): Promise<E.Either<ClientError, string>> => {
  const response = await send(target, { accept: 'text/plain', ...call });
  if (E.isLeft(response)) return response;
  if (!response.right.ok) return E.left(await refusalOf(response.right, call.signal));
  try {
    return E.right(await response.right.text());
  } catch (error) {
    return E.left(lost(error, call.signal));
  }
};

/** Sends a request and decodes what it is answered with. `also` names statuses that carry the same body. */
export const ask = async <A>(
  target: Target,
  call: Call,
  codec: t.Type<A, unknown, unknown>,
  also: ReadonlyArray<number> = [],
): Promise<E.Either<ClientError, A>> => {
  const response = await send(target, call);
  if (E.isLeft(response)) return response;
  if (!response.right.ok && !also.includes(response.right.status)) {
    return E.left(await refusalOf(response.right, call.signal));
  }
  const json = await readJson(response.right, call.signal);
  return E.isLeft(json) ? json : decode(codec, json.right, response.right);
};

/** Sends a request that is answered without a body. */
export const tell = async (target: Target, call: Call): Promise<E.Either<ClientError, void>> => {
  const response = await send(target, call);
  if (E.isLeft(response)) return response;
  if (!response.right.ok) return E.left(await refusalOf(response.right, call.signal));
  await response.right.body?.cancel();
  return E.right(undefined);
};
