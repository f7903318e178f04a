/** What a party can reach: every holding, of how many people, and along which path (R13 to R15). */
import type { PartyReachRow } from '../contract/rows/reach.ts';
import { countedDataOf } from '../domain/policy/judged-holdings.ts';
import { type HoldingReach, reachOfParty as reachedHoldings } from '../domain/reach/reach-of-party.ts';
import { formatBound, type Instant } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';
import { reachIndexOf, wirePath } from './reach.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

/** A reached holding, as it goes over the wire. */
export const wireHoldingReach = ({ from, to, path, ...of }: HoldingReach): PartyReachRow => ({
  ...of,
  from: formatBound(from),
  to: formatBound(to),
  path: wirePath(path),
});

/** What the party reached, by dataset, population, site, kind, backup and from. Paths are not converted yet. */
export const reachOfParty = (
  view: View,
  party: string,
  at: Instant,
  during: Interval,
): ReadonlyArray<HoldingReach> => {
  const data = countedDataOf(wholeHistoryOf(view).classes());
  return reachedHoldings(reachIndexOf(view), party, data, { at, during });
};
