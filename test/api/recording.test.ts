/** Recording events over HTTP: what is accepted, what is refused and how; a refused batch leaves nothing behind. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
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
import { batch, lines, one } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';
import { testStore } from '../support/stores.ts';

const server = sharedLedger();
/** The end of the log when the test began: the tests of this file share one. */
let start: number;

const head = async (): Promise<number> => Number((await server.post([])).body.position);
beforeEach(async () => {
  start = await head();
});

const problemOf = (kind: string) => `urn:domicile:problem:${kind}`;
const recordedNothing = async (): Promise<void> => expect(await head()).toBe(start);
const answer = async (reply: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await reply;
  return [status, body];
};
const inLines = (events: ReadonlyArray<unknown>): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

it('runs on the selected store', () => {
  expect(server.ledger.parts.store.kind).toBe(testStore);
});

describe('one event', () => {
  it('given it is new, it is recorded, with its position', async () => {
    expect(await answer(server.send(JSON.stringify(enrolled('one', 'ana')), one))).toEqual([
      201,
      { recorded: 1, duplicates: 0, position: String(start + 1) },
    ]);
  });

  it('given it was recorded, sending it again is a duplicate, however it is written', async () => {
    const event = enrolled('again', 'ana', 'us', { time: '2020-01-01T00:00:00Z', assurance: 'observed' });
    await server.record([event]);
    const { specversion: _, assurance: __, ...sparse } = event as Record<string, unknown>;
    const written = [
      event,
      sparse,
      { ...event, time: '2020-01-01T01:00:00.000999+01:00', datacontenttype: 'application/json' },
      Object.fromEntries(Object.entries(event).reverse()),
    ];
    for (const each of written) {
      expect(await answer(server.send(JSON.stringify(each, null, 2), one))).toEqual([
        200,
        { recorded: 0, duplicates: 1, position: String(start + 1) },
      ]);
    }
  });

  it.each([
    ['data', { data: { subject: 'ana', population: 'eu' } }],
    ['time', { time: '2020-01-02T00:00:00Z' }],
    ['assurance', { assurance: 'verified' }],
    ['evidence', { evidence: 'urn:example:report' }],
    ['type', { type: 'SubjectErased', data: { subject: 'ana' } }],
  ])('given it was recorded with another %s, it is refused', async (what, more) => {
    const event = enrolled(`other-${what}`, 'ana');
    await server.record([event]);
    const { status, headers, body } = await server.send(JSON.stringify({ ...event, ...more }), one);
    expect(status).toBe(409);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ type: problemOf('conflict'), status: 409, title: expect.any(String) });
    expect(body.errors).toEqual([{ index: 0, pointer: '/id', message: expect.any(String) }]);
    expect(await head()).toBe(start + 1);
  });

  it('given the same id from another source, it is another event', async () => {
    await server.record([enrolled('shared', 'ana')]);
    const other = enrolled('shared', 'ben', 'us', { source: 'https://other.example.org/' });
    expect((await server.send(JSON.stringify(other), one)).status).toBe(201);
  });

  it('given the ledger as its source, or an event of the ledger’s own type, it is refused', async () => {
    const forged = enrolled('forged', 'ana', 'us', { source: 'urn:domicile:ledger' });
    expect((await server.post([forged])).body.errors).toEqual([
      { index: 0, pointer: '/source', message: expect.stringContaining('urn:domicile:ledger') },
    ]);
    expect((await server.post([sent('f', 'SubjectForgotten', { subject: 'ana' })])).body.errors).toEqual([
      { index: 0, pointer: '/type', message: expect.stringContaining('DELETE /v1/subjects/{id}') },
    ]);
    await recordedNothing();
  });
});

describe('a sender of CloudEvents that asks first', () => {
  it('is told that it may deliver', async () => {
    const asked = { 'WebHook-Request-Origin': 'events.example.org', 'WebHook-Request-Rate': '120' };
    const { status, headers } = await server.request('/v1/events', { method: 'OPTIONS', headers: asked });
    expect([status, headers.get('webhook-allowed-origin'), headers.get('webhook-allowed-rate')]).toEqual([
      200,
      'events.example.org',
      '*',
    ]);
  });
});

