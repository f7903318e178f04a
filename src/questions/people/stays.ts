/** Where everybody's data was, person by person (R12). */
import { rowPresences } from '../../domain/residency/rows.ts';
import { type Interval, overlaps } from '../../domain/time/interval.ts';
import type { View } from '../view.ts';
import { Everybody } from './everybody.ts';
import { type Concern, type IntervalsOf, oncePerCohort } from './person-intervals.ts';
import { ReachAsKnown } from './reach-as-known.ts';

/** Names of populations to read at a time. */
const namesAtOnceMax = 1_000;

/** All known populations, in the order of the index. */
const everyPopulation = (view: View): ReadonlyArray<string> => {
  const all: string[] = [];
  for (;;) {
    const names = view.names('population', all.at(-1) ?? '', namesAtOnceMax);
    all.push(...names);
    if (names.length < namesAtOnceMax) return all;
  }
};

/** The stays of a person, in the order of rows and then of time. */
const staysOf: IntervalsOf = ({ residency, as }) =>
  rowPresences(residency, as).map(({ row: { dataset, site, kind, backup }, from, to }) => ({
    ...{ from, to, holding: { dataset, site, kind, backup } },
    path: undefined,
    access: null,
  }));

/** Everybody with data anywhere in a period; stays are not cut to the period. */
export const staysDuring = (view: View, during: Interval): Concern => {
  const once = oncePerCohort(staysOf);
  return {
    everybody: new Everybody(everyPopulation(view), true, new Set()),
    reach: new ReachAsKnown(),
    intervalsOf: (person, index) => once(person, index).filter((stay) => overlaps(stay, during)),
  };
};
