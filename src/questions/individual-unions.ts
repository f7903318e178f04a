/** How many individuals were in at least one of several holdings of a population. Each is counted once. */
import { populationOf } from '../domain/residency/holding.ts';
import type { SubjectPresence } from '../domain/residency/presences.ts';
import { Count } from '../domain/time/count.ts';
import type { Instant } from '../domain/time/instant.ts';
import { StepFunction } from '../domain/time/step-function.ts';
import { cover } from '../domain/time/timeline.ts';

/** The holdings and backups of a population with data of a dataset, at one site or at any. */
export interface HoldingsOfPopulation {
  readonly population: string;
  readonly dataset: string;
  readonly site: string | null;
}

type Union = HoldingsOfPopulation & { readonly count: Count };

/** A number over time, as columns. */
export type Columns = readonly [times: Float64Array, values: Float64Array];

export type PlainUnion = HoldingsOfPopulation & { readonly columns: Columns };

/** The count as plain columns. */
export const columnsOf = (count: Count): Columns => {
  const { times, values } = count.overTime();
  return [times.slice(), values.slice()];
};

/** The count with the given columns. */
export const countFrom = ([times, values]: Columns): Count => new Count(new StepFunction(times, values));

/** Whether a presence is in one of the holdings. */
export const isIn =
  ({ population, dataset, site }: HoldingsOfPopulation) =>
  ({ holding }: Pick<SubjectPresence, 'holding'>): boolean =>
    holding.dataset === dataset &&
    (site === null || holding.site === site) &&
    populationOf(holding) === population;

const keyOf = ({ population, dataset, site }: HoldingsOfPopulation): string =>
  [population, dataset, site ?? ''].join('\n');

const addTo = (union: Union, presences: ReadonlyArray<SubjectPresence>, by: 1 | -1): void => {
  const bySubject = Map.groupBy(presences.filter(isIn(union)), ({ subject }) => subject);
  for (const intervals of bySubject.values())
    for (const interval of cover(intervals)) union.count.add(interval, by);
};

/** The counts for all sets of holdings asked about so far. */
export class IndividualUnions {
  private readonly unions = new Map<string, Union>();

  /**
   * How many people there were at each instant.
   *
   * @param presences of everybody who may be in the holdings, in parts; read only the first time.
   */
  of(
    holdings: HoldingsOfPopulation,
    presences: () => Iterable<ReadonlyArray<SubjectPresence>>,
  ): { at(instant: Instant): number } {
    const key = keyOf(holdings);
    const known = this.unions.get(key);
    if (known !== undefined) return known.count.overTime();
    const union = { ...holdings, count: new Count() };
    for (const some of presences()) addTo(union, some, 1);
    this.unions.set(key, union);
    return union.count.overTime();
  }

  /** Adds people to each count, or subtracts them. */
  change(presences: ReadonlyArray<SubjectPresence>, by: 1 | -1): void {
    for (const union of this.unions.values()) addTo(union, presences, by);
  }

  copy(): IndividualUnions {
    const copy = new IndividualUnions();
    for (const [key, union] of this.unions) copy.unions.set(key, { ...union, count: union.count.copy() });
    return copy;
  }

  toPlain(): ReadonlyArray<PlainUnion> {
    return [...this.unions.values()].map(({ count, ...holdings }) => ({
      ...holdings,
      columns: columnsOf(count),
    }));
  }

  static from(plain: ReadonlyArray<PlainUnion>): IndividualUnions {
    const made = new IndividualUnions();
    for (const { columns, ...holdings } of plain)
      made.unions.set(keyOf(holdings), { ...holdings, count: countFrom(columns) });
    return made;
  }
}