describe('CloudEvents binary mode', () => {
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': 'binary',
    'ce-source': source,
    'ce-type': 'SubjectEnrolled',
    'ce-time': '2020-01-01T00:00:00Z',
  };
  const data = JSON.stringify({ subject: 'ana', population: 'us' });

  it('given attributes in headers, the event is the same as in structured mode', async () => {
    expect((await server.send(data, 'application/json', attributes)).status).toBe(201);
    expect((await server.send(JSON.stringify(enrolled('binary', 'ana')), one)).status).toBe(200);
  });

  it('given percent-encoded headers, they are decoded', async () => {
    const encoded = { ...attributes, 'ce-id': 'caf%C3%A9%20%25' };
    expect((await server.send(data, 'application/json; charset=utf-8', encoded)).status).toBe(201);
    expect((await server.send(JSON.stringify(enrolled('café %', 'ana')), one)).status).toBe(200);
  });

  it('given quoted headers, or raw UTF-8 bytes, they are decoded', async () => {
    const quoted = {
      ...attributes,
      'ce-id': '"say \\"caf\u00C3\u00A9\\" %25 50%"',
      'ce-mood': 'good%20enough',
    };
    expect((await server.send(data, 'application/vnd.acme+json', quoted)).status).toBe(201);
    const { body } = await server.get('/v1/events', { after: start, atLeast: start + 1 });
    expect(body.data).toMatchObject([{ id: 'say "café" % 50%', mood: 'good enough' }]);
  });

  it('given headers that are not UTF-8, each is named', async () => {
    const wrong = { ...attributes, 'ce-id': 'caf%E9', 'ce-mood': '%C3%28' };
    const { status, body } = await server.send(data, 'application/json', wrong);
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/id', '/mood']);
    expect(body.errors[0].message).toContain('not UTF-8');
    await recordedNothing();
  });

  it('given attributes that are missing or wrong, each is named', async () => {
    const wrong = { 'ce-id': 'wrong', 'ce-type': 'SubjectEnroled', 'ce-source': source };
    const { status, body } = await server.send(data, 'application/json', wrong);
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/type', '/time']);
    expect(body.errors[0].message).toContain('did you mean "SubjectEnrolled"');
    await recordedNothing();
  });
});

describe('attributes that the ledger does not know', () => {
  const more = {
    subject: 'customer 7',
    dataschema: 'https://schemas.example/enrolled.json',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    sequence: 7,
    sampled: true,
  };
  const shown = async (): Promise<ReadonlyArray<Record<string, unknown>>> =>
    (await server.get('/v1/events', { after: start, atLeast: start + 1 })).body.data;

  it('are kept as first sent, and do not make a conflict', async () => {
    const event = enrolled('attributed', 'ana', 'us', { ...more, absent: null });
    await server.record([event]);
    const again = { ...enrolled('attributed', 'ana'), traceparent: '00-1', other: 'x' };
    expect(await answer(server.post([again]))).toMatchObject([200, { duplicates: 1 }]);
    const [told] = await shown();
    expect(told).toMatchObject({ id: 'attributed', ...more });
    expect(told).not.toHaveProperty('absent');
    expect(told).not.toHaveProperty('other');
    const stored = await server.get(`/v1/events/${told!.position}/stored`);
    expect(stored.body).not.toContain('"ana"');
  });

  it('twice in one batch count as first sent', async () => {
    const twice = [1, 2].map((sequence) => ({ ...enrolled('twice', 'ana'), sequence }));
    expect(await answer(server.post(twice))).toMatchObject([201, { recorded: 1, duplicates: 1 }]);
    expect(await shown()).toMatchObject([{ id: 'twice', sequence: 1 }]);
  });

  it.each([
    ['subject', 'user/ana-7'],
    ['customer', 1_555],
    ['ana', true],
  ])('must not contain the identifier of a subject in %s', async (attribute, value) => {
    const event = sent('carrying', 'SubjectsEnrolled', {
      subjects: ['ana-7', 'ana', '1555'],
      population: 'us',
    });
    const { status, body } = await server.post([{ ...event, [attribute]: value }]);
    expect([status, body.errors]).toEqual([
      422,
      [{ index: 0, pointer: `/${attribute}`, message: expect.stringContaining('contains the identifier') }],
    ]);
    await recordedNothing();
  });
});

