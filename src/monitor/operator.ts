/**
 * Requests to the operator of the ledger that is monitored.
 */
import * as E from 'fp-ts/lib/Either.js';

/** How long the operator may take to answer. */
const answerMsMax = 60_000;
/** The longest answer that is read. */
const answerBytesMax = 64 * 1_024 * 1_024;

/** What the operator answered, as it is. */
export interface OperatorAnswer {
  readonly path: string;
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** How often the same is asked. */
const attemptsMax = 2;

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const noAnswer = (path: string, error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return `${path}: no answer (${cause instanceof Error ? cause.message : String(cause)})`;
};

export class Operator {
  private readonly url: string;
  private readonly token: string | undefined;

  /** @param token of a key with the scope `audit`, best without `identify`. */
  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /**
   * Asks for a path: once more if the connection was lost, for the operator may have closed one that was kept open just as it was
   * used again.
   *
   * @returns why there is no answer.
   */
  async get(path: string): Promise<E.Either<string, OperatorAnswer>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(path);
      } catch (error) {
        if (attempt === attemptsMax || isTimeout(error)) return E.left(noAnswer(path, error));
      }
    }
  }

  /** @throws where the connection is lost, or there is no answer in time. */
  private async ask(path: string): Promise<E.Either<string, OperatorAnswer>> {
    const headers: Record<string, string> =
      this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    const response = await fetch(this.url + path, { headers, signal: AbortSignal.timeout(answerMsMax) });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > answerBytesMax) return E.left(`${path}: the answer has more than ${answerBytesMax} bytes`);
      parts.push(part);
    }
    return E.right({ path, status: response.status, bytes: Buffer.concat(parts) });
  }

  /** Asks for what has to be there. */
  async need(path: string): Promise<E.Either<string, OperatorAnswer>> {
    const answer = await this.get(path);
    return E.isRight(answer) && answer.right.status !== 200
      ? E.left(`${path}: the operator answers ${answer.right.status}`)
      : answer;
  }
}
