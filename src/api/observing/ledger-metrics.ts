/** The metrics of a ledger. Each ledger has its own registry, because a process may have several. */
import { Counter, Histogram, Registry } from 'prom-client';
import type { Ledger } from '../../ledger/ledger.ts';
import { addLedgerGauges } from './ledger-gauges.ts';
import type { ObservedRequest } from './observed-request.ts';

const msPerSecond = 1_000;
/** In seconds, from a lookup in memory to a question about everybody. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/** An observation of one histogram, for code that exports them. */
export interface Measured {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The metrics of one ledger. */
export class LedgerMetrics {
  readonly registry = new Registry();
  private readonly listeners = new Set<(measured: Measured) => void>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly limited;

  constructor(ledger: Ledger) {
    addLedgerGauges(this.registry, ledger);
    this.histogram('domicile_http_request_seconds', 'Time until the answer to a request begins, by route.', [
      'method',
      'route',
      'status',
    ]);
    this.histogram('domicile_append_seconds', 'Time to append to the log durably.', []);
    this.histogram(
      'domicile_question_beside_seconds',
      'Time of questions that separate threads answer, including waiting.',
      ['question'],
    );
    this.limited = new Counter({
      name: 'domicile_rate_limited_total',
      help: 'Requests that were refused because the caller sent too many.',
      registers: [this.registry],
    });
    ledger.timings.listen((timed) =>
      timed.kind === 'append'
        ? this.measure('domicile_append_seconds', {}, timed.seconds)
        : this.measure('domicile_question_beside_seconds', { question: timed.question }, timed.seconds),
    );
  }

  private histogram(name: string, help: string, labelNames: string[]): void {
    this.histograms.set(name, new Histogram({ name, help, labelNames, buckets, registers: [this.registry] }));
  }

  private measure(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.histograms.get(name)?.observe({ ...labels }, value);
    for (const listener of this.listeners) listener({ name, labels, value });
  }

  /** Observes a request. */
  observe({ method, route, status, ms }: ObservedRequest): void {
    const labels = { method, route, status: String(status) };
    this.measure('domicile_http_request_seconds', labels, ms / msPerSecond);
  }

  /** Counts a request refused by the rate limit. */
  refusedByLimit(): void {
    this.limited.inc();
  }

  /** Calls the listener for every observation from now on. */
  listen(listener: (measured: Measured) => void): void {
    this.listeners.add(listener);
  }
}
