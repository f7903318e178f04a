import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { giveWay } from '../../src/threads/give-way.ts';
import { startThread } from '../../src/threads/start-thread.ts';

if (process.platform === 'linux')
  test('given a thread that gives way, it has a lower priority, and the process keeps its own', async () => {
    const before = getPriority();
    const [priority] = await once(startThread(new URL('./lower-thread.ts', import.meta.url), {}), 'message');
    expect(priority).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
    expect(getPriority()).toBe(before);
  });
else
  test('given another system than Linux, giving way changes nothing and fails nowhere', () => {
    expect(giveWay).not.toThrow();
  });
