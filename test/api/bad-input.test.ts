/**
 * Any input to a running server gives a documented status and message. Nothing is partly recorded, and the server
 * survives.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventTypes } from '../../src/domain/events/catalogue.ts';
import { enrolled, many, sent, source } from '../support/given-events.ts';
import {
  batch,
  lines,
  newDataDirectory,
  one,
  type Reply,
  removeDirectory,
  ServerProcess,
} from '../support/server.ts';

const directory = newDataDirectory();
let server: ServerProcess;
let start: string;

const head = async (): Promise<string> => (await server.get('/readyz')).body.head;

beforeAll(async () => {
  server = await ServerProcess.start({ directory });
});
afterAll(async () => {
  expect(await server.end()).toBe(0);
  removeDirectory(directory);
});
beforeEach(async () => {
  start = await head();
});
afterEach(async () => {
  expect((await server.get('/livez')).body).toEqual({ status: 'alive' });
});

const fault = { index: 0, pointer: expect.any(String), message: expect.any(String) };

/** Expects a refusal with the reason, and that nothing was recorded. */
const refused = async (reply: Reply, status: number, kind: string): Promise<Reply['body']> => {
  expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  expect(reply.body).toMatchObject({
    type: `urn:domicile:problem:${kind}`,
    status,
    title: expect.any(String),
  });
  expect(await head()).toBe(start);
  return reply.body;
};
const malformed = async (reply: Reply) => (await refused(reply, 422, 'invalid-events')).errors;

const event = (more: object): string => JSON.stringify({ ...enrolled('bad', 'ana'), ...more });

