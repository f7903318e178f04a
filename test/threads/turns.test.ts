/** Long works on one thread, which take turns with each other and with whatever else waits. */
import { expect, it } from 'vitest';
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
