/**
 * Traces and metrics for OpenTelemetry, as the variables `OTEL_*` configure them
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Its packages are loaded only then.
 */

import type { LedgerMetrics } from '../api/observing/ledger-metrics.ts';
import type { Tracing } from '../api/observing/observed-request.ts';
import type { Ledger } from '../ledger/ledger.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What passes on what is observed. */
export interface Telemetry {
  readonly tracing: Tracing;
  /** Begins to pass on what is measured of a ledger. */
  begin(ledger: Ledger, metrics: LedgerMetrics): void;
  /** Sends what is left, and ends. */
  end(): Promise<void>;
}

/** What says that telemetry is wanted: where to, or by which exporter. */
const variables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_CONFIG_FILE',
];

/** Whether the environment configures telemetry. */
export const isTelemetryWanted = (environment: Environment): boolean =>
  environment.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
  variables.some((name) => environment[name] !== undefined && environment[name] !== '');

/** How long the end waits for what is left to be sent, in milliseconds. */
const endMsMax = 5_000;

/** Starts telemetry, if the environment configures it. */
export const startTelemetry = async (environment: Environment): Promise<Telemetry | undefined> => {
  if (!isTelemetryWanted(environment)) return undefined;
  const [{ NodeSDK }, api] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/api'),
  ]);
  // A kind of telemetry that nobody asked for is not sent anywhere by default.
  process.env.OTEL_LOGS_EXPORTER ??= 'none';
  process.env.OTEL_SERVICE_NAME ??= 'domicile';
  // Only what is told of a request goes out: nothing of the process, which would show its arguments and its owner.
  process.env.OTEL_NODE_RESOURCE_DETECTORS ??= 'env';
  const sdk = new NodeSDK({ instrumentations: [] });
  sdk.start();
  const tracer = api.trace.getTracer('domicile');
  const meter = api.metrics.getMeter('domicile');

  const tracing: Tracing = {
    request: (parent, run) => {
      const caller =
        parent === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpanContext(api.ROOT_CONTEXT, {
              traceId: parent.traceId,
              spanId: parent.spanId,
              traceFlags: parent.isSampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
              isRemote: true,
            });
      return tracer.startActiveSpan('request', { kind: api.SpanKind.SERVER }, caller, async (span) => {
        try {
          const request = await run();
          span.updateName(`${request.method} ${request.route}`);
          span.setAttributes({
            'http.request.method': request.method,
            'http.route': request.route,
            'http.response.status_code': request.status,
            'domicile.request_id': request.requestId,
            ...(request.who === null ? {} : { 'domicile.key': request.who }),
          });
          if (request.status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
          return request;
        } finally {
          span.end();
        }
      });
    },
  };

  const begin = (ledger: Ledger, metrics: LedgerMetrics): void => {
    ledger.timings.listen((timed) => {
      const end = Date.now();
      const startTime = end - timed.seconds * 1_000;
      const attributes = timed.kind === 'append' ? {} : { 'domicile.question': timed.question };
      tracer.startSpan(timed.kind, { startTime, attributes }).end(end);
    });
    const histograms = new Map<string, ReturnType<typeof meter.createHistogram>>();
    metrics.listen(({ name, labels, value }) => {
      const histogram = histograms.get(name) ?? meter.createHistogram(name, { unit: 's' });
      histograms.set(name, histogram);
      histogram.record(value, labels);
    });
    void metrics.registry.getMetricsAsJSON().then((all) => {
      for (const { name, help, type } of all) {
        // Types are words in what the registry tells.
        if (String(type) !== 'gauge' && String(type) !== 'counter') continue;
        meter.createObservableGauge(name, { description: help }).addCallback(async (result) => {
          const metric = await metrics.registry.getSingleMetric(name)?.get();
          for (const { labels, value } of metric?.values ?? []) result.observe(value, labels);
        });
      }
    });
  };

  return {
    tracing,
    begin,
    end: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, endMsMax);
      });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
};
