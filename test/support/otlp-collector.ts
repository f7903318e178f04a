/** An OpenTelemetry collector that keeps what it receives: OTLP over HTTP, in JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The tested fields of a span. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: ReadonlyArray<{
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }>;
}

export interface OtlpCollector {
  readonly url: string;
  /** All received bodies. */
  readonly bodies: ReadonlyArray<string>;
  spans(): ReadonlyArray<Span>;
  /** The names of received metrics. */
  metricNames(): ReadonlySet<string>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was sent
const parsed = (body: string): any => JSON.parse(body);

/** Starts a collector on a free port of this machine. */
export const otlpCollector = async (): Promise<OtlpCollector> => {
  const received: { readonly path: string; readonly body: string }[] = [];
  const server = createServer(async (request, answer) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    received.push({ path: request.url!, body: Buffer.concat(parts).toString('utf8') });
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const sent = (path: string) =>
    received.filter((each) => each.path === path).map(({ body }) => parsed(body));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bodies() {
      return received.map(({ body }) => body);
    },
    spans: () =>
      sent('/v1/traces').flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(
          ({ scopeSpans }: { scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<Span> }> }) =>
            scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
    metricNames: () =>
      new Set(
        sent('/v1/metrics').flatMap(({ resourceMetrics }) =>
          resourceMetrics.flatMap(
            ({
              scopeMetrics,
            }: {
              scopeMetrics: ReadonlyArray<{ metrics: ReadonlyArray<{ name: string }> }>;
            }) => scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
          ),
        ),
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
