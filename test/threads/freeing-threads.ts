/** Threads that strip types in parallel, while V8 frees WebAssembly code as early as possible and logs it. */
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { startThread } from '../../src/threads/start-thread.ts';

if (isMainThread) {
  setFlagsFromString('--stress-wasm-code-gc');
  setFlagsFromString('--trace-wasm-code-gc');
  const threads = Array.from({ length: 3 }, () => startThread(new URL(import.meta.url), undefined));
  await Promise.all(threads.map((thread) => once(thread, 'exit')));
} else {
  await import('../../src/ledger/open-ledger.ts');
}