describe('a writer that waits (Prefer: wait)', () => {
  const revoked = (id: string, grant: string): Sent => sent(id, 'AccessRevoked', { grant });
  const registered = (id: string, site: string): Sent =>
    sent(id, 'SiteRegistered', { site, name: site, country: 'US', operator: 'o' });
  const wait = { prefer: 'respond-async;q=0, wait=10' };

  it('is told which of its events have discrepancies, by their places, and no others', async () => {
    const events = [
      registered('wait-site', 'known'),
      revoked('wait-none', 'no such grant'),
      placed('wait-placed', 'us', 'far'),
    ];
    for (const [body, type, expected] of [
      [JSON.stringify(events), batch, 201],
      [inLines(events), lines, 200],
    ] as const) {
      const { status, headers, body: told } = await server.send(body, type, wait);
      expect([status, headers.get('preference-applied')]).toEqual([expected, 'wait']);
      const codes = told.discrepancies.map(({ index, code }: { index: number; code: string }) => [
        index,
        code,
      ]);
      expect(codes).toEqual(
        expect.arrayContaining([
          [1, 'unknown-grant'],
          [2, 'unknown-site'],
        ]),
      );
      expect(codes.filter(([, code]: [number, string]) => code === 'unknown-site')).toEqual([
        [2, 'unknown-site'],
      ]);
    }
    const without = await server.post([revoked('wait-not', 'none')]);
    expect([without.body.discrepancies, without.headers.has('preference-applied')]).toEqual([
      undefined,
      false,
    ]);
  });

  it('finds the same by source, by kind and by event', async () => {
    const source = 'https://misfits.example.org/';
    const position = Number(
      await server.record([
        { ...revoked('filter-1', 'none'), source },
        { ...placed('filter-2', 'us', 'nowhere'), source },
      ]),
    );
    const ask = async (query: Record<string, string | number>): Promise<ReadonlyArray<string>> =>
      (await server.rows('/v1/discrepancies', { atLeast: position, ...query })).map(
        ({ event, code }) => `${event} ${code}`,
      );
    const all = await ask({ source });
    expect(all).toContain(`${position - 1} unknown-grant`);
    expect(all).toContain(`${position} unknown-site`);
    expect(all.every((each) => Number(each.split(' ')[0]) >= position - 1)).toBe(true);
    expect(await ask({ source, code: 'unknown-grant' })).toEqual([`${position - 1} unknown-grant`]);
    expect(await ask({ event: position })).toEqual(all.filter((each) => each.startsWith(`${position} `)));
    expect(await ask({ after: position - 1, source })).toEqual(
      all.filter((each) => each.startsWith(`${position} `)),
    );
    const wrong = await server.get('/v1/discrepancies', { code: 'unknown-cite' });
    expect([wrong.status, wrong.body.parameter]).toEqual([400, 'code']);
  });
});

describe('an event sent again', () => {
  it('with its lists and members in another order is the same', async () => {
    const grant = (actions: ReadonlyArray<string>) =>
      sent('ordered', 'AccessGranted', { grant: 'g', party: 'p', over: { site: 's' }, actions });
    const many = (subjects: ReadonlyArray<string>) =>
      sent('people', 'SubjectsEnrolled', { subjects, population: 'u' });
    await server.record([grant(['read', 'write']), many(['ana', 'ben'])]);
    const again = [grant(['write', 'read']), many(['ben', 'ana'])];
    expect(await answer(server.post(again))).toMatchObject([200, { duplicates: 2 }]);
    expect((await server.post([many(['ana', 'chen'])])).status).toBe(409);
  });
});

