/**
 * Since when a finding is known: R18. It is the least position from which on every answer holds a finding of the same
 * policy, version, rule, verdict, action, holding and party whose interval meets it.
 *
 * Late events and corrections can hide a finding and bring it back, so this cannot be read off the events that prove it.
 * It is looked for from now on backwards: at somebody of whom the thing is found, from one event that may have brought it
 * about to the one before. Between two of these it is found all the time.
 */
import type { Finding } from '../domain/policy/finding.ts';
import { FoundEarlier } from './found-earlier.ts';
import { tooLong } from './known-moments.ts';
import { policyVersions } from './policies.ts';
import { UnsettlingEvents } from './unsettling-events.ts';
import type { View } from './view.ts';

/** Earlier moments at which it is looked whether a finding was found; where they are not enough, it is not told. */
const momentsMax = 200;

/** What is found out for one view is found out once. */
interface Search {
  readonly earlier: FoundEarlier;
  readonly unsettling: UnsettlingEvents;
  /** By policy and version, which event adopted it: numbers change when an earlier adoption becomes known. */
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

/** The position since which the finding is known; null if that is not told. */
export const knownSinceOf = (view: View, finding: Finding): number | null => {
  // A silence is judged by the clocks of the question.
  if (finding.source !== undefined) return finding.knownSince;
  if (view.isSimulated()) return null;
  const { earlier, unsettling, adoptions } = searchOf(view);
  const adoptedBy = adoptions.get(`${finding.policy} ${finding.version}`);
  // Of a policy that is only tried.
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
