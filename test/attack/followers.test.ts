/** Many followers of the log, and many readers of all of it: they share work, and their number is limited. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { beside, bystander, recordAll } from './prober.ts';

const directory = newDataDirectory();
let server: ServerProcess;
const streamsMax = 256;

const placed = (source: string, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `e${from + index}`,
    source,
    type: 'DataPlaced',
    time: '2020-01-01T00:00:00Z',
    data: { dataset: `d${(from + index) % 50}`, scope: { subject: `s${(from + index) % 100}` }, site: 's' },
  }));

beforeAll(async () => {
  server = await ServerProcess.start({ directory });
  await server.record(bystander);
  const position = await recordAll(server, placed('urn:before', 0, 6_000));
  await server.get('/v1/subjects/zoe/residency', { atLeast: position });
});
afterAll(async () => {
  // Followers may leave connections behind for which a graceful stop waits.
  await server.end('SIGKILL');
  removeDirectory(directory);
});

interface Follower {
  readonly ids: string[];
  readonly ended: Promise<void>;
}

/** Follows the log from a position on, and collects the received positions. */
const follow = async (query: string, signal: AbortSignal): Promise<Follower | number> => {
  const response = await server.request(`/v1/events?${query}`, {
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if (response.status !== 200) {
    await response.text();
    return response.status;
  }
  const ids: string[] = [];
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + part).split('\n\n');
      rest = messages.pop()!;
      for (const message of messages) {
        const id = /^id: (\d+)$/m.exec(message)?.[1];
        if (id !== undefined) ids.push(id);
      }
    }
  };
  return { ids, ended: read().catch(() => {}) };
};

const head = async (): Promise<string> => (await server.get('/readyz')).body.head;

test('200 followers get every append once and in order, and slow each append only a little', async () => {
  const start = Number(await head());
  const appends = 20;
  const append = async (source: string): Promise<number> => {
    const began = performance.now();
    for (let index = 0; index < appends; index++) await server.record(placed(source, index, 1));
    return (performance.now() - began) / appends;
  };
  const alone = await append('urn:alone');
  const leaving = new AbortController();
  const followers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      follow(`after=${start + appends}${index % 4 === 0 ? '&source=urn:followed' : ''}`, leaving.signal),
    ),
  );
  const { result: followed } = await beside(server, '200 followers and 20 appends', () =>
    append('urn:followed'),
  );
  console.log(`an append: ${alone.toFixed(1)} ms alone, ${followed.toFixed(1)} ms with 200 followers`);
  const expected = Array.from({ length: appends }, (_, index) => String(start + appends + 1 + index));
  for (const follower of followers) {
    if (typeof follower === 'number') throw new Error(`a follower was refused: ${follower}`);
    await expect.poll(() => follower.ids.length).toBe(appends);
    expect(follower.ids).toEqual(expected);
  }
  // Each follower used to cost 3.5 ms for each append: 700 ms for 200 of them.
  expect(followed - alone).toBeLessThan(350);
  leaving.abort();
  for (const follower of followers) if (typeof follower !== 'number') await follower.ended;
});

test('followers beyond the limit are refused, and accepted once others have left', async () => {
  const leaving = new AbortController();
  const start = await head();
  const outcomes = await Promise.all(
    Array.from({ length: streamsMax + 20 }, () => follow(`after=${start}`, leaving.signal)),
  );
  expect(outcomes.filter((outcome) => outcome === 503).length).toBe(20);
  leaving.abort();
  for (const outcome of outcomes) if (typeof outcome !== 'number') await outcome.ended;
  const again = new AbortController();
  await expect
    .poll(async () => {
      const outcome = await follow(`after=${start}`, again.signal);
      return typeof outcome === 'number' ? outcome : 200;
    })
    .toBe(200);
  again.abort();
});

test('15 readers of the whole log at once delay nobody', async () => {
  const { result } = await beside(server, '15 dumps of the log at once', () =>
    Promise.all(
      Array.from({ length: 15 }, async () => {
        const response = await server.request('/v1/events', { headers: { accept: 'application/x-ndjson' } });
        let bytes = 0;
        for await (const part of response.body!) bytes += part.length;
        return bytes;
      }),
    ),
  );
  expect(new Set(result).size).toBe(1);
});

test('a follower that does not read for a while gets everything eventually', async () => {
  const start = await head();
  const response = await server.request(`/v1/events?after=${start}`, {
    headers: { accept: 'text/event-stream' },
  });
  const position = await recordAll(server, placed('urn:slow', 0, 12_000));
  const ids: string[] = [];
  let rest = '';
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + part).split('\n\n');
    rest = messages.pop()!;
    for (const message of messages) {
      const id = /^id: (\d+)$/m.exec(message)?.[1];
      if (id !== undefined) ids.push(id);
    }
    if (ids.at(-1) === position) break;
  }
  expect(ids).toEqual(Array.from({ length: 12_000 }, (_, index) => String(Number(start) + 1 + index)));
});
