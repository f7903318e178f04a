/**
 * The limits of the KurrentDB adapter: every wait, page, queue and retry has one. Times are in milliseconds.
 */

export interface Limits {
  /** How long to try to reach the server when the store is opened. */
  readonly connectMsMax: number;
  /** How long an append may take in total, including time in the queue and retries. */
  readonly appendMsMax: number;
  /** How long the server may take to answer one call. */
  readonly answerMsMax: number;
  /** How long a question waits for the replica to reach the end of the log. */
  readonly barrierMsMax: number;
  /** How long to wait for the subscription to deliver a record before reading it. */
  readonly fetchAfterMs: number;
  /** How often the watchdog compares the subscription with the end of the log. */
  readonly watchdogMs: number;
  /** The bounds of the wait before a retry. */
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** When a refused caller may retry. */
  readonly retryAfterMs: number;
  /** How many events the replica takes in one turn of the process, after which other work comes first. */
  readonly turnEventsMax: number;
  /** The size of one page of the log. */
  readonly pageRecordsMax: number;
  readonly pageBytesMax: number;
  /** The size of a record with several events. */
  readonly recordBytesMax: number;
  /** The size of a group of appends that one call writes. */
  readonly groupEventsMax: number;
  readonly groupBytesMax: number;
  /** The maximum size of an append and of one of its events, unless the server's own limit is lower. */
  readonly batchEventsMax: number;
  readonly batchBytesMax: number;
  readonly eventBytesMax: number;
  /** How long a limit reported by the server is remembered. */
  readonly learntLimitMsMax: number;
  /** How many appends may wait for the server, and how many bytes they may have. */
  readonly queuedBatchesMax: number;
  readonly queuedBytesMax: number;
  /** How many streams may be written at the same time. */
  readonly writingStreamsMax: number;
}

export const defaultLimits: Limits = {
  connectMsMax: 15_000,
  appendMsMax: 10_000,
  answerMsMax: 5_000,
  barrierMsMax: 2_000,
  fetchAfterMs: 200,
  watchdogMs: 5_000,
  backoffMsMin: 50,
  backoffMsMax: 5_000,
  retryAfterMs: 1_000,
  turnEventsMax: 1_000,
  pageRecordsMax: 1_000,
  pageBytesMax: 1_024 * 1_024,
  recordBytesMax: 64 * 1_024,
  groupEventsMax: 2_000,
  groupBytesMax: 768 * 1_024,
  batchEventsMax: 4_000,
  batchBytesMax: 32 * 1_024 * 1_024,
  eventBytesMax: 4 * 1_024 * 1_024,
  learntLimitMsMax: 60_000,
  queuedBatchesMax: 4_096,
  queuedBytesMax: 64 * 1_024 * 1_024,
  writingStreamsMax: 32,
};
