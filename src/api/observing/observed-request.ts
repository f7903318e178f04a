/**
 * What an observer learns about a request.
 */
import type { TraceParent } from './trace-parent.ts';

/** What is told of a request. */
export interface ObservedRequest {
  readonly requestId: string;
  /** The name of the caller's key, or a hash of the login's; null if there are no keys, or nobody was let in. */
  readonly who: string | null;
  readonly method: string;
  /** Such as `/v1/subjects/:id/residency`; `none` where no route matched. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds until the answer began. A stream goes on after that. */
  readonly ms: number;
}

/** Traces requests, where that is configured. */
export interface Tracing {
  /** Runs a request within a span, a child of the caller's where there is one; answers the id of its trace. */
  request(parent: TraceParent | undefined, run: () => Promise<ObservedRequest>): Promise<ObservedRequest>;
}
