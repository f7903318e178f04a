/** What an observer learns about a request. */
import type { TraceParent } from './trace-parent.ts';

/** The observation of a request. */
export interface ObservedRequest {
  readonly requestId: string;
  /**
   * The name of the caller's key, or a hash of the login's name; null without keys or for an unauthorized caller.
   */
  readonly who: string | null;
  readonly method: string;
  /** For example `/v1/subjects/:id/residency`; `none` if no route matched. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds until the response began. A stream continues after that. */
  readonly ms: number;
}

/** Traces requests, if configured. */
export interface Tracing {
  /** Runs a request within a span, which is a child of the caller's span if there is one. Returns the trace id. */
  request(parent: TraceParent | undefined, run: () => Promise<ObservedRequest>): Promise<ObservedRequest>;
}
