/**
 * Following the log live: every event once and in order, whatever happens to the connection.
 */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type EventInput, type Fetch } from '../../src/client/client.ts';
import { messagesIn } from '../../src/client/follow.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const directory = newDataDirectory();
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({ directory });
});
afterAll(async () => {
  // Followers may leave unused connections behind, for which a graceful stop waits.
  await server.end('SIGKILL');
  removeDirectory(directory);
});

const event = (source: string, number: number): EventInput => ({
  id: String(number),
  source,
  type: 'PopulationRegistered',
  time: '2022-01-01T00:00:00Z',
  data: { population: `p${number}`, name: `Population ${number}`, jurisdiction: 'US' },
});

const atOnce = { attemptsMax: 5, wait: async () => {} };

describe('following the log', () => {
  it('gives existing events, then new ones, until the caller stops', async () => {
    const source = 'urn:example:live';
    const client = createClient({ url: server.url });
    await client.events.emitBatch([event(source, 0), event(source, 1)]);
    const enough = new AbortController();

    const seen: string[] = [];
    for await (const followed of client.events.follow({ source }, { signal: enough.signal })) {
      if (E.isLeft(followed)) throw new Error(JSON.stringify(followed.left));
      seen.push(followed.right.id);
      if (seen.length === 2) await client.events.emitBatch([event(source, 2), event(source, 3)]);
      if (seen.length === 4) enough.abort();
    }

    expect(seen).toEqual(['0', '1', '2', '3']);
  });

  it('resumes after the last event when the connection is lost', async () => {
    const source = 'urn:example:torn';
    const resumed: Array<string | null> = [];
    /** A connection that breaks in the middle of its third event. */
    const tearing: Fetch = async (request) => {
      resumed.push(request.headers.get('last-event-id'));
      const response = await fetch(request);
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (text.split('data:').length <= 3) text += (await reader.read()).value ?? '';
      await reader.cancel();
      const cut = text.split('data:').slice(0, 4).join('data:').slice(0, -20);
      let pulls = 0;
      const torn = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (pulls++ === 0) controller.enqueue(new TextEncoder().encode(cut));
          else controller.error(new TypeError('connection reset'));
        },
      });
      return new Response(torn, { headers: response.headers });
    };
    const writer = createClient({ url: server.url });
    await writer.events.emitBatch(Array.from({ length: 8 }, (_, number) => event(source, number)));
    const enough = new AbortController();

    const seen: string[] = [];
    const reader = createClient({ url: server.url, fetch: tearing, retry: atOnce });
    for await (const followed of reader.events.follow({ source }, { signal: enough.signal })) {
      if (E.isLeft(followed)) throw new Error(JSON.stringify(followed.left));
      seen.push(followed.right.id);
      if (seen.length === 6) enough.abort();
    }

    expect(seen).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(resumed.length).toBeGreaterThan(1);
    expect(resumed[0]).toBeNull();
    expect(resumed.slice(1).every((position) => /^\d+$/.test(position ?? ''))).toBe(true);
  });

  it('ends with the error if retrying cannot help or has not helped', async () => {
    const outcomes = async (fetch: Fetch, filter: object) => {
      const seen = [];
      const client = createClient({ url: server.url, fetch, retry: atOnce });
      for await (const followed of client.events.follow(filter)) seen.push(followed);
      return seen;
    };
    let calls = 0;
    const dead: Fetch = () => {
      calls++;
      return Promise.reject(new TypeError('refused'));
    };

    expect(await outcomes(fetch, { type: 'Nonsense' })).toMatchObject([
      E.left({ kind: 'problem', status: 400, problem: { parameter: 'type' } }),
    ]);
    expect(await outcomes(dead, {})).toEqual([E.left({ kind: 'network', message: 'refused' })]);
    expect(calls).toBe(5);
  });
});

describe('a stream of messages', () => {
  const read = async (parts: ReadonlyArray<string>) => {
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const part of parts) controller.enqueue(encoder.encode(part));
        controller.close();
      },
    });
    const messages = [];
    for await (const message of messagesIn(body)) messages.push(message);
    return messages;
  };

  it('is read however it is split, and whatever ends its lines', async () => {
    const stream = [
      ': still here',
      '',
      'id: 7',
      'event: event',
      'data: one',
      '',
      'id:8',
      'data: two',
      'data: lines',
      '',
      'data',
      'id: 9',
      '',
      'data: cut',
    ];
    const expected = [
      { id: '7', event: 'event', data: 'one' },
      { id: '8', data: 'two\nlines' },
      { id: '9', data: '' },
    ];

    for (const end of ['\n', '\r\n', '\r']) {
      const text = stream.join(end);
      expect(await read([text])).toEqual(expected);
      if (end !== '\r') expect(await read([...text])).toEqual(expected);
    }
  });
});
