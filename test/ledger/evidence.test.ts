/** Evidence from a ledger: about its findings, and only for callers that still wait or read it. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, vi } from 'vitest';
import { verifyBundle } from '../../src/evidence/verify-bundle.ts';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { EvidenceMaker } from '../../src/ledger/evidence/evidence-maker.ts';
import { contentOf, openUnnamedFile, writeText } from '../../src/ledger/evidence/unnamed-file.ts';
import { enrolled, placed, sent } from '../support/given-events.ts';
import { serverOfEachTest } from '../support/server-of-each-test.ts';

const own = serverOfEachTest();

const site = sent('site', 'SiteRegistered', {
  site: 'singapore',
  name: 'Singapore',
  country: 'SG',
  operator: 'acme',
});
const policy = sent('policy', 'PolicyAdopted', {
  policy: 'not-in-singapore',
  title: 'Not in Singapore',
  effectiveFrom: '2020-01-01T00:00:00Z',
  cedar:
    '@id("held") forbid(principal, action == Action::"store", resource) when { resource.country == "SG" };',
});
const people = (count: number) =>
  Array.from({ length: count }, (_, at) => enrolled(`e${at}`, `person-${at}`));

const lines = (events: ReadonlyArray<object>): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

const trusted = async () => ({
  keys: (await own.server.get('/v1/log')).body.data.verifierKeys.flatMap((vkey: string) => {
    const key = parseVerifierKey(vkey);
    return E.isRight(key) ? [key.right] : [];
  }),
  policy: { logs: [], witnesses: [], quorum: undefined },
});

/** The file or the page, as received. */
const evidence = async (query: string, accept = 'application/json') => {
  const answer = await own.server.request(`/v1/evidence?${query}`, { headers: { accept } });
  return { status: answer.status, text: await answer.text() };
};

describe('given findings of a site', () => {
  it('when evidence of one is requested, then it verifies, as a file and with a page', async () => {
    const position = await own.server.record([site, placed('d', 'us', 'singapore'), policy, ...people(80)]);
    const [finding] = (await own.server.get('/v1/findings', { atLeast: position })).body.data;
    const about = `finding=${finding.finding}&validAt=2021-01-01&atLeast=${position}`;
    const file = await evidence(about);
    expect(file.status).toBe(200);
    const report = verifyBundle(file.text, await trusted());
    expect(report.checks.filter(({ state }) => state !== 'holds')).toEqual([]);
    expect(report.bundle!.completeness.kind).toBe('sealed');
    expect(report.bundle!.answers[0]!.data).toMatchObject([{ finding: finding.finding, subjects: 80 }]);
    const page = await evidence(about, 'text/html');
    expect(page.text).toContain(`Evidence about the finding ${finding.finding}`);
    expect((await evidence('finding=none')).status).toBe(404);
  });
});

describe('given a bundle that takes long', () => {
  it('when its caller goes away, then it is abandoned, and the next caller does not wait for it', async () => {
    // Given
    await own.server.record([site, placed('d', 'us', 'singapore')]);
    const { body } = await own.server.send(lines(people(6_000)), 'application/x-ndjson');
    const { position } = body;
    expect((await evidence(`site=nowhere&atLeast=${position}`)).status).toBe(404);
    const asked = {
      about: 'site',
      id: 'singapore',
      validAt: Date.UTC(2021, 0, 1),
      position: Number(position),
      minAssurance: 'claimed',
      trail: false,
    } as const;
    const caller = new AbortController();
    const make = own.server.ledger.evidence.make({
      asked,
      form: 'file',
      identifiers: {},
      signal: caller.signal,
    });
    await wait(200);
    // When
    caller.abort();
    // Then
    expect(await make).toMatchObject({
      left: { kind: 'unavailable', detail: expect.stringContaining('disconnected') },
    });
    const next = await evidence(`site=singapore&knownPosition=2&validAt=2021-01-01`);
    expect(next.status).toBe(200);
  });
});

describe('given a bundle that takes more memory than its thread may', () => {
  it('when it is asked for, then the answer says what to ask instead', async () => {
    // Given
    await own.server.record([site, placed('d', 'us', 'singapore')]);
    const { body } = await own.server.send(lines(people(64)), 'application/x-ndjson');
    const position = Number(body.position);
    const { merkle, sealed, logFile } = own.server.ledger.parts;
    const maker = new EvidenceMaker({
      ...{ merkle, sealed, indexWitnessing: undefined, logFile, waitMs: 60_000 },
      heapBytesMax: 4 * 1_024 * 1_024,
      ...merkle.files,
    });
    const made = () =>
      maker.make({
        asked: {
          ...{ about: 'site', id: 'singapore', validAt: Date.UTC(2021, 0, 1), position },
          ...{ minAssurance: 'claimed', trail: false },
        },
        form: 'file',
        identifiers: {},
        signal: new AbortController().signal,
      });
    try {
      // When
      const answer = await made();
      // Then
      const detail =
        'deriving the answers takes too much memory: ask about one finding (GET /v1/findings?site=singapore lists them), or about one person';
      expect(E.isLeft(answer) && answer.left).toEqual({ kind: 'too-much-evidence', detail });
    } finally {
      await maker.close();
    }
  });
});

describe('given callers who have a bundle and do not read it', () => {
  it('when there are too many, then the next one is told to come later, until one has read or gone', async () => {
    // Given
    await own.server.record([site, placed('d', 'us', 'singapore')]);
    const { body } = await own.server.send(lines(people(500)), 'application/x-ndjson');
    const path = `/v1/evidence?site=singapore&validAt=2021-01-01&atLeast=${body.position}`;
    const leaving = new AbortController();
    const first = await own.server.request(path, { signal: leaving.signal });
    const others: Response[] = [];
    for (let more = 1; more < 16; more++) others.push(await own.server.request(path));
    const status = async () => {
      const { status, body } = await own.server.request(path);
      await body?.cancel();
      return status;
    };
    const directory = dirname(own.server.ledger.parts.logFile);
    try {
      // When
      expect([first, ...others].map((each) => each.status)).toEqual(Array(16).fill(200));
      expect((await own.server.request(path)).status).toBe(503);
      expect(readdirSync(directory).filter((name) => name.endsWith('.draft'))).toEqual([]);
      // Then
      const text = await others[0]!.text();
      expect(others[0]!.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
      expect(await others[1]!.text()).toBe(text);
      await vi.waitFor(async () => expect(await status()).toBe(200));
      leaving.abort();
      await vi.waitFor(async () => expect(await status()).toBe(200));
      expect((await own.server.request(path, { method: 'HEAD' })).status).toBe(200);
    } finally {
      await Promise.all(others.slice(2).map((each) => each.body?.cancel()));
    }
    await vi.waitFor(async () => expect(await status()).toBe(200));
  });
});

it.each([
  ['', 'short', 'é', '😀'],
  ['é'.repeat(1_024 * 1_024 + 1), `x${'😀'.repeat(1_024 * 1_024)}`],
])('a text in a file without a name is read as it was written', async (...texts) => {
  for (const text of texts) {
    const file = await openUnnamedFile(tmpdir());
    writeText(file.fd, text);
    let isClosed = false;
    const content = contentOf(file, new AbortController().signal, () => {
      isClosed = true;
    });
    expect(await new Response(content).text()).toBe(text);
    await vi.waitFor(() => expect(isClosed).toBe(true));
  }
});
