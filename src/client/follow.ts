/**
 * Follows a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) over
 * `fetch`. After a lost connection it resumes from the last message.
 */
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { knownFieldsOf } from '../contract/known-fields.ts';
import { faultsOf } from '../domain/events/fault.ts';
import type { ClientError } from './errors.ts';
import { mayPass, type RetryPolicy, waitMsAfter } from './retry.ts';
import { type Call, lost, refusalOf, send, type Target } from './transport.ts';

/** The maximum length of a message in characters; a longer one ends the stream with an error. */
const messageCharactersMax = 16 * 1_024 * 1_024;

/** The messages in a body, as they arrive. */
export async function* messagesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: messageCharactersMax }))
    .getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Follows a stream until the signal aborts or a permanent error comes, which is the last item. Lost connections are
 * resumed after the last message.
 */
export async function* follow<A>(
  target: Target,
  policy: RetryPolicy,
  call: Call,
  codec: t.Type<A, unknown, unknown>,
): AsyncGenerator<E.Either<ClientError, A>, void, undefined> {
  const { signal } = call;
  let lastId: string | undefined;
  let attempt = 0;
  while (!signal?.aborted) {
    attempt++;
    const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    const response = await send(target, { ...call, accept: 'text/event-stream', headers });
    let error: ClientError;
    if (E.isLeft(response)) error = response.left;
    else if (!response.right.ok || response.right.body === null) {
      error = await refusalOf(response.right, signal);
    } else {
      error = { kind: 'network', message: 'the stream ended' };
      try {
        for await (const { id, data } of messagesIn(response.right.body)) {
          attempt = 0;
          const decoded = decodeMessage(codec, data);
          if (E.isLeft(decoded)) {
            yield decoded;
            return;
          }
          lastId = id ?? lastId;
          yield decoded;
          if (signal?.aborted) return;
        }
      } catch (failure) {
        error = lost(failure, signal);
      }
    }
    if (signal?.aborted) return;
    if (!mayPass(error) || attempt >= policy.attemptsMax) {
      yield E.left(error);
      return;
    }
    await policy.wait(waitMsAfter(Math.max(1, attempt), policy, error), signal);
  }
}

const decodeMessage = <A>(codec: t.Type<A, unknown, unknown>, data: string): E.Either<ClientError, A> => {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return E.left({ kind: 'undecodable', status: 200, message: 'a message that is not JSON', faults: [] });
  }
  const decoded = codec.decode(knownFieldsOf(codec, json));
  if (E.isRight(decoded)) return decoded;
  const faults = faultsOf(decoded.left);
  const message = `${faults[0]?.pointer || '/'} ${faults[0]?.message ?? 'has faults'}`;
  return E.left({ kind: 'undecodable', status: 200, message, faults });
};
