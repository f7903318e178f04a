/**
 * Moved to time/span.ts; here until every caller imports it from there.
 */
export { mergeSpans, positions, type Span } from '../time/span.ts';
