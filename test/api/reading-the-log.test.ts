/**
 * Reading the log over HTTP: page by page, by what events name, as a dump, one event, and live.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  corrected,
  enrolled,
  many,
  placed,
  retracted,
  type Sent,
  sent,
  source,
} from '../support/given-events.ts';
import { lines, type Query } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const server = sharedLedger();

const other = 'https://other.example.org/';
const registered = (id: string, site: string): Sent =>
  sent(id, 'SiteRegistered', { site, name: 'A site', country: 'US', operator: 'acme' });
const story: ReadonlyArray<Sent> = [
  registered('site-a', 'a'),
  enrolled('first-one', 'ana'),
  enrolled('ben', 'tiktok/profile@ben', 'us', { source: other }),
  placed('placed', 'us', 'a'),
  sent('moved', 'DataMoved', { dataset: 'profile', scope: { subject: 'ana' }, from: 'a', to: 'b' }),
  sent('granted', 'AccessGranted', { grant: 'g', party: 'usds', over: { site: 'a' }, actions: ['read'] }),
  sent('observed', 'AccessObserved', {
    party: 'usds',
    dataset: 'profile',
    scope: { subject: 'ana' },
    action: 'read',
  }),
  placed('elsewhere', 'us', 'c', { time: '2019-12-31T23:00:00-01:00', evidence: 'urn:example:1' }),
  corrected('correction', 'placed', {
    data: { dataset: 'messages', scope: { population: 'us' }, site: 'd' },
  }),
  corrected('misfit', 'placed', { data: { site: 'd' } }),
  retracted('retraction', 'observed'),
  retracted('of-correction', 'correction'),
];

beforeAll(async () => {
  const position = await server.record(story);
  expect((await server.get('/v1/events', { atLeast: position })).status).toBe(200);
});

const ids = (rows: ReadonlyArray<{ id: string }>): ReadonlyArray<string> => rows.map(({ id }) => id);
const all = ids(story);

describe('the log', () => {
  it('is oldest first, each event as sent, with its position and time of recording', async () => {
    const { body } = await server.get('/v1/events');
    expect(body).toMatchObject({ clocks: { position: '12' }, next: null });
    expect(ids(body.data)).toEqual(all);
    expect(body.data[7]).toEqual({
      ...story[7],
      time: '2020-01-01T00:00:00.000Z',
      assurance: 'observed',
      position: '8',
      recordedat: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      recordedby: null,
      authority: 'admin correct emit',
    });
  });

  it('shows people’s own identifiers', async () => {
    const { body } = await server.get('/v1/events');
    expect(body.data[2].data).toEqual({ subject: 'tiktok/profile@ben', population: 'us' });
  });

  it.each([1, 5, 11, 12])('in pages of %i is the same, by cursor and by Link', async (limit) => {
    expect(ids(await server.rows('/v1/events', { limit }))).toEqual(all);
    const followed: string[] = [];
    let next: string | undefined = `/v1/events?limit=${limit}`;
    while (next !== undefined) {
      const { body, headers } = await server.get(next);
      expect(body.data.length).toBeLessThanOrEqual(limit);
      followed.push(...ids(body.data));
      next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(next === undefined).toBe(body.next === null);
    }
    expect(followed).toEqual(all);
  });

  const events = (query: Query) => server.rows('/v1/events', query).then(ids);

  it('can be read from a position on', async () => {
    expect(await events({ after: 10 })).toEqual(['retraction', 'of-correction']);
    expect(await events({ after: 12 })).toEqual([]);
    expect(await events({ after: 0, limit: 7 })).toEqual(all);
  });

  it.each<[Query, ReadonlyArray<string>]>([
    [{ type: 'DataMoved' }, ['moved']],
    [{ source: other }, ['ben']],
    [{ source: 'https://nobody.example.org/' }, []],
    [{ subject: 'ana' }, ['first-one', 'moved', 'observed']],
    [{ subject: 'tiktok/profile@ben' }, ['ben']],
    [{ site: 'a' }, ['site-a', 'placed', 'moved', 'granted']],
    [{ party: 'acme' }, ['site-a']],
    [{ party: 'usds' }, ['granted', 'observed']],
    [{ dataset: 'profile' }, ['placed', 'moved', 'observed', 'elsewhere']],
    [{ subject: 'ana', type: 'DataMoved', source, site: 'b' }, ['moved']],
    [{ subject: 'ana', site: 'c' }, []],
    [{ site: 'a', after: 4 }, ['moved', 'granted']],
  ])('filtered by %j has only those events', async (query, expected) => {
    expect(await events(query)).toEqual(expected);
    expect(await events({ ...query, limit: 1 })).toEqual(expected);
  });

  it('says which filter matches no known event, even alone', async () => {
    const nothing = async (query: Query) => {
      const { status, body } = await server.get('/v1/events', query);
      return [status, body.data, body.matchingNothing];
    };
    expect(await nothing({ source: 'https://nobody.example.org/' })).toEqual([200, [], ['source']]);
    expect(await nothing({ source: other, type: 'PolicyAdopted' })).toEqual([200, [], ['type']]);
    expect(await nothing({ source: other, type: 'DataMoved' })).toEqual([200, [], undefined]);
    expect(await nothing({ source: other, knownPosition: 2 })).toEqual([200, [], ['source']]);
    expect(await nothing({ type: 'DataMoved', knownPosition: 4 })).toEqual([200, [], ['type']]);
  });

  it('finds an event and its correction by the corrected data', async () => {
    expect(await events({ site: 'd' })).toEqual(['placed', 'correction']);
    expect(await events({ dataset: 'messages' })).toEqual(['placed', 'correction']);
  });

  it('as known earlier does not change', async () => {
    expect(await events({ knownPosition: 4 })).toEqual(all.slice(0, 4));
    expect((await server.get('/v1/events', { site: 'd', knownPosition: 8 })).status).toBe(404);
    expect((await server.get('/v1/events', { dataset: 'messages', knownPosition: 8 })).status).toBe(404);
  });

  describe.each(['application/json', lines, 'text/event-stream'])('as %s', (accept) => {
    it.each(['subject', 'site', 'party', 'dataset'])(
      'with a %s that nothing names is not found, rather than empty',
      async (kind) => {
        const { status, body } = await server.get('/v1/events', { [kind]: 'nobody' }, { accept });
        expect([status, body.type, body.what]).toEqual([404, 'urn:domicile:problem:unknown', kind]);
      },
    );
  });

  it.each<[Query, string]>([
    [{ type: 'DataMovd' }, 'type'],
    [{ after: '-1' }, 'after'],
    [{ after: 'x' }, 'after'],
    [{ populaton: 'us' }, 'populaton'],
  ])('refuses %j, naming the parameter', async (query, parameter) => {
    for (const accept of ['application/json', 'application/x-ndjson', 'text/event-stream']) {
      const { status, body } = await server.get('/v1/events', query, { accept });
      expect([status, body.parameter]).toEqual([400, parameter]);
    }
  });
});

describe('the log as NDJSON', () => {
  const dump = async (query: Query = {}) => {
    const reply = await server.get('/v1/events', query, { accept: 'application/x-ndjson' });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, lines]);
    return String(reply.body)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  };

  it('is complete, one event per line, and equal to its pages', async () => {
    expect(await dump()).toEqual(await server.rows('/v1/events', { limit: 5 }));
  });

  it('takes filters and clocks', async () => {
    expect(ids(await dump({ subject: 'ana', after: 2 }))).toEqual(['moved', 'observed']);
    expect(ids(await dump({ knownPosition: 3 }))).toEqual(all.slice(0, 3));
  });

  it('has no pages, and says so', async () => {
    const { status, body } = await server.get('/v1/events', { limit: 5 }, { accept: lines });
    expect([status, body.parameter]).toEqual([400, 'limit']);
    expect(body.detail).toMatch(
      /^limit: cannot be used with this Accept header, .* accept application\/json$/,
    );
  });
});

it('the log as it is followed has no clocks, and says so', async () => {
  const query = { knownPosition: 3 };
  const { status, body } = await server.get('/v1/events', query, { accept: 'text/event-stream' });
  expect([status, body.parameter]).toEqual([400, 'knownPosition']);
  expect(body.detail).toMatch(/events are followed as they are recorded/);
});

describe('one event', () => {
  const one = async (position: number, query: Query = {}) =>
    (await server.get(`/v1/events/${position}`, query)).body.data;

  it('is shown as recorded, with its corrections and their result', async () => {
    const { event, corrections } = await one(4);
    expect(event).toMatchObject({ id: 'placed', position: '4', data: { site: 'a' } });
    expect(
      corrections.map(({ position, kind }: { position: string; kind: string }) => [position, kind]),
    ).toEqual([
      ['9', 'corrects'],
      ['10', 'does nothing'],
    ]);
    expect(corrections[0].event).toMatchObject({ id: 'correction', type: 'EventCorrected' });
  });

  it('is shown with what retracted it', async () => {
    expect((await one(7)).corrections).toMatchObject([{ position: '11', kind: 'retracts' }]);
    expect((await one(9)).corrections).toMatchObject([{ position: '12', kind: 'does nothing' }]);
  });

  it('is shown with its discrepancies, as known then', async () => {
    const codes = ({ discrepancies }: { discrepancies: ReadonlyArray<{ code: string }> }) =>
      discrepancies.map(({ code }) => code).sort();
    expect(codes(await one(2))).toEqual(['unknown-population']);
    expect(codes(await one(10))).toEqual(['does-not-fit']);
    expect(codes(await one(12))).toEqual(['not-correctable']);
    expect(codes(await one(7))).toEqual([]);
    expect(codes(await one(7, { knownPosition: 10 }))).toEqual(['unknown-dataset', 'unknown-party']);
  });

  it.each([
    ['13', 404],
    ['0', 404],
    ['x', 400],
    ['-1', 400],
    ['1.5', 400],
    ['99999999999999999', 400],
  ])('at position %s is answered with %i', async (position, status) => {
    expect((await server.get(`/v1/events/${position}`)).status).toBe(status);
  });

  it('is not known before it was recorded', async () => {
    expect((await server.get('/v1/events/4', { knownPosition: 3 })).status).toBe(404);
    expect((await one(4, { knownPosition: 9 })).corrections).toHaveLength(1);
  });
});

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: Sent & { readonly position: string };
}

/** Follows the log live up to a number of events, as an `EventSource` would read them. */
const followed = async (path: string, count: number, headers: Record<string, string> = {}) => {
  const stop = new AbortController();
  const response = await server.request(path, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: stop.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const messages: Message[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  while (messages.length < count) {
    const { value, done } = await reader.read();
    expect(done).toBe(false);
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      if (block.startsWith(':')) continue;
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      messages.push({ ...fields, data: JSON.parse(fields.data) } as Message);
    }
  }
  await reader.cancel();
  stop.abort();
  // Several come in one piece if they exist already.
  return messages.slice(0, count);
};

describe('a log of large events', () => {
  it('has pages that are limited in bytes, and complete together', async () => {
    const data = {
      policy: 'large',
      title: 'Large',
      cedar: `// ${'x'.repeat(99_000)}\nforbid(principal, action, resource);`,
      effectiveFrom: '2022-06-17',
    };
    const large = Array.from({ length: 300 }, (_, index) => corrected(`large-${index}`, 'none', { data }));
    const sentLarge = await server.postLines(large);
    expect([sentLarge.status, sentLarge.body.recorded]).toEqual([201, 300]);
    const after = Number(sentLarge.body.position) - 300;
    const { body } = await server.get('/v1/events', { after, limit: 1_000, atLeast: after + 300 });
    expect(body.data.length).toBeLessThan(300);
    expect(body.next).not.toBeNull();
    expect(ids(await server.rows('/v1/events', { after, limit: 1_000 }))).toEqual(ids(large));
    const dumped = await server.get('/v1/events', { after }, { accept: lines });
    expect(String(dumped.body).split('\n')).toHaveLength(301);
  });
});

describe('a read of a person’s events', () => {
  const readsOf = async (subject: string) =>
    (await server.rows('/v1/reads', { subject })).map(({ question }) => question);

  it.each(['application/json', lines])('is recorded, even if the log is read as %s', async (accept) => {
    const before = await readsOf('ana');
    await server.get('/v1/events', { subject: 'ana' }, { accept });
    expect(await readsOf('ana')).toEqual([...before, 'events']);
  });

  it('is not found for anybody else', async () => {
    await server.get('/v1/events', { subject: 'nobody' });
    const { status, body } = await server.get('/v1/reads', { subject: 'nobody' });
    expect([status, body.what]).toEqual([404, 'subject']);
    expect(await readsOf('ana')).not.toContain('(unknown)');
  });
});

describe('the log, live', () => {
  it('begins with the existing events, with the position as id', async () => {
    const messages = await followed('/v1/events', story.length);
    expect(messages.map(({ id }) => id)).toEqual(story.map((_, index) => String(index + 1)));
    expect(messages.every(({ event, id, data }) => event === 'event' && data.position === id)).toBe(true);
    expect(ids(messages.map(({ data }) => data))).toEqual(all);
  });

  it('resumes after the last event that a reader saw, whatever it asked for at first', async () => {
    const messages = await followed('/v1/events?after=3', 2, { 'last-event-id': '9' });
    expect(messages.slice(0, 2).map(({ id }) => id)).toEqual(['10', '11']);
    const ignored = await followed('/v1/events?after=3', 1, { 'last-event-id': 'nonsense' });
    expect(ignored[0]!.id).toBe('4');
  });

  it('takes filters, and has no pages or clocks', async () => {
    const messages = await followed('/v1/events?subject=ana', 3);
    expect(ids(messages.map(({ data }) => data))).toEqual(['first-one', 'moved', 'observed']);
    const { status, body } = await server.get(
      '/v1/events',
      { knownPosition: 3 },
      { accept: 'text/event-stream' },
    );
    expect([status, body.parameter]).toEqual([400, 'knownPosition']);
  });

  it('has every event once and in order while writers write, and a reader comes and goes', async () => {
    const start = Number((await server.post([])).body.position);
    const writers = [0, 1, 2].map(async (writer) => {
      for (let turn = 0; turn < 40; turn++) await server.record(many(5, `live-${writer}-${turn}-`));
    });
    const expected = 3 * 40 * 5;
    const seen: string[] = [];
    for (const count of [1, 7, 50, 200, expected - 258]) {
      const headers = seen.length === 0 ? {} : { 'last-event-id': seen.at(-1)! };
      const messages = await followed(`/v1/events?after=${start}`, count, headers as Record<string, string>);
      seen.push(...messages.slice(0, count).map(({ id }) => id));
    }
    await Promise.all(writers);
    expect(seen).toEqual(Array.from({ length: expected }, (_, index) => String(start + index + 1)));
  });
});
