/** Prints how much memory for young objects two threads take that may take 12 and 48 MiB. */
import { once } from 'node:events';
import { startThread } from '../../src/threads/start-thread.ts';

for (const mebibytes of [12, 48]) {
  const thread = startThread(new URL('./young-thread.ts', import.meta.url), undefined, undefined, mebibytes);
  const [most] = await once(thread, 'message');
  process.stdout.write(`${most}\n`);
}