describe('invalid values', () => {
  it.each<[string, object, string]>([
    ['a number as id', { id: 5 }, '/id'],
    ['an empty id', { id: '' }, '/id'],
    ['an id of 513 characters', { id: 'x'.repeat(513) }, '/id'],
    ['a source with a space', { source: 'a b' }, '/source'],
    ['an array as type', { type: [] }, '/type'],
    ['an unknown type', { type: 'DataTeleported' }, '/type'],
    ['a type of the prototype', { type: 'constructor' }, '/type'],
    ['a time without offset', { time: '2022-06-17T00:00:00' }, '/time'],
    ['a date as time', { time: '2022-06-17' }, '/time'],
    ['the year 10000', { time: '10000-01-01T00:00:00Z' }, '/time'],
    ['a year beyond 9999 in UTC', { time: '9999-12-31T23:59:59-01:00' }, '/time'],
    ['30 February', { time: '2022-02-30T00:00:00Z' }, '/time'],
    ['29 February of a common year', { time: '1900-02-29T00:00:00Z' }, '/time'],
    ['hour 24', { time: '2022-06-17T24:00:00Z' }, '/time'],
    ['a number as time', { time: 1_655_424_000_000 }, '/time'],
    ['an unknown assurance', { assurance: 'certain' }, '/assurance'],
    ['evidence that is no URI', { evidence: 'see attachment' }, '/evidence'],
    ['another version of CloudEvents', { specversion: '0.3' }, '/specversion'],
    ['data that is a string', { data: 'ana' }, '/data'],
    ['data that is null', { data: null }, '/data'],
    ['data that is an array', { data: [] }, '/data'],
    ['an attribute that is an object', { dataschema: {} }, '/dataschema'],
    ['a place in the log', { position: '1' }, '/position'],
    ['an unknown field', { data: { subject: 'ana', population: 'us', since: 2020 } }, '/data/since'],
    ['an empty identifier', { data: { subject: '', population: 'us' } }, '/data/subject'],
    [
      'an identifier of 513 characters',
      { data: { subject: 'x'.repeat(513), population: 'us' } },
      '/data/subject',
    ],
    ['an identifier with two spaces', { data: { subject: 'ana  b', population: 'us' } }, '/data/subject'],
    ['an unseen character', { data: { subject: 'ана\u200B', population: 'us' } }, '/data/subject'],
    ['an identifier with a newline', { data: { subject: 'ana\n', population: 'us' } }, '/data/subject'],
    ['NUL in an id', { id: 'a\u0000b' }, '/id'],
    ['NUL in an identifier', { data: { subject: 'a\u0000b', population: 'us' } }, '/data/subject'],
  ])('given %s, is refused with its place', async (_, more, pointer) => {
    const errors = await malformed(await server.send(event(more), one));
    expect(errors).toEqual([{ ...fault, pointer }]);
  });

  const site = (more: object): string =>
    event({
      type: 'SiteRegistered',
      data: { site: 's', name: 'S', country: 'US', operator: 'o', ...more },
    });

  it.each<[string, string, string]>([
    ['1e400', site({}).replace('"operator"', '"latitude":1e400,"operator"'), '/data/latitude'],
    ['NUL in a name', site({ name: 'a\u0000b' }), '/data/name'],
    ['half of a surrogate pair in a name', site({ name: 'a\ud800b' }), '/data/name'],
    ['a country that is none', site({ country: 'XX1' }), '/data/country'],
    ['a subdivision of elsewhere', site({ subdivision: 'FR-75' }), '/data/subdivision'],
    ['half of a surrogate pair in an id', event({ id: '\ud800' }), '/id'],
    ['half of a surrogate pair in a source', event({ source: 'urn:\udc00' }), '/source'],
    ['half of a surrogate pair in evidence', event({ evidence: 'urn:x:\ud800' }), '/evidence'],
    [
      'half of a surrogate pair in an identifier',
      event({ data: { subject: '\ud800', population: 'u' } }),
      '/data/subject',
    ],
    [
      'no subjects',
      event({ type: 'SubjectsEnrolled', data: { subjects: [], population: 'us' } }),
      '/data/subjects',
    ],
    [
      '10,001 subjects',
      event({
        type: 'SubjectsEnrolled',
        data: { subjects: Array.from({ length: 10_001 }, (_, index) => `s${index}`), population: 'us' },
      }),
      '/data/subjects',
    ],
    [
      'an array of a million',
      event({ data: { subject: Array(1_000_000).fill(0), population: 'us' } }),
      '/data/subject',
    ],
  ])('given %s, is refused with its place', async (_, body, pointer) => {
    expect(await malformed(await server.send(body, one))).toEqual([{ ...fault, pointer }]);
  });

  it.each([
    ['data_base64', 'in data'],
    ['Evidence', 'did you mean "evidence"'],
    ['position', 'the ledger adds it'],
  ])('given the attribute %s, says what to do with it', async (attribute, said) => {
    const { status, body } = await server.post([{ ...enrolled('with', 'ana'), [attribute]: 'x' }]);
    expect([status, body.errors.length, body.errors[0].pointer]).toEqual([422, 1, `/${attribute}`]);
    expect(body.errors[0].message).toContain(said);
  });

  it('given keys of the prototype, they are unknown fields and nothing else', async () => {
    const outer = `{"__proto__":{"assurance":"verified"},"constructor":1,${event({}).slice(1)}`;
    expect(
      (await malformed(await server.send(outer, one))).map((each: { pointer: string }) => each.pointer),
    ).toEqual(['/__proto__']);
    const inner = event({}).replace('"subject"', '"__proto__":{"population":"x"},"toString":1,"subject"');
    expect(
      (await malformed(await server.send(inner, one))).map((each: { pointer: string }) => each.pointer),
    ).toEqual(['/data/__proto__', '/data/toString']);
    const only = `{"__proto__":${event({})}}`;
    expect((await malformed(await server.send(only, one))).length).toBeGreaterThan(4);
  });

  it('given keys of the prototype in the data of a correction, it is recorded and has no effect', async () => {
    const correction = event({
      id: 'proto',
      type: 'EventCorrected',
      data: { event: { source, id: 'none' }, reason: 'r', data: { a: 1 } },
    }).replace('{"a":1}', '{"__proto__":{"subject":"ana"},"constructor":{"prototype":1}}');
    const { status, body } = await server.send(correction, one);
    expect([status, body.recorded]).toEqual([201, 1]);
    const again = await server.send(correction, one);
    expect([again.status, again.body.duplicates]).toEqual([200, 1]);
    const { data } = (await server.get(`/v1/events/${body.position}`, { atLeast: body.position })).body;
    // Data that fits no event may name a person anywhere, and is not kept.
    expect(data.event.data.data).toEqual({ withheld: true });
  });

  it('given data of a correction that fits no event, repetitions are recognised alone and among others, and its words are stored nowhere', async () => {
    const correction = (data: object) =>
      JSON.parse(
        event({
          id: 'misspelt',
          type: 'EventCorrected',
          data: { event: { source, id: 'none' }, reason: 'r', data },
        }),
      );
    const misspelt = correction({ subjct: 'zenobia-of-palmyra', population: 'us' });
    expect((await server.send(JSON.stringify(misspelt), one)).status).toBe(201);

    const among = await server.send(JSON.stringify([misspelt, enrolled('beside', 'ana')]), batch);
    expect([among.status, among.body.recorded, among.body.duplicates]).toEqual([201, 1, 1]);
    start = await head();
    const other = correction({ subjct: 'zenobia-of-palmira', population: 'us' });
    await refused(await server.send(JSON.stringify(other), one), 409, 'conflict');

    for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes('zenobia')).toBe(false);
    }
  });

  it('given 100,000 levels of nesting, is refused, wherever they are', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    for (const nested of [deep, objects]) {
      for (const body of [
        nested,
        event({ data: 0 }).replace('"data":0', `"data":${nested}`),
        event({ data: { subject: 0, population: 'us' } }).replace('"subject":0', `"subject":${nested}`),
        event({
          type: 'EventCorrected',
          data: { event: { source, id: 'x' }, reason: 'r', data: { deep: 0 } },
        }).replace('"deep":0', `"deep":${nested}`),
      ]) {
        await malformed(await server.send(body, one));
        await malformed(await server.send(`[${body}]`, batch));
        await malformed(await server.send(body, lines));
      }
    }
    await malformed(await server.send('['.repeat(1_000_000), batch));
  });
});

