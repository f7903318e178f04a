/**
 * Counting ahead of the wide questions, in the background.
 */
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountAhead } from '../../src/ledger/count-ahead.ts';
import type { AskedWidely } from '../../src/questions/wide/wide-questions.ts';

const question = (asked: Partial<AskedWidely> = {}, parameters: object = {}): AskedWidely =>
  ({
    question: 'populations',
    given: {},
    ...asked,
    asked: {
      clocks: { validAt: 1, knownAt: 1, position: 1, minAssurance: 'claimed' },
      limit: 100,
      after: undefined,
      parameters,
    },
  }) as AskedWidely;

/** A ledger at a position, which notes what it is asked. */
const counting = (tookMs = 0) => {
  const ledger = { position: 2, isBusy: false, refuses: false, asked: [] as AskedWidely[], givenUp: 0 };
  const ahead = new CountAhead(
    {
      ask: async (asked, signal) => {
        ledger.asked.push(asked);
        await new Promise<void>((resolve) => {
          setTimeout(resolve, tookMs);
          signal.addEventListener('abort', () => {
            ledger.givenUp++;
            resolve();
          });
        });
        return ledger.refuses || signal.aborted ? E.left('refused') : E.right('counted');
      },
      isBusy: () => ledger.isBusy,
      clocks: async ({ minAssurance }) =>
        E.right({ validAt: 9, knownAt: 9, position: ledger.position, minAssurance }),
    },
    () => Date.now(),
  );
  const positions = () => ledger.asked.map(({ asked }) => asked.clocks.position);
  return { ledger, ahead, positions };
};

