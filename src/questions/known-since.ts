/**
 * Since when a finding is known (R18): the least position from which on every answer contains a finding of the same
 * policy, version, rule, verdict, action, holding and party whose interval meets it.
 *
 * Late events and corrections can hide a finding and bring it back, so the events that prove it do not determine
 * this position. The search goes backwards from now, for one person concerned, from one event that may have caused
 * the finding to the one before. Between two such events the finding exists throughout.
 */
import type { Finding } from '../domain/policy/finding.ts';
import { FoundEarlier } from './found-earlier.ts';
import { tooLong } from './known-moments.ts';
import { policyVersions } from './policies.ts';
import { UnsettlingEvents } from './unsettling-events.ts';
import type { View } from './view.ts';

/** Earlier moments to examine; if they are not enough, the position is not given. */
const momentsMax = 200;

/** The cached state of one view's search. */
interface Search {
  readonly earlier: FoundEarlier;
  readonly unsettling: UnsettlingEvents;
  /**
   * By policy and version, the event that adopted it. Numbers of versions change when an earlier adoption becomes
   * known.
   */
  readonly adoptions: ReadonlyMap<string, number | null>;
}

const searches = new WeakMap<View, Search>();

const searchOf = (view: View): Search => {
  let search = searches.get(view);
  if (search === undefined) {
    search = {
      earlier: new FoundEarlier(view),
      unsettling: new UnsettlingEvents(view),
      adoptions: new Map(
        policyVersions(view).map(({ policy, version, adoptedBy }) => [`${policy} ${version}`, adoptedBy]),
      ),
    };
    searches.set(view, search);
  }
  return search;
};

/** The position since which the finding is known; null if it is not determined. */
export const knownSinceOf = (view: View, finding: Finding): number | null => {
  // A silence is judged by the clocks of the question.
  if (finding.source !== undefined) return finding.knownSince;
  if (view.isSimulated()) return null;
  const { earlier, unsettling, adoptions } = searchOf(view);
  const adoptedBy = adoptions.get(`${finding.policy} ${finding.version}`);
  // The policy is only simulated.
  if (adoptedBy === undefined) return null;
  const same = { finding, adoptedBy };
  let position = view.recordedUpTo;
  let found = earlier.at(position, same, null);
  for (let looked = 0; looked < momentsMax; looked++) {
    if (found === undefined || found === tooLong) return null;
    position = unsettling.last(finding, found, position, adoptedBy);
    const before = earlier.at(position - 1, same, found.subject);
    if (before === undefined) return position;
    found = before;
    position -= 1;
  }
  return null;
};
