/** Starts worker threads. */

import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

// Every thread runs WebAssembly, since Node strips types with it. V8 frees its compiled code once nothing uses it.
// In Node 24 one thread can start to use such code again while another frees it; then it is freed twice, which ends
// the process. This flag keeps the code as long as its module, at a cost of a few megabytes. V8 14 fixes this.
setFlagsFromString('--no-wasm-code-gc');

// Young objects are collected often, in less than a millisecond. With helper threads, which all threads share, a collection
// waits for the helper that the processor runs last: on busy cores that took more than ten milliseconds.
setFlagsFromString('--no-parallel-scavenge');

/** From this limit of a heap on, V8 lets heaps grow more by default than is said below. */
const largeHeapBytes = 2 * 1_024 ** 3;
// How much a heap may grow beyond what was in use when it was last collected. On a machine with much memory that is up to three
// times as much by default, and there are many threads: while many people were enrolled, garbage took 130 MiB more, and the
// processor a fiftieth less. On a machine with less memory, V8 lets them grow less by itself.
if (getHeapStatistics().heap_size_limit >= largeHeapBytes) setFlagsFromString('--heap-growing-percent=150');

// Where the process was started with a limit for young objects (`--max-semi-space-size`), V8 would use it for threads instead of
// what each is given below. The main thread has its limit by now.
setFlagsFromString('--max-semi-space-size=0');

/**
 * Memory for the young objects of a thread, in MiB: with more, there are hardly fewer collections, and each of the many
 * threads would take it.
 */
const youngMebibytesMax = 12;

/** The published package contains compiled modules: `x.ts` in the source is `x.js` there. */
const asInstalled = (module: URL): URL =>
  import.meta.url.endsWith('.js') ? new URL(module.href.replace(/\.ts$/, '.js')) : module;

/**
 * Starts a thread that runs a module.
 *
 * @param module its URL, relative to the calling module: `new URL('./x.ts', import.meta.url)`.
 * @param heapMebibytesMax memory beyond which the thread, and only it, ends with an error.
 * @param youngMebibytes memory for its young objects, in MiB.
 */
export const startThread = (
  module: URL,
  workerData: unknown,
  heapMebibytesMax?: number,
  youngMebibytes = youngMebibytesMax,
): Worker =>
  new Worker(asInstalled(module), {
    workerData,
    resourceLimits: {
      maxYoungGenerationSizeMb: youngMebibytes,
      ...(heapMebibytesMax === undefined ? {} : { maxOldGenerationSizeMb: heapMebibytesMax }),
    },
  });
