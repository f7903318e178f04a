/** A thread that ends in the middle of its work. */
import { setTimeout as pause } from 'node:timers/promises';

await pause(100);
throw new Error('the thread has ended early');
