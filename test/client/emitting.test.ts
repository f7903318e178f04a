/** Recording through an unreliable connection: repeated events are recorded once, and refusals are not retried. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createClient, type EventInput, type Fetch } from '../../src/client/client.ts';
import { chunkLinesMax, chunksOfBytes } from '../../src/client/ndjson-chunks.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const url = 'http://localhost';
const server = sharedLedger();
let answering: Fetch;

beforeAll(async () => {
  const app = createApp(server.ledger, pino({ level: 'silent' }));
  answering = (request) => app.fetch(request);
});

const event = (source: string, number: number): EventInput => ({
  id: String(number),
  source,
  type: 'PopulationRegistered',
  time: '2022-01-01T00:00:00Z',
  data: { population: `p${number}`, name: `Population ${number}`, jurisdiction: 'US' },
});

const events = (source: string, count: number): ReadonlyArray<EventInput> =>
  Array.from({ length: count }, (_, number) => event(source, number));

/** A retry policy whose waits are only recorded. */
const noted = (attemptsMax = 4) => {
  const waits: number[] = [];
  return {
    waits,
    retry: {
      attemptsMax,
      firstWaitMs: 100,
      waitMsMax: 1_000,
      random: () => 0.5,
      wait: async (ms: number) => void waits.push(ms),
    },
  };
};

describe('a lost answer', () => {
  it('is requested again, and nothing is recorded twice', async () => {
    let calls = 0;
    const losing: Fetch = async (request) => {
      calls++;
      const response = await answering(request);
      if (calls === 2) throw new TypeError('connection reset');
      return response;
    };
    const { waits, retry } = noted();
    const client = createClient({ url, fetch: losing, retry });

    const sent = await client.events.emitStream(events('urn:example:lost', 2_500));

    expect(sent).toMatchObject(E.right({ recorded: 1_500, duplicates: 1_000, lines: 2_500 }));
    expect(waits).toEqual([50]);
    const recorded = await server.rows('/v1/events', {
      source: 'urn:example:lost',
      limit: 1_000,
      atLeast: 2_500,
    });
    expect(recorded.map(({ id }) => id)).toEqual(
      Array.from({ length: 2_500 }, (_, number) => String(number)),
    );
  });

  it('is requested with increasing waits, and eventually given up', async () => {
    const dead: Fetch = () => Promise.reject(new TypeError('refused'));
    const { waits, retry } = noted(7);

    const outcome = await createClient({ url, fetch: dead, retry }).events.emit(event('urn:example:dead', 1));

    expect(outcome).toEqual(E.left({ kind: 'network', message: 'refused' }));
    expect(waits).toEqual([50, 100, 200, 400, 500, 500]);
  });

  it('is awaited as long as the ledger says', async () => {
    let calls = 0;
    const busy: Fetch = (request) => {
      calls++;
      if (calls > 1) return answering(request);
      const problem = { type: 'urn:domicile:problem:unavailable', title: 'Not available', status: 503 };
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '3' };
      return new Response(JSON.stringify(problem), { status: 503, headers });
    };
    const { waits, retry } = noted();

    const outcome = await createClient({ url, fetch: busy, retry }).events.emit(event('urn:example:busy', 1));

    expect(outcome).toMatchObject(E.right({ recorded: 1 }));
    expect(waits).toEqual([3_000]);
  });
});

describe('a stream', () => {
  it('is read ahead while a chunk of it is recorded, and a slow item delays no answer', async () => {
    const taken: number[] = [];
    let answered = 0;
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* source() {
      for (const [number, each] of events('urn:example:ahead', 2 * chunkLinesMax + 1).entries()) {
        if (number === chunkLinesMax + 1) taken.push(answered);
        if (number === 2 * chunkLinesMax) await slow;
        yield each;
      }
    }
    const sent = createClient({ url, fetch: answering }).events.emitStream(source(), {
      onProgress: ({ lines }) => {
        answered = lines;
        if (lines === 2 * chunkLinesMax) release();
      },
    });

    expect(await sent).toMatchObject(E.right({ recorded: 2 * chunkLinesMax + 1 }));
    expect(taken).toEqual([0]);
  });
});