describe('counting ahead', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('when the ledger has grown after a question, then it is counted for again, by all that is known now', async () => {
    const { ledger, ahead, positions } = counting();
    ahead.wasAsked(question());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(positions()).toEqual([]);
    ledger.position = 7;
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(positions()).toEqual([7]);
    expect(ledger.asked[0]!.asked.clocks.validAt).toBe(9);
  });

  it('when a question was asked several times, or of another page, then it is counted for once', async () => {
    const { ledger, ahead } = counting();
    for (let time = 0; time < 3; time++) ahead.wasAsked(question({}, { atLeast: time, validAt: time }));
    const page = question();
    ahead.wasAsked({ ...page, asked: { ...page.asked, after: 'b' } } as AskedWidely);
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ledger.asked.length).toBe(1);
  });

  it.each([['knownAt'], ['knownPosition']])(
    'when a question was about an earlier %s, then it is not counted for',
    async (parameter) => {
      const { ledger, ahead } = counting();
      ahead.wasAsked(question({}, { [parameter]: 1 }));
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ledger.asked).toEqual([]);
    },
  );

  it('when a count is refused, then it is not tried again until somebody asks', async () => {
    const { ledger, ahead } = counting();
    ledger.refuses = true;
    ahead.wasAsked(question());
    for (let time = 0; time < 3; time++) {
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(ledger.asked.length).toBe(1);
    ledger.refuses = false;
    ahead.wasAsked(question());
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ledger.asked.length).toBe(2);
  });

  it('when a count is refused for a question that is always counted for, then it is tried again as the ledger grows', async () => {
    const { ledger, ahead } = counting();
    ledger.refuses = true;
    ahead.always(question());
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    ledger.refuses = false;
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ledger.asked.length).toBe(2);
  });

  it.each([
    ['the same question', question(), 0],
    ['another one', question({ question: 'findings' }), 1],
    ['one that keeps no counts', question({ question: 'transfers' }), 1],
  ])(
    'when somebody asks %s during a count, then they wait for none but their own',
    async (_, next, givenUp) => {
      const { ledger, ahead } = counting(60_000);
      ahead.wasAsked(question());
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
      ahead.wasAsked(next);
      await vi.advanceTimersByTimeAsync(1);
      expect(ledger.givenUp).toBe(givenUp);
      // What was given up is counted later.
      await vi.advanceTimersByTimeAsync(600_000);
      const counted = ledger.asked.filter((each) => each.question === 'populations');
      expect(counted.length).toBe(1 + givenUp);
    },
  );

  it('given a question that is always counted for, it is counted for long after it was asked, and beside many others', async () => {
    const { ledger, ahead } = counting();
    ahead.always(question());
    ahead.wasAsked(question());
    for (let other = 0; other < 20; other++) ahead.wasAsked(question({ question: 'population' }, { other }));
    await vi.advanceTimersByTimeAsync(3_600_000);
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ledger.asked.map((each) => each.question)).toEqual(['populations']);
  });

  const hourMs = 3_600_000;
  it.each([
    ['everything', question({ question: 'findings' }), 1, 23 * hourMs],
    ['everything', question({ question: 'findings' }), 0, 25 * hourMs],
    ['one site', question({ question: 'holdings', given: { site: 'oci' } as never }), 0, hourMs],
    ['one policy', question({ question: 'findings' }, { policy: 'residency' }), 0, hourMs],
  ])(
    'given a question about %s, and many others since, it is counted for %d times when the ledger grows %d ms later',
    async (_, whole, times, laterMs) => {
      const { ledger, ahead } = counting();
      ahead.wasAsked(whole);
      for (let other = 0; other < 20; other++)
        ahead.wasAsked(question({ question: 'population' }, { other }));
      await vi.advanceTimersByTimeAsync(laterMs);
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ledger.asked.map((each) => each.question)).toEqual(Array(times).fill(whole.question));
    },
  );

  it('when a question keeps no counts, then it is not asked again', async () => {
    const { ledger, ahead } = counting();
    ahead.wasAsked(question({ question: 'transfers' }));
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ledger.asked).toEqual([]);
  });

  it('while somebody waits for an answer, nothing is counted, and afterwards it is when the ledger grows', async () => {
    const { ledger, ahead, positions } = counting();
    ahead.wasAsked(question());
    ledger.isBusy = true;
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(positions()).toEqual([]);
    ledger.isBusy = false;
    ahead.grown();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(positions()).toEqual([2]);
  });

  it.each([
    ['all the time', 100, 31],
    ['now and then', 600, 5],
  ])('while the ledger grows %s, recording goes first', async (_, everyMs, share) => {
    const { ledger, ahead } = counting(1_000);
    ahead.wasAsked(question());
    for (let time = 0; time < 300_000; time += everyMs) {
      ahead.grown();
      await vi.advanceTimersByTimeAsync(everyMs);
    }
    expect(ledger.asked.length).toBeGreaterThan(0.8 * (300 / share) - 1);
    expect(ledger.asked.length).toBeLessThanOrEqual(300 / share + 1);
  });

  it.each([
    ['stops growing', 5_000, 6_000],
    ['has grown on and on for ten seconds', 20_000, 11_000],
  ])('when the ledger begins to grow, then it is counted once it %s', async (_, growsMs, countedMs) => {
    const { ledger, ahead } = counting(1_000);
    ahead.wasAsked(question());
    for (let time = 0; time < countedMs; time += 100) {
      if (time < Math.min(growsMs, 10_000)) expect(ledger.asked).toEqual([]);
      if (time < growsMs) ahead.grown();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(ledger.asked.length).toBe(1);
  });

  it.each([['ask'], ['isBusy'], ['clocks']] as const)(
    'when the ledger fails at %s, then nothing comes of it, and it is counted later',
    async (failing) => {
      let isDamaged = true;
      let counted = 0;
      const failingAt = (part: string): void => {
        if (isDamaged && part === failing) throw new Error('the projections are damaged');
      };
      const ahead = new CountAhead(
        {
          ask: async () => {
            failingAt('ask');
            counted++;
            return E.right('counted');
          },
          isBusy: () => {
            failingAt('isBusy');
            return false;
          },
          clocks: async ({ minAssurance }) => {
            failingAt('clocks');
            return E.right({ validAt: 9, knownAt: 9, position: 9, minAssurance });
          },
        },
        () => Date.now(),
      );
      ahead.wasAsked(question());
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(counted).toBe(0);
      isDamaged = false;
      ahead.grown();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(counted).toBe(1);
    },
  );

  it('when it is closed, then it waits for what is being counted, and counts nothing more', async () => {
    const { ledger, ahead } = counting(5_000);
    ahead.wasAsked(question());
    ahead.wasAsked(question({ question: 'findings' }));
    ahead.grown();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ledger.asked.length).toBe(1);
    let isClosed = false;
    void ahead.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isClosed).toBe(false);
    ahead.grown();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(isClosed).toBe(true);
    expect(ledger.asked.length).toBe(1);
  });
});