describe('a line that is no event', () => {
  it.each(['{"id":{"toString":1}}', '{"type":{"toString":1}}', `{"id":${'['.repeat(60)}${']'.repeat(60)}}`])(
    'given %s after other lines, it is named, and the answer counts those before it',
    async (line) => {
      const before = many(2_000, `before-${line.length}`);
      const body = [...before.map((event) => JSON.stringify(event)), line].join('\n');
      const answered = await server.send(body, lines);
      expect(answered.status).toBe(422);
      expect(answered.body).toMatchObject({ recorded: 2_000, duplicates: 0 });
      expect(answered.body.errors[0].line).toBe(2_001);
    },
  );
});

describe('media types', () => {
  it('given application/json without ce- headers, it is one event or an array of them', async () => {
    const plain = 'application/json';
    expect((await server.send(JSON.stringify(enrolled('plain', 'ana')), plain)).status).toBe(201);
    expect(await answer(server.send(JSON.stringify(many(2, 'plain')), plain))).toMatchObject([
      201,
      { recorded: 2 },
    ]);
    for (const type of ['application/ndjson', 'application/jsonl; charset=utf-8'])
      expect((await server.send(`${JSON.stringify(enrolled(`as-${type}`, 'ana'))}\n`, type)).status).toBe(
        201,
      );
  });

  it('given a compressed body, it is decoded', async () => {
    const text = many(500, 'packed')
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');
    expect(await answer(server.send(gzipSync(text), lines, { 'content-encoding': 'gzip' }))).toMatchObject([
      201,
      { recorded: 500 },
    ]);
    expect(
      await answer(server.send(zstdCompressSync(text), lines, { 'content-encoding': 'zstd' })),
    ).toMatchObject([200, { duplicates: 500 }]);
    const array = gzipSync(JSON.stringify(many(2, 'packed-batch')));
    expect((await server.send(array, batch, { 'content-encoding': 'x-gzip' })).status).toBe(201);
  });

  it.each(['gzip', 'zstd'])(
    'given a body that is not %s, or is cut off, nothing is recorded',
    async (coding) => {
      const packed = (coding === 'gzip' ? gzipSync : zstdCompressSync)(
        JSON.stringify([enrolled('cut', 'ana')]),
      );
      const headers = { 'content-encoding': coding };
      const cut = await server.send(packed.subarray(0, -6), batch, headers);
      expect([cut.status, cut.body.type]).toEqual([400, problemOf('incomplete-body')]);
      const spoiled = await server.send(JSON.stringify([]), batch, headers);
      expect([spoiled.status, spoiled.body.errors[0].message]).toEqual([
        422,
        expect.stringContaining(`not ${coding}`),
      ]);
      await recordedNothing();
    },
  );

  it.each(['gzip', 'zstd'])(
    'given a small body of %s that decompresses to a large one, it is refused',
    async (coding) => {
      const bomb = (coding === 'gzip' ? gzipSync : zstdCompressSync)(Buffer.alloc(8 * 1_024 ** 2, '\n'));
      const { status, body } = await server.send(bomb, lines, { 'content-encoding': coding });
      expect([status, body.detail]).toEqual([413, expect.stringContaining('times the bytes')]);
    },
  );

  it.each([
    ['text/plain', {}],
    ['application/xml', { 'ce-id': '1' }],
    ['', {}],
    [batch, { 'content-encoding': 'gzip, gzip' }],
    [lines, { 'content-encoding': 'br' }],
  ])('given "%s" with %j, it is not supported', async (type, headers) => {
    const reply = await server.send('[]', type, headers as Record<string, string>);
    const { status, body, headers: sent } = reply;
    expect(status).toBe(415);
    expect(body.type).toBe(problemOf('media-type'));
    if ('content-encoding' in headers) expect(sent.get('accept-encoding')).toBe('gzip, zstd');
  });

  it('given parameters and capitals, the media type is the same', async () => {
    const { status } = await server.send('[]', 'Application/CloudEvents-Batch+JSON; charset=UTF-8');
    expect(status).toBe(200);
  });
});

