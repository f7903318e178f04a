/** Long works on one thread, which take turns with each other and with whatever else waits. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../src/threads/turns.ts';

it('given two long works, they have their turns alternately, and other work comes before each', async () => {
  const order: string[] = [];
  const work = async (name: string): Promise<void> => {
    const turns = new Turns();
    for (let turn = 0; turn < 3; turn++) {
      await turns.next();
      order.push(name);
    }
  };
  let isOver = false;
  const other = (): void => {
    order.push('other');
    if (!isOver) setImmediate(other);
  };
  setImmediate(other);
  await Promise.all([work('a'), work('b')]);
  isOver = true;
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'].flatMap((name) => ['other', name]));
});

describe('given works that follow each other without waiting', () => {
  let now = 0;
  beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
  afterEach(() => void vi.restoreAllMocks());

  /** A work that begins, and takes so long. */
  const work = async (ms: number): Promise<boolean> => {
    const turns = new Turns();
    now += ms;
    return turns.isOver();
  };

  it('then they share a turn, and the next one begins after other work', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect([await work(1.5), await work(1.5), await work(0)]).toEqual([false, true, true]);
    await new Promise((resolve) => setImmediate(resolve));
    const turns = new Turns();
    expect(turns.isOver()).toBe(false);
    now += 3;
    expect(turns.isOver()).toBe(true);
    await turns.next();
    expect(turns.isOver()).toBe(false);
  });
});
