/**
 * What a caller is refused with. The API makes problem details (RFC 9457) of each; see `api/http/problem.ts`.
 */

/** One fault of one event of a body: `index` counts events (or lines) from 0, `pointer` is RFC 6901 within the event. */
export interface BodyFault {
  readonly index: number;
  readonly line?: number;
  readonly pointer: string;
  readonly message: string;
}

/** Everything the API refuses with. */
export type Problem =
  | { readonly kind: 'bad-parameter'; readonly parameter: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly what: string; readonly detail: string }
  | { readonly kind: 'invalid-events'; readonly errors: ReadonlyArray<BodyFault>; readonly soFar?: SoFar }
  | { readonly kind: 'invalid-body'; readonly errors: ReadonlyArray<Omit<BodyFault, 'index'>> }
  | { readonly kind: 'invalid-policy'; readonly errors: ReadonlyArray<Omit<BodyFault, 'index'>> }
  | {
      readonly kind: 'conflict';
      readonly detail: string;
      readonly errors: ReadonlyArray<BodyFault>;
      readonly soFar?: SoFar;
    }
  | { readonly kind: 'busy'; readonly detail: string }
  | { readonly kind: 'too-large'; readonly detail: string; readonly soFar?: SoFar }
  | { readonly kind: 'media-type'; readonly detail: string }
  | { readonly kind: 'incomplete-body'; readonly detail: string; readonly soFar?: SoFar }
  | { readonly kind: 'full'; readonly detail: string; readonly soFar?: SoFar }
  | {
      readonly kind: 'unavailable';
      readonly detail: string;
      readonly retryAfterMs: number;
      readonly soFar?: SoFar;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unauthorized'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'method-not-allowed'; readonly detail: string; readonly allowed: ReadonlyArray<string> }
  | { readonly kind: 'internal' };

/** What of an NDJSON body was recorded before it was stopped. */
export interface SoFar {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: string;
}
