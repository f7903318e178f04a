/**
 * Starts the threads that work beside the one that answers.
 */

import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

// Every thread runs WebAssembly, for Node strips types with it. Once nobody uses a piece of its code any more, V8 frees
// it; in Node 24 one thread can take such a piece up again while another frees it, and then it is freed twice, which
// ends the process. Here it stays as long as its module: at most a few megabytes. V8 14 fixes this.
setFlagsFromString('--no-wasm-code-gc');

/** Modules of the published package are compiled: what the source calls `x.ts` is `x.js` there. */
const asInstalled = (module: URL): URL =>
  import.meta.url.endsWith('.js') ? new URL(module.href.replace(/\.ts$/, '.js')) : module;

/**
 * A thread that runs a module.
 *
 * @param module its URL, relative to the module that starts it: `new URL('./x.ts', import.meta.url)`.
 * @param heapMebibytesMax memory beyond which the thread ends, with an error; nothing else does.
 */
export const startThread = (module: URL, workerData: unknown, heapMebibytesMax?: number): Worker =>
  new Worker(asInstalled(module), {
    workerData,
    ...(heapMebibytesMax === undefined
      ? {}
      : { resourceLimits: { maxOldGenerationSizeMb: heapMebibytesMax } }),
  });