describe('a refusal', () => {
  it('ends a stream at once, even if nothing more of it ever comes', async () => {
    async function* source() {
      for (let line = 0; line < chunkLinesMax; line++) yield '{}';
      await new Promise(() => {});
    }

    const sent = await createClient({ url, fetch: answering }).events.emitStream(source());

    expect(sent).toMatchObject(E.left({ error: { kind: 'problem', status: 422 } }));
  });

  it('is not retried', async () => {
    let calls = 0;
    const counting: Fetch = (request) => {
      calls++;
      return answering(request);
    };
    const { retry } = noted();
    const client = createClient({ url, fetch: counting, retry });
    const wrong = { ...event('urn:example:wrong', 1), time: 'yesterday' };

    expect(await client.events.emit(wrong)).toMatchObject(E.left({ kind: 'problem', status: 422 }));
    expect(await client.events.emitBatch([wrong])).toMatchObject(E.left({ status: 422 }));
    expect(calls).toBe(2);
  });

  it('of a stream names the line, counted from its beginning, and says what was recorded', async () => {
    const client = createClient({ url, fetch: answering });
    const lines = events('urn:example:stopped', 1_100).map((each) => JSON.stringify(each));
    lines[1_050] = '{"id":';
    lines.splice(3, 0, '', ' ');

    const progress: number[] = [];
    const sent = await client.events.emitStream(lines, {
      onProgress: (soFar) => void progress.push(soFar.lines),
    });

    expect(sent).toMatchObject(
      E.left({
        error: { problem: { errors: [{ index: 1_050, line: 1_053 }] } },
        soFar: { recorded: 998, duplicates: 0, lines: 1_000 },
      }),
    );
    expect(progress).toEqual([1_000]);
  });

  it('of a batch records nothing of it', async () => {
    const client = createClient({ url, fetch: answering });
    const batch = events('urn:example:batch', 3);
    const wrong = { ...batch[2]!, data: { population: 'x' } } as unknown as EventInput;

    const refused = await client.events.emitBatch([batch[0]!, batch[1]!, wrong]);
    const recorded = await client.events.emitBatch(batch);

    expect(refused).toMatchObject(E.left({ kind: 'problem', status: 422 }));
    expect(recorded).toMatchObject(E.right({ recorded: 3, duplicates: 0 }));
  });
});

describe('a stream', () => {
  it('ends when the caller cancels, with what was recorded so far', async () => {
    const cancel = new AbortController();
    const client = createClient({ url, fetch: answering });

    const sent = await client.events.emitStream(events('urn:example:cancelled', 3_000), {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });

    expect(sent).toMatchObject(E.left({ error: { kind: 'cancelled' }, soFar: { recorded: 1_000 } }));
  });

  it('is split at the ends of lines, however its bytes arrive', async () => {
    const lines = fc.array(
      fc.string({ maxLength: 30 }).map((text) => text.replaceAll('\n', '')),
      {
        maxLength: 2_500,
        size: 'max',
      },
    );
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 1, max: 9_000 })),
        async (texts, ended, sizes) => {
          const whole = Buffer.from(texts.join('\n') + (ended && texts.length > 0 ? '\n' : ''));
          const parts: Buffer[] = [];
          for (let start = 0; start < whole.length; ) {
            const end = start + sizes.next().value;
            parts.push(whole.subarray(start, end));
            start = end;
          }

          const chunks = [];
          for await (const chunk of chunksOfBytes(parts)) chunks.push(chunk);

          expect(Buffer.concat(chunks.map(({ body }) => body))).toEqual(whole);
          for (const { body, lines: count } of chunks.slice(0, -1)) {
            expect(body.at(-1)).toBe(0x0a);
            expect(count).toBe(chunkLinesMax);
          }
          const counted = chunks.reduce((sum, { lines: count }) => sum + count, 0);
          const text = whole.toString();
          expect(counted).toBe(text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0));
        },
      ),
      { numRuns: 50 },
    );
  });
});
