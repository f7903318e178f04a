/**
 * Everybody whose data a party could reach in a period (R13 to R15) or was observed to access (R16), one by one.
 */
import type { AffectedQuestion } from '../../contract/questions/affected.ts';
import { periodOrMoment } from '../../contract/questions/question.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { isPopulation } from '../../domain/events/scope.ts';
import { countedDataOf } from '../../domain/policy/judged-holdings.ts';
import { dataPresencesOf } from '../../domain/reach/data-presence.ts';
import type { Via } from '../../domain/reach/labels.ts';
import { visitPathIntervals } from '../../domain/reach/path-intervals.ts';
import { reachOfParty } from '../../domain/reach/reach-of-party.ts';
import type { FactOf } from '../../domain/recording/facts.ts';
import { foldingOrder } from '../../domain/recording/folding-order.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { contains, type Interval, overlaps } from '../../domain/time/interval.ts';
import type { View } from '../view.ts';
import { namedSubjects, wholeHistoryOf } from '../whole-history.ts';
import { isAccessTo } from './accessed-data.ts';
import { Everybody } from './everybody.ts';
import { type Concern, type IntervalsOf, oncePerCohort, type PersonInterval } from './person-intervals.ts';
import { ReachAsKnown } from './reach-as-known.ts';

/** The data and period in question, and whether reach or access counts. */
export interface AffectedBy {
  readonly party: string;
  readonly during: Interval;
  readonly site: string | undefined;
  readonly dataset: string | undefined;
  readonly via: Via;
  readonly observed: boolean;
}

/** The period of a question, or its instant `validAt`. */
export const affectedBy = (party: string, asked: AffectedQuestion, at: Instant): AffectedBy => ({
  party,
  during: periodOrMoment(asked, at),
  site: asked.site,
  dataset: asked.dataset,
  via: asked.via === undefined ? undefined : new Set(asked.via),
  observed: asked.observed === true,
});

/** A concern, the people whom it can include, and a variant without the cache for cohorts. */
export interface AffectedConcern extends Concern {
  /** Populations in whose holdings data was reached or accessed. */
  readonly populations: ReadonlyArray<string>;
  /** Whether it may include people whose data is in no population's holding. */
  readonly othersToo: boolean;
  readonly found: IntervalsOf;
}

const fits = (
  { site, dataset }: AffectedBy,
  of: { readonly dataset: string; readonly site: string },
): boolean => (site === undefined || of.site === site) && (dataset === undefined || of.dataset === dataset);

/** The intervals in which the party reached the person's data, not cut to the period, in the order of answers. */
const reachedIntervals =
  (by: AffectedBy): IntervalsOf =>
  ({ residency, as }, reach) => {
    const filter = by.via === undefined ? { party: by.party } : { party: by.party, via: by.via };
    const found: PersonInterval[] = [];
    for (const presence of dataPresencesOf(reach.grants, residency, as, reach.goOn)) {
      const { dataset, site, kind, backup } = presence.row;
      if (!fits(by, presence.row) || !overlaps(presence, by.during)) continue;
      visitPathIntervals(reach, presence, by.during, filter, (_, from, to, path) =>
        found.push({ from, to, holding: { dataset, site, kind, backup }, path, access: null }),
      );
    }
    return found;
  };

const couldReach = (view: View, by: AffectedBy): AffectedConcern => {
  const reach = new ReachAsKnown();
  const index = reach.of(view);
  const { party, during } = by;
  const question =
    by.via === undefined ? { at: during.from, during } : { at: during.from, during, via: by.via };
  const rows = reachOfParty(index, party, countedDataOf(wholeHistoryOf(view).classes()), question).filter(
    (row) => fits(by, row),
  );
  const populations = new Set(rows.flatMap(({ population }) => population ?? []));
  return concernOf(
    view,
    by,
    reach,
    populations,
    rows.some(({ population }) => population === null),
    reachedIntervals(by),
  );
};

/** The party's accesses in question, in order of time. */
const accessesBy = (view: View, by: AffectedBy): ReadonlyArray<FactOf<'AccessObserved'>> =>
  view
    .factsOf('party-named', by.party, 'AccessObserved')
    .filter(
      ({ data, time }) =>
        data.party === by.party &&
        contains(by.during, time) &&
        (by.dataset === undefined || data.dataset === by.dataset) &&
        (by.site === undefined || data.site === by.site),
    )
    .toSorted(foldingOrder);

const accessedIntervals =
  (accesses: ReadonlyArray<FactOf<'AccessObserved'>>): IntervalsOf =>
  (person) =>
    accesses.flatMap((access) => {
      const { position, time } = access;
      const { scope, dataset, site } = access.data;
      const isOf = isPopulation(scope)
        ? isAccessTo(person, scope.population, access)
        : scope.subject === person.subject;
      if (!isOf) return [];
      const holding = { dataset, site: site ?? null, kind: null, backup: null };
      return [{ from: time, to: time + 1, holding, path: undefined, access: position }];
    });

const didAccess = (view: View, by: AffectedBy): AffectedConcern => {
  const accesses = accessesBy(view, by);
  const populations = new Set<string>();
  for (const { data } of accesses) if (isPopulation(data.scope)) populations.add(data.scope.population);
  const ofOne = accesses.some(({ data }) => !isPopulation(data.scope));
  return concernOf(view, by, new ReachAsKnown(), populations, ofOne, accessedIntervals(accesses));
};

const concernOf = (
  view: View,
  { during }: AffectedBy,
  reach: ReachAsKnown,
  populations: ReadonlySet<string>,
  othersToo: boolean,
  found: IntervalsOf,
): AffectedConcern => {
  const inOrder = [...populations].sort(codeUnitOrder);
  const isAnybody = inOrder.length > 0 || othersToo;
  const once = oncePerCohort(found);
  return {
    everybody: new Everybody(
      inOrder,
      isAnybody,
      isAnybody ? namedSubjects(view, reach.of(view)) : new Set<string>(),
    ),
    reach,
    populations: inOrder,
    othersToo,
    found,
    // Later people of a cohort may have been enrolled after the period.
    intervalsOf: (person, index) => once(person, index).filter((interval) => overlaps(interval, during)),
  };
};

/** The people whom it may concern, and when it concerns each. */
export const affectedConcern = (view: View, by: AffectedBy): AffectedConcern =>
  by.observed ? didAccess(view, by) : couldReach(view, by);