describe('a batch', () => {
  it('given no events, nothing is recorded', async () => {
    expect(await answer(server.post([]))).toEqual([
      200,
      { recorded: 0, duplicates: 0, position: String(start) },
    ]);
  });

  it('given 1000 events, all are recorded; given one more, it is too large', async () => {
    expect(await answer(server.post(many(1_000, 'b')))).toEqual([
      201,
      { recorded: 1_000, duplicates: 0, position: String(start + 1_000) },
    ]);
    const { status, body } = await server.post(many(1_001, 'c'));
    expect(status).toBe(413);
    expect(body).toMatchObject({ type: problemOf('too-large'), detail: expect.stringContaining('1000') });
    expect(await head()).toBe(start + 1_000);
  });

  it('given new and recorded events, each is counted; if all are recorded, nothing is created', async () => {
    const [first, second, third] = many(3, 'mixed');
    await server.record([first]);
    expect(await answer(server.post([second, first, third, second]))).toEqual([
      201,
      { recorded: 2, duplicates: 2, position: String(start + 3) },
    ]);
    expect(await answer(server.post([first, second]))).toEqual([
      200,
      { recorded: 0, duplicates: 2, position: String(start + 2) },
    ]);
  });

  it('given one with a recorded id and other content, none of it is recorded, and the event is named', async () => {
    const [first, second] = many(2, 'clash');
    await server.record([first]);
    start = await head();
    const { status, body } = await server.post([second, { ...first, assurance: 'claimed' }]);
    expect(status).toBe(409);
    expect(body.errors).toEqual([{ index: 1, pointer: '/id', message: expect.any(String) }]);
    await recordedNothing();
  });

  it('given one id twice with different content, none of it is recorded, and the second is named', async () => {
    const [first, second] = many(2, 'twin');
    const { status, body } = await server.post([first, second, { ...first, assurance: 'claimed' }]);
    expect(status).toBe(409);
    expect(body.errors).toEqual([{ index: 2, pointer: '/id', message: expect.any(String) }]);
    await recordedNothing();
  });

  it('given faults in several events, all of them are reported at once, and nothing is recorded', async () => {
    const { status, body } = await server.post([
      enrolled('good', 'ana'),
      enrolled('', 'ana', 'u  s', { time: '2020-02-30T00:00:00Z' }),
      17,
      sent('moved', 'DataMoved', { dataset: 'profile', scope: {}, from: 'a', to: 'a', why: 'because' }),
      sent('site', 'SiteRegistered', { site: 's', name: 'S', country: 'UK', operator: 'o', latitude: 91 }),
      { ...enrolled('extra', 'ana'), traceParent: '00-1', assurance: 'sure' },
      corrected('nothing', 'good', {}),
    ]);
    expect(status).toBe(422);
    expect(body.type).toBe(problemOf('invalid-events'));
    const places = body.errors.map((error: { index: number; pointer: string }) => [
      error.index,
      error.pointer,
    ]);
    expect(places).toEqual([
      [1, '/id'],
      [1, '/time'],
      [1, '/data/population'],
      [2, ''],
      [3, '/data/scope'],
      [3, '/data/why'],
      [4, '/data/country'],
      [4, '/data/latitude'],
      [5, '/assurance'],
      [5, '/traceParent'],
      [6, '/data'],
    ]);
    expect(body.errors.every((error: { message: string }) => error.message.length > 10)).toBe(true);
    await recordedNothing();
  });

  it('given faults in fields with people, nobody is quoted', async () => {
    const person = 'Ana  Núñez';
    const phone = 15_551_234_567;
    const reply = await server.post([
      enrolled('a', person),
      sent('b', 'SubjectEnrolled', { subject: phone, population: 'us' }),
      sent('c', 'SubjectsEnrolled', { subjects: ['ok', person, phone], population: 'us' }),
      sent('d', 'DataPlaced', { dataset: 'profile', scope: { subject: person }, site: 's' }),
      sent('e', 'AccessGranted', {
        grant: 'g',
        party: 'p',
        actions: ['read'],
        over: { dataset: 'profile', scope: { subject: person } },
      }),
      sent('f', 'SubjectErased', { subject: person }),
    ]);
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toHaveLength(7);
    expect(JSON.stringify(reply.body)).not.toMatch(/Ana|ñez|15551234567/);
  });

  it('given very many faults, only the first are reported, and the answer stays small', async () => {
    const nameless = (id: string) =>
      sent(id, 'SubjectsEnrolled', { subjects: Array(10_000).fill(''), population: 'us' });
    const { status, body } = await server.post(
      Array.from({ length: 50 }, (_, index) => nameless(`n${index}`)),
    );
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(10_000);
    const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`Field${index}`, 1]));
    const unknown = await server.post([{ ...enrolled('fields', 'ana'), ...fields }]);
    expect(unknown.status).toBe(422);
    expect(unknown.body.errors).toHaveLength(65);
    expect(unknown.body.errors.at(-1).message).toContain('one of 50000 ');
  });

  it.each([
    ['an object', '{}'],
    ['a number', '1'],
    ['not JSON', '[{"id": "ana@example.org", }]'],
    ['cut off', '[{"id": "ana@example.org"'],
    ['empty', ''],
  ])('given %s, it is malformed, and is not quoted', async (_, body) => {
    const reply = await server.send(body);
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toEqual([{ index: 0, pointer: '', message: expect.any(String) }]);
    expect(JSON.stringify(reply.body)).not.toContain('ana@');
    await recordedNothing();
  });

  it('given events with discrepancies, all are recorded: nothing well-formed is refused', async () => {
    const ghosts = [
      sent('g1', 'DataMoved', { dataset: 'd', scope: { subject: 'nobody' }, from: 'x', to: 'y' }),
      sent('g2', 'BackupDestroyed', { backup: 'none' }),
      sent('g3', 'AccessRevoked', { grant: 'none' }),
      retracted('g4', 'none'),
      corrected('g5', 'none', { data: { anything: [1, { at: 'all' }] } }),
      sent('g6', 'PolicyWithdrawn', { policy: 'none' }),
    ];
    expect(await answer(server.post(ghosts))).toEqual([
      201,
      { recorded: 6, duplicates: 0, position: String(start + 6) },
    ]);
  });
});

