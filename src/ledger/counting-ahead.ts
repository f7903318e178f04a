/**
 * Has a server count ahead of its wide questions.
 */
import { limitDefault } from '../contract/questions/parameter.ts';
import type { AskedWidely } from '../questions/wide/wide-questions.ts';
import { clocksOf } from './clocks.ts';
import { CountAhead } from './count-ahead.ts';
import type { Ledger } from './ledger.ts';

/** How many people there are in each population, now. */
const howManyPeople: AskedWidely = {
  question: 'populations',
  asked: {
    clocks: { validAt: 0, knownAt: 0, position: 0, minAssurance: 'claimed' },
    limit: limitDefault,
    after: undefined,
    parameters: {},
  },
  given: {},
};

/** Counts ahead until the returned function is called, which resolves when nothing is counted any more. */
export const countAhead = (ledger: Ledger): (() => Promise<void>) => {
  const ahead = new CountAhead({
    ask: (asked) => ledger.count(asked),
    // A small ledger is counted where it is asked.
    isBusy: () => ledger.isSmall() || ledger.waitingBeside() > 0,
    clocks: ({ minAssurance }) => clocksOf(ledger, { minAssurance })(),
  });
  const unwatch = [
    ledger.watchQuestions((asked) => ahead.wasAsked(asked)),
    ledger.watch(() => {
      if (!ledger.isBuilding()) ahead.grown();
    }),
  ];
  // The first question after a start waits for what is counted of everybody: it is counted at once.
  ahead.wasAsked(howManyPeople);
  ahead.grown();
  return async () => {
    for (const each of unwatch) each();
    await ahead.close();
  };
};