describe('invalid bodies', () => {
  it.each([one, batch, lines, 'application/json'])('given invalid UTF-8 as %s, is refused', async (type) => {
    const text = event({});
    for (const bytes of [
      [0xff],
      [0xc3, 0x28],
      [0xed, 0xa0, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xc0, 0x80],
      [0xe2, 0x82],
    ]) {
      const body = Buffer.concat([
        Buffer.from(text.slice(0, 20)),
        Buffer.from(bytes),
        Buffer.from(text.slice(20)),
      ]);
      const errors = await malformed(await server.send(body, type, { 'ce-id': 'x' }));
      expect(errors).toEqual([expect.objectContaining({ index: 0, pointer: '', message: 'is not UTF-8' })]);
    }
  });

  it('given a byte order mark before it, it is read normally', async () => {
    const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(event({ id: 'bom' }))]);
    expect((await server.send(body, one)).status).toBe(201);
  });

  it.each([one, batch])('given 50 MB as %s, it is too large', async (type) => {
    const events = JSON.stringify(many(1));
    const body = `${events.slice(0, -1)}${' '.repeat(50_000_000)}]`;
    await refused(await server.send(body, type), 413, 'too-large');
  });

  it('given one line of 50 MB, it is too large, and the line is named', async () => {
    const body = await refused(await server.send('x'.repeat(50_000_000), lines), 413, 'too-large');
    expect(body).toMatchObject({ recorded: 0, detail: expect.stringContaining('line 1') });
  });

  it('given 50 MB of another media type, it is not supported, and the connection stays usable', async () => {
    for (let turn = 0; turn < 3; turn++)
      await refused(await server.send('x'.repeat(50_000_000), 'text/plain'), 415, 'media-type');
  });

  it('given duplicate ids in one batch, equal events count once, and different content is a conflict', async () => {
    const twice = [enrolled('twice', 'ana'), enrolled('twice', 'ben')];
    await refused(await server.post(twice), 409, 'conflict');
    const same = await server.post([twice[0], twice[0], twice[0]]);
    expect([same.status, same.body]).toMatchObject([201, { recorded: 1, duplicates: 2 }]);
  });

  it('given a key twice in one object, the last one counts, as in JavaScript', async () => {
    const body = event({ id: 'key-twice' }).replace('"subject":"ana"', '"subject":"first","subject":"last"');
    const { position } = (await server.send(body, one)).body;
    const { data } = (await server.get(`/v1/events/${position}`, { atLeast: position })).body;
    expect(data.event.data.subject).toBe('last');
  });
});

/** Writes bytes to a separate connection and breaks it off. Returns what came back until then. */
const brokenOff = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    // Long enough for the server to read the data, so that it meets the end in the middle.
    socket.write(bytes, () => setTimeout(() => socket.destroy(), 50));
  });

