import { isPopulation } from '../../domain/events/scope.ts';
import type { Finding } from '../../domain/policy/finding.ts';
import { overKey } from '../../domain/reach/data-class.ts';
import { presenceOfClass } from '../../domain/reach/data-presence.ts';
import { classOfHeld } from '../../domain/reach/held-data.ts';
import { appendPathInterval, type PathInterval, pathIntervals } from '../../domain/reach/path-intervals.ts';
import type { Reach } from '../../domain/reach/reach.ts';
import { isFact } from '../../domain/recording/facts.ts';
import { sharedHolding } from '../../domain/residency/holding.ts';
import { type Interval, overlapOf, overlaps } from '../../domain/time/interval.ts';
import { cover } from '../../domain/time/timeline.ts';
import { fill } from '../../domain/time/varying.ts';
import type { View } from '../view.ts';
import { namedSubjects } from '../whole-history.ts';
import { isAccessTo } from './accessed-data.ts';
import { Everybody, type Followed } from './everybody.ts';
import {
  type Concern,
  type ConcernedHolding,
  type IntervalsOf,
  oncePerCohort,
  type PersonInterval,
} from './person-intervals.ts';
import { ReachAsKnown } from './reach-as-known.ts';

const holdingOf = ({ holding }: Finding): ConcernedHolding => {
  const { dataset, site, kind, backup } = holding;
  return { dataset: dataset ?? '', site, kind, backup };
};

/** When the person's data was in the holding while the person was in the population of the finding. */
const presentIn = (
  { residency, as }: Followed,
  { holding, population, ...interval }: Finding,
): ReadonlyArray<Interval> =>
  residency.presencesOf(as).flatMap((presence) => {
    const shared = sharedHolding(presence.holding);
    const isThere =
      shared.dataset === holding.dataset &&
      shared.site === holding.site &&
      shared.kind === holding.kind &&
      shared.backup === holding.backup &&
      shared.population === holding.population;
    if (!isThere || !overlaps(presence, interval)) return [];
    return fill(residency.memberships.get(as) ?? [], overlapOf(presence, interval), null)
      .filter(({ value }) => (value?.population ?? null) === population)
      .map(({ from, to }) => ({ from, to }));
  });

/** How the party reached the person's data in the holding. */
const reachedIn = (
  reach: Pick<Reach, 'labels' | 'grants'>,
  { as }: Followed,
  { holding, population, party }: Finding,
  present: ReadonlyArray<Interval>,
): ReadonlyArray<PathInterval> => {
  const dataset = holding.dataset ?? '';
  const isApart = reach.grants.termsOver(overKey({ dataset, scope: { subject: as } })).length > 0;
  const data = classOfHeld(reach.grants, {
    ...{ dataset, site: holding.site ?? '', backup: holding.backup, population: holding.population },
    ...{ memberOf: population, subject: isApart ? as : null, present: [] },
  });
  const out: PathInterval[] = [];
  for (const interval of present) {
    const found = pathIntervals(reach, presenceOfClass(data, interval), interval, { party: party ?? '' });
    for (const taken of found.get(party ?? '') ?? []) appendPathInterval(out, taken);
  }
  return out;
};

const aboutHolding = (view: View, finding: Finding, reach: ReachAsKnown): Concern => {
  const holding = holdingOf(finding);
  const { population } = finding.holding;
  const intervalsOf: IntervalsOf = (person, reach) => {
    const present = cover(presentIn(person, finding));
    if (finding.action === 'store')
      return present.map((each) => ({ ...each, holding, path: undefined, access: null }));
    return reachedIn(reach, person, finding, present).map(({ from, to, path }) => ({
      ...{ from, to, holding, path, access: null },
    }));
  };
  // Without an enrolment in the population, as known, nobody has data in its holding.
  const everybody = new Everybody(
    population === null ? [] : [population],
    true,
    namedSubjects(view, reach.of(view)),
  );
  return { everybody, reach, intervalsOf: oncePerCohort(intervalsOf) };
};

const ofNobody = (reach: ReachAsKnown): Concern => ({
  everybody: new Everybody([], false, new Set()),
  reach,
  intervalsOf: () => [],
});

const aboutAccess = (view: View, finding: Finding, reach: ReachAsKnown): Concern => {
  const [position = 0] = finding.events;
  const fact = view.fact(position);
  const named = new Set<string>();
  if (fact === undefined || !isFact(fact, 'AccessObserved')) return ofNobody(reach);
  const { scope } = fact.data;
  const interval = {
    from: finding.from,
    to: finding.to,
    holding: holdingOf(finding),
    path: undefined,
    access: position,
  };
  if (!isPopulation(scope)) {
    named.add(scope.subject);
    const everybody = new Everybody([], true, named);
    return { everybody, reach, intervalsOf: ({ subject }) => (subject === scope.subject ? [interval] : []) };
  }
  const intervalsOf = (person: Followed): ReadonlyArray<PersonInterval> =>
    isAccessTo(person, scope.population, fact) ? [interval] : [];
  const everybody = new Everybody([scope.population], true, namedSubjects(view, reach.of(view)));
  return { everybody, reach, intervalsOf };
};

/**
 * The people whom the finding may concern, and when it concerns each. A finding about a silent source concerns
 * nobody.
 */
export const concernOf = (view: View, finding: Finding): Concern => {
  const reach = new ReachAsKnown();
  if (finding.source !== undefined) return ofNobody(reach);
  return finding.holding.kind === null
    ? aboutAccess(view, finding, reach)
    : aboutHolding(view, finding, reach);
};
