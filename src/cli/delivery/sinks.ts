/** The targets of a delivery: a webhook or a file. A sink responds once messages are accepted permanently. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { type Message, signedHeaders } from './finding-message.ts';

/** How long a receiver may take to answer. */
const answerMsMax = 15_000;
/** How much of a response to read, so that the connection can be reused. */
const answerBytesMax = 65_536;

/** The result of passing messages to a sink: accepted or not, and then whether and when a retry can help. */
export type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: 'gone'; readonly reason: string };

export interface Sink {
  /** Messages to pass at once. */
  readonly messagesMax: number;
  give(messages: ReadonlyArray<Message>, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

const failed = (reason: string, retryAfterMs = 0): Outcome => ({ kind: 'failed', reason, retryAfterMs });

const retryAfterMsOf = (response: Response): number => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
};

const readSome = async (response: Response): Promise<void> => {
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > answerBytesMax) return;
  }
};

/**
 * Posts each message separately, with a signature. Redirects are not followed, since the message is only for that
 * address.
 */
export const webhookSink = (
  url: string,
  secrets: ReadonlyArray<Buffer>,
  now: () => number,
  waitMsMax = answerMsMax,
): Sink => ({
  messagesMax: 1,
  async give([message], signal) {
    if (message === undefined) return { kind: 'taken' };
    const seconds = Math.floor(now() / 1_000);
    const headers = { 'content-type': 'application/json', ...signedHeaders(message, secrets, seconds) };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: message.body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(waitMsMax)]),
      });
      // The status is the response; its body may break off.
      await readSome(response).catch(() => undefined);
      if (response.ok) return { kind: 'taken' };
      const reason = `the receiver answered ${response.status}`;
      return response.status === 410
        ? { kind: 'gone', reason: `${reason}: it does not want further messages` }
        : failed(reason, retryAfterMsOf(response));
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError')
        return failed(`the receiver did not answer within ${waitMsMax / 1_000} s`);
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      return failed(
        `the receiver cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  },
  close: () => undefined,
});

/** Bytes to search at once for the end of the last complete line. */
const tailBytes = 65_536;
const newline = 0x0a;

/** Cuts off an incomplete last line, which is then written again. */
const cutTornLine = (file: number): void => {
  const { size } = fstatSync(file);
  const part = Buffer.alloc(tailBytes);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - tailBytes);
    const length = readSync(file, part, 0, end - start, start);
    const last = part.subarray(0, length).lastIndexOf(newline);
    if (last >= 0) {
      if (start + last + 1 < size) ftruncateSync(file, start + last + 1);
      return;
    }
    end = start;
  }
  ftruncateSync(file, 0);
};

/** Appends messages to a file, each as a line of JSON. They are durable before they count as accepted. */
export const fileSink = (name: string): Sink => {
  const file = openSync(name, 'a+', 0o600);
  cutTornLine(file);
  return {
    messagesMax: 1_000,
    async give(messages) {
      try {
        writeSync(file, messages.map(({ id, body }) => `{"id":"${id}",${body.slice(1)}\n`).join(''));
        fsyncSync(file);
        return { kind: 'taken' };
      } catch (error) {
        cutTornLine(file);
        return failed(error instanceof Error ? error.message : String(error));
      }
    },
    close: () => closeSync(file),
  };
};
