/**
 * Traces and metrics for OpenTelemetry, configured by the `OTEL_*` variables
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Its packages are loaded only
 * if these are set.
 */

import type { LedgerMetrics } from '../api/observing/ledger-metrics.ts';
import type { Tracing } from '../api/observing/observed-request.ts';
import type { Ledger } from '../ledger/ledger.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Exports observations. */
export interface Telemetry {
  readonly tracing: Tracing;
  /** Starts to export a ledger's metrics. */
  begin(ledger: Ledger, metrics: LedgerMetrics): void;
  /** Exports the rest, and stops. */
  end(): Promise<void>;
}

/** The variables that enable telemetry: an endpoint or an exporter. */
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

/** How long to wait at the end for the export of the rest, in milliseconds. */
const endMsMax = 5_000;

/** Starts telemetry, if the environment configures it. */
export const startTelemetry = async (environment: Environment): Promise<Telemetry | undefined> => {
  if (!isTelemetryWanted(environment)) return undefined;
  const [{ NodeSDK }, api] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/api'),
  ]);
  // By default, telemetry of other kinds is not exported.
  process.env.OTEL_LOGS_EXPORTER ??= 'none';
  process.env.OTEL_SERVICE_NAME ??= 'domicile';
  // Only observations of requests are exported: attributes of the process would reveal its arguments and its owner.
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
        // The registry returns types as words.
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
