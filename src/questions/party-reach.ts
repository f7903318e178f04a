/**
 * What a party could reach, and what parties would newly reach if some events were recorded (R20).
 */

import type { PartyReachRow, SimulatedReachRow } from '../contract/rows/reach.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { countedDataOf } from '../domain/policy/judged-holdings.ts';
import { type HoldingReach, reachOfParty as reachedHoldings } from '../domain/reach/reach-of-party.ts';
import { formatBound, type Instant, never } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';
import { cover, subtract } from '../domain/time/timeline.ts';
import { wirePath } from './reach.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

/** What was reached, on the wire. */
export const wireHoldingReach = ({ from, to, path, ...of }: HoldingReach): PartyReachRow => ({
  ...of,
  from: formatBound(from),
  to: formatBound(to),
  path: wirePath(path),
});

const reachedBy = (view: View, party: string, at: Instant, during: Interval): ReadonlyArray<HoldingReach> => {
  const { residency, reach, cohorts } = wholeHistoryOf(view);
  return reachedHoldings(reach, party, countedDataOf(residency, reach, cohorts), { at, during });
};

/** What the party reached: by dataset, population, site, kind, backup, from. Paths are not yet written out. */
export const reachOfParty = (
  view: View,
  party: string,
  at: Instant,
  during: Interval,
): ReadonlyArray<HoldingReach> => reachedBy(view, party, at, during);

/** Something that a party would newly reach. */
export interface NewReach {
  readonly party: string;
  readonly reached: HoldingReach;
}

/** The same, on the wire. */
export const wireNewReach = ({ party, reached }: NewReach): SimulatedReachRow => ({
  party,
  ...wireHoldingReach(reached),
});

const holdingKey = ({ dataset, population, site, kind, backup }: HoldingReach): string =>
  [dataset, population ?? '', site, kind, backup ?? ''].join('\n');

/** Everything that each party reached, as text: a party whose text is the same reaches the same. */
const reachTexts = (view: View): ReadonlyMap<string, string> => {
  const texts = new Map<string, string[]>();
  for (const { holding, population, subjects, reached } of wholeHistoryOf(view).histories) {
    for (const { party, intervals, subjects: some = subjects } of reached) {
      const times = intervals.map(({ from, to }) => [from, to]);
      const text = JSON.stringify([holding, population, times, some]);
      texts.set(party, [...(texts.get(party) ?? []), text]);
    }
  }
  return new Map([...texts].map(([party, of]) => [party, of.sort().join()]));
};

/**
 * What parties would newly reach if some events were recorded: the intervals from `at` on that are reached in the
 * simulated view and not in today's. By party, then in the order of `reachOfParty`.
 */
export const newlyReached = (today: View, simulated: View, at: Instant): ReadonlyArray<NewReach> => {
  const fromNowOn = { from: at, to: never };
  const before = reachTexts(today);
  const changed = [...reachTexts(simulated)].filter(([party, text]) => before.get(party) !== text);
  return changed
    .map(([party]) => party)
    .sort(codeUnitOrder)
    .flatMap((party) => {
      const known = Map.groupBy(reachedBy(today, party, at, fromNowOn), holdingKey);
      return reachedBy(simulated, party, at, fromNowOn).flatMap((reached) =>
        subtract(
          [{ from: Math.max(reached.from, at), to: reached.to }],
          cover(known.get(holdingKey(reached)) ?? []),
        ).map((interval) => ({ party, reached: { ...reached, ...interval } })),
      );
    });
};