describe('NDJSON', () => {
  it('given many lines, all are recorded in order', async () => {
    const events = many(2_500, 'n');
    expect(await answer(server.send(inLines(events), lines))).toEqual([
      201,
      { recorded: 2_500, duplicates: 0, position: String(start + 2_500) },
    ]);
    const log = await server.rows('/v1/events', { after: start, atLeast: start + 2_500, limit: 1_000 });
    expect(log.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(await answer(server.send(inLines(events), lines))).toEqual([
      200,
      { recorded: 0, duplicates: 2_500, position: String(start + 2_500) },
    ]);
  });

  it('given empty lines, carriage returns and no newline at the end, only events count', async () => {
    const [first, second, third] = many(3, 'crlf').map((event) => JSON.stringify(event));
    const body = `\r\n${first}\r\n\n   \n${second}\r\n\r\n${third}`;
    expect(await answer(server.send(body, lines))).toEqual([
      201,
      { recorded: 3, duplicates: 0, position: String(start + 3) },
    ]);
    expect((await server.send('\n\n', lines)).status).toBe(200);
    expect((await server.send('', lines)).status).toBe(200);
    const refused = await server.send(`${'\n'.repeat(3_000)}{`, lines);
    expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ index: 0, line: 3_001 }] }]);
  });

  it('given a body that arrives in pieces, cut within characters, after a byte order mark, it is read completely', async () => {
    const events = many(20, 'pieces').map((event) => ({ ...event, evidence: 'urn:x:zoë-\u{1f600}' }));
    const bytes = Buffer.from(`\ufeff${inLines(events)}`);
    const body = new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += 3)
          controller.enqueue(Uint8Array.from(bytes.subarray(at, at + 3)));
        controller.close();
      },
    });
    const headers = { 'content-type': lines };
    const { status } = await server.request('/v1/events', { method: 'POST', body, headers, duplex: 'half' });
    expect(status).toBe(201);
    const log = await server.rows('/v1/events', { after: start, atLeast: start + 20 });
    expect(log.map(({ id, evidence }) => [id, evidence])).toEqual(
      events.map(({ id, evidence }) => [id, evidence]),
    );
  });

  const withLine = (events: ReadonlyArray<Sent>, number: number, line: string): string =>
    events.map((event, index) => `${index === number - 1 ? line : JSON.stringify(event)}\n`).join('');

  it.each([
    ['that is not JSON', '{"id": "ana@example.org"', ''],
    ['that is no event', '[]', ''],
    ['with a fault', JSON.stringify(enrolled('faulty', 'Ana  N')), '/data/subject'],
  ])(
    'given a line %s, earlier chunks stay, its own is not recorded, and it is named',
    async (_, bad, pointer) => {
      const events = many(2_500, `bad-${pointer.length}-${bad.length}-`);
      const { status, body } = await server.send(withLine(events, 1_700, bad), lines);
      expect(status).toBe(422);
      expect(body).toMatchObject({ recorded: 1_000, duplicates: 0, position: String(start + 1_000) });
      expect(body.errors).toEqual([{ index: 1_699, line: 1_700, pointer, message: expect.any(String) }]);
      expect(JSON.stringify(body)).not.toMatch(/ana@|Ana {2}N/);
      expect(await head()).toBe(start + 1_000);
      expect(await answer(server.send(inLines(events), lines))).toEqual([
        201,
        { recorded: 1_500, duplicates: 1_000, position: String(start + 2_500) },
      ]);
    },
  );

  it('given several bad lines of one chunk, the first fault in order is reported first', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`\n${JSON.stringify(enrolled('fine', 'ana'))}\n{"id":1}\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from('not json\n'),
    ]);
    const { status, body } = await server.send(bytes, lines);
    expect(status).toBe(422);
    const named = body.errors.map((error: { index: number; line: number }) => [error.line, error.index]);
    expect(named[0]).toEqual([3, 1]);
    expect(named.slice(-2)).toEqual([
      [4, 2],
      [5, 3],
    ]);
    await recordedNothing();
  });

  it('given a line with a recorded id and other content, neither its chunk nor later ones are recorded, and it is named', async () => {
    const events = many(3_500, 'clashing');
    await server.record([events[1_200]]);
    start = await head();
    const other = JSON.stringify({ ...events[1_200], assurance: 'claimed' });
    const { status, body } = await server.send(withLine(events, 1_201, other), lines);
    expect(status).toBe(409);
    expect(body).toMatchObject({ recorded: 1_000, duplicates: 0 });
    expect(body.errors).toEqual([{ index: 1_200, line: 1_201, pointer: '/id', message: expect.any(String) }]);
    expect(await head()).toBe(start + 1_000);
  });

  it('given a line that is too long, earlier chunks stay, and it is named', async () => {
    const events = many(1_002, 'long');
    const { status, body } = await server.send(
      withLine(events, 1_002, JSON.stringify('x'.repeat(17_000_000))),
      lines,
    );
    expect(status).toBe(413);
    expect(body).toMatchObject({ recorded: 1_000, detail: expect.stringContaining('line 1002') });
    expect(await head()).toBe(start + 1_000);
  });

  it('given 10,000 subjects in each of many lines and then a bad line, all before it stay: each of them is a chunk', async () => {
    const crowd = (line: number) =>
      sent(`crowd${line}`, 'SubjectsEnrolled', {
        subjects: Array.from({ length: 10_000 }, (_, index) => `${index}/${'x'.repeat(110)}`),
        population: 'crowd',
      });
    const { status, body } = await server.send(`${inLines([1, 2, 3, 4].map(crowd))}{`, lines);
    expect([status, body.recorded]).toEqual([422, 4]);
  });
});

describe('several writers at once', () => {
  it('given the same events from all, each is recorded once, and everybody learns its position', async () => {
    const events = many(200, 'race');
    const replies = await Promise.all(
      [0, 1, 2, 3, 4].flatMap((turn) => [
        server.post(events.slice(turn * 40, turn * 40 + 40)),
        server.post(events),
        server.postLines(events),
      ]),
    );
    expect(replies.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect(replies.reduce((sum, { body }) => sum + body.recorded, 0)).toBe(200);
    expect(await head()).toBe(start + 200);
  });

  it('given one id with different content from each, one is recorded and the others get a conflict', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => server.post([placed('contested', `p${turn}`, 'site')])),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(await head()).toBe(start + 1);
  });
});
