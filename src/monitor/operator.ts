/** Requests to the operator of the monitored ledger. */
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';

/** How long the operator may take to answer. */
const answerMsMax = 60_000;
/** The longest answer to read. */
const answerBytesMax = 64 * 1_024 * 1_024;

/** The operator's answer, unchanged. */
export interface OperatorAnswer {
  readonly path: string;
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** How often to send the same request, while an operator is busy or after a lost connection. */
const attemptsMax = 5;
const lostMax = 1;
/** The maximum wait for a busy operator. */
const waitMsMax = 5_000;

/** How long the operator asks to wait (RFC 9110, 10.2.3); undefined if it has answered. */
const busyMs = ({ status, headers }: Response): number | undefined => {
  if (status !== 503 && status !== 429) return undefined;
  const seconds = Number(headers.get('retry-after') ?? 1);
  return Math.min(waitMsMax, Number.isFinite(seconds) ? seconds * 1_000 : waitMsMax);
};

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const noAnswer = (path: string, error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return `${path}: no answer (${cause instanceof Error ? cause.message : String(cause)})`;
};

const read = async (path: string, response: Response): Promise<E.Either<string, OperatorAnswer>> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > answerBytesMax) return E.left(`${path}: the answer has more than ${answerBytesMax} bytes`);
    parts.push(part);
  }
  return E.right({ path, status: response.status, bytes: Buffer.concat(parts) });
};

/** Requests to one operator, with retries. */
export class Operator {
  private readonly url: string;
  private readonly token: string | undefined;

  /** @param token the token of a key with the scope `audit`, preferably without `identify`. */
  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /**
   * Requests a path. Retries while the operator is busy, and once after a lost connection, since a kept-alive
   * connection may be closed just as it is reused.
   *
   * @returns why there is no answer.
   */
  async get(path: string): Promise<E.Either<string, OperatorAnswer>> {
    for (let [attempt, lost] = [1, 0]; ; attempt++) {
      try {
        const response = await this.ask(path);
        const wait = attempt < attemptsMax ? busyMs(response) : undefined;
        if (wait === undefined) return await read(path, response);
        await response.body?.cancel();
        await setTimeout(wait);
      } catch (error) {
        if (++lost > lostMax || isTimeout(error)) return E.left(noAnswer(path, error));
      }
    }
  }

  private ask(path: string): Promise<Response> {
    const headers: Record<string, string> =
      this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    return fetch(this.url + path, { headers, signal: AbortSignal.timeout(answerMsMax) });
  }

  /** Requests a path that must exist. */
  async need(path: string): Promise<E.Either<string, OperatorAnswer>> {
    const answer = await this.get(path);
    return E.isRight(answer) && answer.right.status !== 200
      ? E.left(`${path}: the operator answers ${answer.right.status}`)
      : answer;
  }
}
