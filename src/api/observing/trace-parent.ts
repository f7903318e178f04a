/**
 * The caller's trace context (W3C Trace Context, https://www.w3.org/TR/trace-context/).
 *
 * `tracestate` and `baggage` are ignored, since they may contain anything, including names of people.
 */

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** The span of the caller. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Parses a `traceparent` header; undefined if it is missing or invalid. */
export const readTraceParent = (header: string | undefined): TraceParent | undefined => {
  const [, traceId, spanId, flags] = pattern.exec(header ?? '') ?? [];
  return traceId === undefined || spanId === undefined || flags === undefined
    ? undefined
    : { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
};