describe('a connection that ends in the middle', () => {
  const requestHead = (type: string, framing: string): string =>
    `POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
  const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

  it.each([
    [one, event({ id: 'half' })],
    [batch, `[${event({ id: 'half' })}]`],
    [lines, `${event({ id: 'half' })}\n${event({ id: 'half2' })}\n`],
    [lines, event({ id: 'half' })],
  ])('given %s, nothing is recorded, even if the received part is complete', async (type, body) => {
    await brokenOff(requestHead(type, `content-length: ${body.length + 1}`) + body);
    await brokenOff(requestHead(type, `content-length: ${body.length * 2}`) + body.slice(0, -5));
    await brokenOff(requestHead(type, 'transfer-encoding: chunked') + chunk(body));
    await brokenOff(requestHead(type, 'transfer-encoding: chunked') + chunk(body).slice(0, -10));
    await brokenOff(requestHead(type, 'content-length: 10'));
    await brokenOff('POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-ty');
    expect(await server.get('/livez')).toMatchObject({ status: 200 });
    expect(await head()).toBe(start);
  });

  it('given NDJSON of many lines, complete chunks stay and the last is not recorded; sending it again completes it', async () => {
    const events = many(2_500, 'broken-');
    const text = events.map((each) => `${JSON.stringify(each)}\n`).join('');
    await brokenOff(requestHead(lines, `content-length: ${text.length}`) + text.slice(0, -100));
    await expect.poll(head).toBe(String(Number(start) + 2_000));
    const { status, body } = await server.send(text, lines);
    expect([status, body]).toMatchObject([201, { recorded: 500, duplicates: 2_000 }]);
  });

  it('given a reader of the live log that goes away, others continue', async () => {
    await brokenOff('GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n');
    await server.record([enrolled(`after-${start}`, 'ana')]);
  });

  it('given a request that is not HTTP, it is refused', async () => {
    expect(await brokenOff('not http at all\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await brokenOff('FOO /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await brokenOff(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 4\d\d /,
    );
    await brokenOff(requestHead(one, 'content-length: 5\r\ncontent-length: 6') + event({}));
    await brokenOff(requestHead(one, 'content-length: -5') + event({}));
    expect(await head()).toBe(start);
  });
});

describe('paths', () => {
  it('that do not exist give browsers a page, and programs problem details', async () => {
    const shown = await server.get('/people', {}, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([shown.status, shown.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(shown.body).toContain('There is no page at this address');
    for (const [path, accept] of [
      ['/people', 'application/json'],
      ['/v1/people', 'text/html'],
    ] as const) {
      const { status, body } = await server.get(path, {}, { accept });
      expect([path, status, body.type]).toEqual([path, 404, 'urn:domicile:problem:not-found']);
    }
  });

  it('given identifiers with slashes and colons, percent-encoded, they are found', async () => {
    const dataset = 'tiktok/profile';
    const site = 'eu-west/1:a@b';
    const atLeast = await server.record([
      sent('slashes', 'DataPlaced', { dataset, scope: { subject: 'user/1:2@x' }, site }),
    ]);
    const found = async (path: string) => (await server.get(path, { atLeast })).body.data;
    expect(await found(`/v1/datasets/${encodeURIComponent(dataset)}`)).toMatchObject({ dataset });
    expect((await found(`/v1/datasets/${encodeURIComponent(dataset)}/lineage`)).edges).toHaveLength(1);
    expect(await found(`/v1/sites/${encodeURIComponent(site)}`)).toMatchObject({ site });
    expect(await found(`/v1/sites/${encodeURIComponent(site)}/holdings`)).toMatchObject([{ dataset }]);
    expect(await found(`/v1/subjects/${encodeURIComponent('user/1:2@x')}/residency`)).toMatchObject([
      { site },
    ]);
    // Characters that are not delimiters may also be unescaped.
    expect(await found('/v1/sites/eu-west%2F1:a@b')).toMatchObject({ site });
  });

  it.each([
    '/v1/sites/%',
    '/v1/sites/%zz',
    '/v1/sites/%ff',
    '/v1/sites/%00',
    `/v1/sites/${'x'.repeat(5_000)}`,
    '/v1/sites/__proto__',
    '/v1/sites/constructor/holdings',
    '/v1/subjects/__proto__/residency',
    '/v1/subjects/%F0%9F%98%80/residency',
    '/v1/subjects/psn_AAAAAAAAAAAAAAAAAAAAAA/residency',
    '/v1/datasets/%2e%2e%2f%2e%2e/lineage',
    '/v1/populations/toString',
    '/v1/nothing',
    '/v2/events',
    '/v1/events/',
    '//v1/events',
  ])('%s is not found', async (path) => {
    const { status, headers } = await server.get(path);
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it.each([
    ['PUT', '/v1/events', 'GET, POST'],
    ['DELETE', '/v1/events', 'GET, POST'],
    ['PATCH', '/v1/events/1', 'GET'],
    ['POST', '/v1/subjects/ana/residency', 'GET'],
    ['PUT', '/v1/subjects/ana', 'DELETE, GET'],
    ['POST', '/v1/subjects/a%2Fb', 'DELETE, GET'],
    ['PUT', '/v1/sites/a', 'GET'],
    ['DELETE', '/v1/transfers', 'GET'],
  ])('%s %s is refused with the supported methods', async (method, path, allowed) => {
    const response = await server.request(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
    expect(await response.json()).toMatchObject({
      status: 405,
      type: 'urn:domicile:problem:method-not-allowed',
    });
  });

  it('given OPTIONS, the supported methods are listed, without permissions for scripts of other origins', async () => {
    const origin = 'https://elsewhere.example';
    const response = await server.request('/v1/events', { method: 'OPTIONS', headers: { origin } });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, POST']);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect((await server.request('/v1/nothing', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('given HEAD, the answer has no body', async () => {
    const response = await server.request('/v1/sites', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

const scraps = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    'ana',
    'us',
    'profile',
    '2020-01-01T00:00:00Z',
    '__proto__',
    '\ud800',
    '\u0000',
  ),
  fc.constantFrom<unknown>(0, -1, 1.5, 1e308, true, false, null, [], {}),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);
const fields = fc.constantFrom(
  ...[
    'subject',
    'subjects',
    'population',
    'dataset',
    'scope',
    'site',
    'from',
    'to',
    'backup',
    'expires',
    'event',
  ],
  ...[
    'party',
    'kind',
    'name',
    'country',
    'grant',
    'over',
    'actions',
    'policy',
    'cedar',
    'data',
    'time',
    'reason',
  ],
  ...['__proto__', 'constructor', 'effectiveFrom', 'share', 'latitude'],
);
const scraped: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scraps, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc.dictionary(fc.oneof(fields, fc.string()), tie('value'), { maxKeys: 6 }),
})).object;
const scrambled = fc.record(
  {
    id: fc.oneof(fc.string({ minLength: 1 }), scraps),
    source: fc.oneof(fc.constant(source), scraps),
    type: fc.oneof(
      { arbitrary: fc.constantFrom<unknown>(...eventTypes), weight: 5 },
      { arbitrary: scraps, weight: 1 },
    ),
    time: fc.oneof(
      { arbitrary: fc.constant<unknown>('2020-01-01T00:00:00Z'), weight: 5 },
      { arbitrary: scraps, weight: 1 },
    ),
    data: fc.oneof({ arbitrary: scraped, weight: 5 }, { arbitrary: scraps, weight: 1 }),
    assurance: fc.oneof(fc.constant<unknown>('verified'), scraps),
  },
  { requiredKeys: [] },
);

describe('any other input', () => {
  it('given any JSON in any form, the answer is documented, and questions are answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(scrambled, scraps), { maxLength: 4 }),
        fc.constantFrom(one, batch, lines),
        async (events, type) => {
          const body =
            type === one
              ? JSON.stringify(events[0] ?? null)
              : type === batch
                ? JSON.stringify(events)
                : events.map((each) => JSON.stringify(each)).join('\n');
          const { status } = await server.send(body, type);
          expect([200, 201, 409, 422]).toContain(status);
        },
      ),
      { numRuns: 400 },
    );
    const atLeast = await head();
    for (const path of ['/v1/events', '/v1/sites', '/v1/discrepancies', '/v1/transfers'])
      expect((await server.get(path, { atLeast })).status).toBe(200);
    expect((await server.get('/readyz')).body).toMatchObject({ status: 'ready', setAside: [] });
  });

  it('given any bytes in any form, the answer is documented', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(one, batch, lines, 'application/json', 'text/plain'),
        async (bytes, type) => {
          const { status } = await server.send(bytes, type, { 'ce-id': '1' });
          expect([200, 415, 422]).toContain(status);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('given any parameters, the answer is documented', async () => {
    const names = fc.oneof(
      fc.constantFrom(
        'validAt',
        'knownAt',
        'knownPosition',
        'minAssurance',
        'atLeast',
        'limit',
        'cursor',
        'from',
        'to',
      ),
      fc.string(),
    );
    const values = fc.oneof(
      fc.constantFrom('2022-01-01', '0', '1', '999999999999999', '-0', 'claimed', 'WzAsMCwwLDBd'),
      fc.string({ unit: 'binary' }),
    );
    const paths = [
      '/v1/subjects/ana/history',
      '/v1/sites',
      '/v1/events',
      '/v1/transfers',
      '/v1/sites/virginia/holdings',
      '/v1/datasets/tiktok%2Fprofile/holdings',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(fc.tuple(names, values), { maxLength: 3 }),
        async (path, parameters) => {
          const asked = parameters.filter(([name]) => name !== 'atLeast');
          const text = asked.map(([name, value]) => `${enc(name)}=${enc(value)}`).join('&');
          const { status } = await server.get(`${path}?${text}`);
          expect([200, 400, 404]).toContain(status);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const enc = (text: string): string => encodeURIComponent(text.toWellFormed());
