/** What operators see of a server: its log, its metrics and its traces, none of which names a person. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTraceParent } from '../../src/api/observing/trace-parent.ts';
import { isTelemetryWanted } from '../../src/main/telemetry.ts';
import { Keys } from '../../src/people/access/keys.ts';
import { enrolled } from '../support/given-events.ts';
import { type OtlpCollector, otlpCollector } from '../support/otlp-collector.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const person = 'ana-maria-perez';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

describe('given a server with a key, a log of requests, and a collector of OpenTelemetry', () => {
  const directory = newDataDirectory();
  let collector: OtlpCollector;
  let metrics = '';
  let log: ReadonlyArray<Record<string, unknown>> = [];
  let output = '';

  beforeAll(async () => {
    collector = await otlpCollector();
    const token = new Keys(join(directory, 'keys.json')).create(
      'auditor',
      ['audit', 'emit', 'admin', 'identify'],
      Date.now(),
      randomBytes,
    );
    if (E.isLeft(token)) throw new Error(token.left);
    const server = await ServerProcess.start({
      directory,
      environment: {
        LOG_LEVEL: 'trace',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      },
    });
    const headers = {
      authorization: `Bearer ${token.right}`,
      traceparent,
      tracestate: `vendor=${person}`,
      baggage: `person=${person}`,
      'x-request-id': person,
      'user-agent': person,
      referer: `https://${person}.example/`,
    };
    const ask = (path: string, init: RequestInit = {}) =>
      server.request(path, { ...init, headers: { ...headers, ...(init.headers as object) } });
    await ask('/v1/events', {
      method: 'POST',
      body: JSON.stringify([enrolled('one', person)]),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    await ask('/v1/events', {
      method: 'POST',
      body: `{"id": "${person}"`,
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    await ask(`/v1/subjects/${person}/residency?atLeast=1`);
    await ask(`/v1/subjects/${person}/residency?subject=${person}&validAt=${person}`);
    await ask(`/v1/events?subject=${person}`);
    await ask(`/${person}/${person}`);
    await ask('/v1/findings', { headers: { authorization: `Bearer ${person}` } });
    const post = (path: string, type: string, body: string, more: Record<string, string> = {}) =>
      ask(path, { method: 'POST', body, headers: { 'content-type': type, ...more } });
    const row = { type: 'SubjectEnrolled', time: '2020-01-01', data: { subject: '{who}', population: 'us' } };
    await post(
      '/v1/import/csv',
      'application/json',
      JSON.stringify({ mapping: { source: 'urn:rows', events: [row] }, csv: `who\n${person}\n` }),
    );
    const job = { job: { namespace: person, name: person }, eventTime: person };
    await post('/api/v1/lineage', 'application/json', JSON.stringify(job));
    await post(
      '/v1/events',
      'application/cloudevents+json',
      JSON.stringify(enrolled(`of ${person}`, person)),
    );
    await post('/v1/events', 'application/json', '{}', { 'ce-id': person, 'ce-specversion': '1.0' });
    await ask(`/v1/evidence?subject=${person}`);
    await ask(`/v1/subjects/${person}`, { method: 'DELETE' });
    metrics = await (await ask('/metrics')).text();
    await server.end();
    output = server.output();
    log = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  });
  afterAll(async () => {
    await collector.close();
    removeDirectory(directory);
  });

  it('when it is asked, then the log has a line for each request: who, which route, which status, how long', () => {
    const requests = log.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ method, route, status, who }) => [method, route, status, who])).toEqual([
      ['POST', '/v1/events', 201, 'auditor'],
      ['POST', '/v1/events', 422, 'auditor'],
      ['GET', '/v1/subjects/:id/residency', 200, 'auditor'],
      ['GET', '/v1/subjects/:id/residency', 400, 'auditor'],
      ['GET', '/v1/events', 200, 'auditor'],
      ['GET', 'none', 404, 'auditor'],
      ['GET', '/v1/findings', 401, null],
      ['POST', '/v1/import/:kind', 201, 'auditor'],
      ['POST', '/api/v1/lineage', 422, 'auditor'],
      ['POST', '/v1/events', 422, 'auditor'],
      ['POST', '/v1/events', 422, 'auditor'],
      ['GET', '/v1/evidence', 200, 'auditor'],
      ['DELETE', '/v1/subjects/:id', 204, 'auditor'],
      ['GET', '/metrics', 200, 'auditor'],
    ]);
    for (const { ms, traceId: trace } of requests) {
      expect(ms).toBeGreaterThan(0);
      expect(trace).toBe(traceId);
    }
  });

  it('then its metrics have the time of each route and of appends, the lag of questions, and the remaining space', () => {
    expect(metrics).toContain(
      'domicile_http_request_seconds_count{method="GET",route="/v1/subjects/:id/residency",status="200"} 1',
    );
    expect(metrics).toMatch(/^domicile_append_seconds_count 3$/m);
    expect(metrics).toMatch(/^domicile_projection_lag_events \d+$/m);
    expect(metrics).toMatch(/^domicile_questions_waiting 0$/m);
    expect(Number(/^domicile_disk_free_bytes (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  });

  it('then the collector has a span of each request in the trace of its caller, with the append within it, and the metrics', () => {
    const spans = collector.spans();
    const residency = spans.filter(({ name }) => name === 'GET /v1/subjects/:id/residency');
    expect(residency).toHaveLength(2);
    expect(residency[0]).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' });
    const post = spans.filter(({ name }) => name === 'POST /v1/events').map(({ spanId }) => spanId);
    expect(post).toContain(spans.find(({ name }) => name === 'append')?.parentSpanId);
    expect([...collector.metricNames()]).toEqual(
      expect.arrayContaining([
        'domicile_http_request_seconds',
        'domicile_append_seconds',
        'domicile_log_head_position',
      ]),
    );
  });

  it('then none of them names a person, or has the token of the key', () => {
    expect(output).not.toContain(person);
    expect(metrics).not.toContain(person);
    expect(collector.bodies.length).toBeGreaterThan(0);
    for (const body of collector.bodies) expect(body).not.toContain(person);
    for (const text of [output, metrics, ...collector.bodies]) expect(text).not.toContain('dom_');
  });
});

describe('given the alerts, the dashboard, and the page about them', () => {
  it('then each metric in them is one of the ledger', () => {
    const root = join(import.meta.dirname, '..', '..');
    const read = (...path: ReadonlyArray<string>) => readFileSync(join(root, ...path), 'utf8');
    const source = ['ledger-gauges.ts', 'ledger-metrics.ts']
      .map((file) => read('src', 'api', 'observing', file))
      .join();
    const named = [
      read('docs', 'monitoring', 'domicile-alerts.yaml'),
      read('docs', 'monitoring', 'grafana-dashboard.json'),
      read('docs', 'how-to', 'watch-a-server.md'),
    ].flatMap((text) => [...text.matchAll(/\bdomicile_\w+/g)].map(([name]) => name));
    const names = [...new Set(named)].map((name) => name.replace(/_seconds_(count|bucket|sum)$/, '_seconds'));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !source.includes(`'${name}'`) && !name.endsWith('_'))).toEqual([]);
  });
});

describe('given no configuration of OpenTelemetry', () => {
  it('then none of its code is loaded, and OTEL_SDK_DISABLED has the same effect', () => {
    expect(isTelemetryWanted({})).toBe(false);
    expect(isTelemetryWanted({ OTEL_SERVICE_NAME: 'ledger' })).toBe(false);
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    expect(isTelemetryWanted(endpoint)).toBe(true);
    expect(isTelemetryWanted({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBe(false);
  });
});

describe('given the header of a trace', () => {
  it.each([
    [traceparent, { traceId, spanId: '00f067aa0ba902b7', isSampled: true }],
    [`cc-${traceId}-00f067aa0ba902b7-00-more`, { traceId, spanId: '00f067aa0ba902b7', isSampled: false }],
    [`ff-${traceId}-00f067aa0ba902b7-01`, undefined],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
    [`00-${traceId}-${'0'.repeat(16)}-01`, undefined],
    [`00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
    ['ana', undefined],
  ])('when it is %s, then it is read as W3C specifies', (header, parent) => {
    expect(readTraceParent(header)).toEqual(parent);
  });
});
