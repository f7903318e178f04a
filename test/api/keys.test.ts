/** Who has access to what, and what they see of people. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import type { ApiEnv } from '../../src/api/http/caller.ts';
import { LedgerMetrics } from '../../src/api/observing/ledger-metrics.ts';
import { backupRoutes } from '../../src/api/routes/backups.ts';
import { callerRoutes } from '../../src/api/routes/caller.ts';
import { evidenceRoutes } from '../../src/api/routes/evidence.ts';
import { findingRoutes } from '../../src/api/routes/findings.ts';
import { importRoutes } from '../../src/api/routes/importing.ts';
import { logRoutes } from '../../src/api/routes/log.ts';
import { proofRoutes } from '../../src/api/routes/merkle-log.ts';
import { metricsRoutes } from '../../src/api/routes/metrics.ts';
import { movementRoutes } from '../../src/api/routes/movements.ts';
import { openLineageRoutes } from '../../src/api/routes/openlineage.ts';
import { reachRoutes } from '../../src/api/routes/reach.ts';
import { readRoutes } from '../../src/api/routes/reads.ts';
import { recordingRoutes } from '../../src/api/routes/recording.ts';
import { registryRoutes } from '../../src/api/routes/registry.ts';
import { replayRoutes } from '../../src/api/routes/replays.ts';
import { reportRoutes } from '../../src/api/routes/reports.ts';
import { subjectRoutes } from '../../src/api/routes/subjects.ts';
import { vaultGuard, vaultRoutes } from '../../src/api/routes/vault.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { Scope } from '../../src/people/access/scopes.ts';
import { settingsIn } from '../support/server.ts';

const enrolled = (subject: string) => ({
  specversion: '1.0',
  id: `enrolled-${subject.length}-${subject.codePointAt(0)}`,
  source: 'https://accounts.example',
  type: 'SubjectEnrolled',
  time: '2020-01-01T00:00:00Z',
  data: { subject, population: 'us-users' },
});

const policy = {
  specversion: '1.0',
  id: 'adopted',
  source: 'https://policies.example',
  type: 'PolicyAdopted',
  time: '2020-01-01T00:00:00Z',
  data: {
    policy: 'p',
    title: 'A policy',
    cedar: 'forbid(principal, action, resource);',
    effectiveFrom: '2020-01-01',
  },
};

describe('a ledger with keys', () => {
  const directory = mkdtempSync(join(tmpdir(), 'domicile-keys-'));
  let ledger: Ledger;
  let request: (path: string, token?: string, init?: RequestInit) => Promise<Response>;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    ledger = await openLedger(await settingsIn(directory));
    await ledger.ready();
    const app = createApp(ledger, pino({ level: 'silent' }));
    request = async (path, token, init = {}) =>
      app.request(path, {
        ...init,
        headers: {
          ...(init.headers as object),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
    const make = (name: string, scopes: ReadonlyArray<Scope>): void => {
      const made = ledger.parts.keys.create(name, scopes, 0, randomBytes);
      if (E.isRight(made)) tokens.set(name, made.right);
    };
    make('mover', ['emit']);
    make('auditor', ['audit']);
    make('officer', ['audit', 'identify']);
    make('admin', ['emit', 'admin']);
    make('everything else', ['emit', 'audit', 'admin', 'identify']);
    make('process', ['vault']);
  });

  afterAll(async () => {
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const emit = (event: unknown, name: string) =>
    request('/v1/events', tokens.get(name), {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });

  it('requires a key, and says how to send one', async () => {
    for (const token of [undefined, 'dom_made-up']) {
      const answer = await request('/v1/sites', token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(await answer.json()).toMatchObject({ type: 'urn:domicile:problem:unauthorized' });
    }
  });

  it('allows nobody more than the scopes of the key', async () => {
    expect((await emit(enrolled('ana'), 'auditor')).status).toBe(403);
    expect((await request('/v1/sites', tokens.get('mover'))).status).toBe(403);
    expect((await request('/v1/replays', tokens.get('auditor'), { method: 'POST' })).status).toBe(403);
    expect((await request('/v1/subjects/ana', tokens.get('auditor'), { method: 'DELETE' })).status).toBe(403);
    for (const path of ['/v1/import/openlineage', '/api/v1/lineage', '/api/v1/lineage/batch']) {
      const init = { method: 'POST', body: '[]', headers: { 'content-type': 'application/json' } };
      expect((await request(path, tokens.get('auditor'), init)).status).toBe(403);
      expect((await request(path, tokens.get('mover'), init)).status).toBeLessThan(500);
      expect((await request(path, tokens.get('mover'), init)).status).not.toBe(403);
    }
    expect((await emit(policy, 'mover')).status).toBe(403);
    expect((await emit(policy, 'admin')).status).toBe(201);
  });

  it('shows and accepts identifiers only with the scope identify', async () => {
    const recorded = await emit(enrolled('ana'), 'mover');
    expect(recorded.status).toBe(201);
    const { position } = (await recorded.json()) as { position: string };
    const { pseudonyms } = await ledger.parts.vault.find({ names: ['ana'], pseudonyms: [] });
    const pseudonym = pseudonyms.get('ana')!;

    const seenBy = async (name: string): Promise<unknown> => {
      const answer = await request(`/v1/events/${position}?atLeast=${position}`, tokens.get(name));
      const { data } = (await answer.json()) as { data: { event: { data: { subject: string } } } };
      return data.event.data.subject;
    };
    expect(await seenBy('officer')).toBe('ana');
    expect(await seenBy('auditor')).toBe(pseudonym);
    expect((await request('/v1/subjects/ana/residency', tokens.get('officer'))).status).toBe(200);
    expect((await request('/v1/subjects/ana/residency', tokens.get('auditor'))).status).toBe(404);
    expect((await request(`/v1/subjects/${pseudonym}/residency`, tokens.get('auditor'))).status).toBe(200);
  });

  it('says who recorded each event, with which scopes', async () => {
    const later = { ...enrolled('ana'), id: 'again' };
    const own = {
      event: { source: later.source, id: 'again' },
      reason: 'a slip',
      time: '2020-02-01T00:00:00Z',
    };
    const correction = { ...later, id: 'own', type: 'EventCorrected', data: own };
    expect((await emit(later, 'mover')).status).toBe(201);
    const recorded = await emit(correction, 'everything else');
    const { position } = (await recorded.json()) as { position: string };
    const answer = await request(
      `/v1/events/${Number(position) - 1}?atLeast=${position}`,
      tokens.get('auditor'),
    );
    const { data } = (await answer.json()) as { data: unknown };
    expect(data).toMatchObject({
      event: { recordedby: 'mover', authority: 'emit' },
      corrections: [{ kind: 'corrects', event: { recordedby: 'everything else', authority: 'admin emit' } }],
    });
    const foreign = { ...correction, id: 'foreign', source: 'https://elsewhere.example' };
    expect((await emit(foreign, 'everything else')).status).toBe(403);
  });

  it('shows nothing that is not public without a key', async () => {
    for (const path of ['/v1/sites', '/metrics', '/v2/anything', '/not-there'])
      expect((await request(path)).status).toBe(401);
    for (const path of ['/livez', '/readyz', '/openapi.json', '/reference'])
      expect((await request(path)).status).toBe(200);
  });

  it('answers nothing by a route without authentication', async () => {
    const bare = new Hono<ApiEnv>();
    bare.route('/v1', registryRoutes(ledger));
    bare.route('/v1/events', logRoutes(ledger)).route('/v1/events', recordingRoutes(ledger));
    bare.route('/v1/replays', replayRoutes(ledger)).route('/', metricsRoutes(new LedgerMetrics(ledger)));
    bare
      .route('/v1/import', importRoutes(ledger, {}))
      .route('/api/v1/lineage', openLineageRoutes(ledger, {}))
      .route('/v1/vault', vaultRoutes(ledger.parts.vault, vaultGuard(ledger)))
      .route('/v1', proofRoutes(ledger))
      .route('/v1', evidenceRoutes(ledger))
      .route('/v1/subjects', subjectRoutes(ledger))
      .route('/v1', reachRoutes(ledger))
      .route('/v1', findingRoutes(ledger))
      .route('/v1', movementRoutes(ledger))
      .route('/v1', readRoutes(ledger))
      .route('/v1', callerRoutes())
      .route('/v1', backupRoutes(ledger))
      .route('/v1', reportRoutes(ledger));
    const body = JSON.stringify(enrolled('zoe'));
    const headers = { 'content-type': 'application/cloudevents+json' };
    const json = { 'content-type': 'application/json' };
    for (const [path, init] of [
      ['/v1/sites', {}],
      ['/v1/replays', {}],
      ['/v1/replays', { method: 'POST' }],
      ['/metrics', {}],
      ['/v1/vault', {}],
      ['/v1/log', {}],
      ['/v1/evidence?subject=zoe', {}],
      ['/v1/subjects/zoe/residency', {}],
      ['/v1/subjects/zoe', { method: 'DELETE' }],
      ['/v1/parties/tiktok/reach', {}],
      ['/v1/findings', {}],
      ['/v1/findings/none', {}],
      ['/v1/findings/none/subjects', { headers: { accept: 'text/csv' } }],
      ['/v1/parties/tiktok/affected', { headers: { accept: 'application/x-ndjson' } }],
      ['/v1/subjects/zoe', {}],
      ['/v1/backups', {}],
      ['/v1/backups/b1', {}],
      ['/v1/reports/backups', {}],
      ['/v1/transfers', {}],
      ['/v1/reads', {}],
      ['/v1/caller', {}],
      ['/v1/events', {}],
      ['/v1/events', { headers: { accept: 'application/x-ndjson' } }],
      ['/v1/events', { method: 'POST', body, headers }],
      ['/v1/import/openlineage?dryRun=true', { method: 'POST', body: '[]', headers: json }],
      ['/api/v1/lineage', { method: 'POST', body: '{}', headers: json }],
      ['/api/v1/lineage/batch', { method: 'POST', body: '[]', headers: json }],
    ] as const)
      expect((await bare.request(path, init)).status).toBe(500);
  });

  it('shares the vault only with the scope vault, which allows nothing else', async () => {
    const ask = (path: string, name: string | undefined, body: unknown = {}) =>
      request(`/v1/vault${path}`, name === undefined ? undefined : tokens.get(name), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    for (const path of ['/find', '/admit', '/forget', '/', '']) {
      expect((await ask(path, undefined)).status).toBe(401);
      expect((await ask(path, 'everything else')).status).toBe(403);
      expect((await request(`/v1/vault${path}`, tokens.get('everything else'))).status).toBe(403);
    }
    const found = await ask('/find', 'process', { names: ['ana', 'nobody'], pseudonyms: [] });
    expect(await found.json()).toEqual({
      pseudonyms: [expect.stringMatching(/^psn_/), null],
      people: [],
    });
    for (const path of ['/v1/sites', '/v1/events', '/v1/reads', '/v1/subjects/ana/residency', '/metrics'])
      expect((await request(path, tokens.get('process'))).status).toBe(403);
    expect((await emit(enrolled('ben'), 'process')).status).toBe(403);
    const erased = await request('/v1/subjects/ana', tokens.get('process'), { method: 'DELETE' });
    expect(erased.status).toBe(403);
  });

  it('refuses unreadable requests about people without repeating them', async () => {
    const send = (body: string) =>
      request('/v1/vault/admit', tokens.get('process'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    const names = Array.from({ length: 10_001 }, (_, index) => `zorica-${index}`);
    for (const [body, status] of [
      ['{"names":["zorica', 422],
      ['{"names":["zorica"]}', 422],
      ['{"names":["zorica"],"lookedUpTo":"zorica"}', 422],
      ['{"names":["zorica\\n"],"lookedUpTo":null}', 422],
      [JSON.stringify({ names, lookedUpTo: null }), 422],
      [JSON.stringify({ names: [`zorica${'x'.repeat(17_000_000)}`], lookedUpTo: null }), 413],
    ] as const) {
      const answer = await send(body);
      expect(answer.status).toBe(status);
      expect(await answer.text()).not.toContain('zorica');
    }
  });

  it('tells callers their name and what they may do', async () => {
    const told = async (name: string) => (await request('/v1/caller', tokens.get(name))).json();
    expect(await told('officer')).toEqual({ name: 'officer', scopes: ['audit', 'identify'] });
    const open = await openLedger(await settingsIn(mkdtempSync(join(directory, 'open-'))));
    const answer = await createApp(open, pino({ level: 'silent' })).request('/v1/caller');
    expect(await answer.json()).toEqual({ name: null, scopes: [...Scope.words] });
    await open.close();
  });

  it('records who asked about whom', async () => {
    const answer = await request('/v1/reads?subject=ana', tokens.get('officer'));
    const { data } = (await answer.json()) as { data: unknown };
    expect(data).toEqual([
      { at: expect.any(String), reader: 'officer', subject: 'ana', question: 'residency' },
      { at: expect.any(String), reader: 'auditor', subject: 'ana', question: 'residency' },
      { at: expect.any(String), reader: 'process', subject: 'ana', question: 'vault' },
    ]);
  });

  it('refuses a revoked key immediately', async () => {
    expect((await request('/v1/sites', tokens.get('auditor'))).status).toBe(200);
    ledger.parts.keys.revoke('auditor', 0);
    expect((await request('/v1/sites', tokens.get('auditor'))).status).toBe(401);
  });

  it('stores no token, only its hash', async () => {
    const kept = JSON.stringify(ledger.parts.keys.all());
    for (const token of tokens.values()) expect(kept).not.toContain(token);
  });
});
