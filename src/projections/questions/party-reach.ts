/**
 * The other way round: what a party could reach, and what it would newly reach if some events were recorded.
 */

import { codeUnitOrder } from '../../domain/order.ts';
import type { ClassHistory, ReachedBy } from '../../domain/policy/class-history.ts';
import type { PathEdge } from '../../domain/reach/path.ts';
import { pathOrder } from '../../domain/reach/reach-of.ts';
import { formatBound, type Instant } from '../../domain/time.ts';
import { cover, type Interval, intervalAt, subtract, type Varying, valueAt } from '../../domain/timeline.ts';
import type { View } from '../view.ts';
import type { PartyReachRow, SimulatedReachRow } from './answers.ts';
import { wirePath } from './reach.ts';
import { worldOf } from './world.ts';

interface Reached extends Interval {
  readonly party: string;
  readonly holding: ClassHistory['holding'];
  readonly path: ReadonlyArray<PathEdge>;
  readonly subjects: number;
}

const holdingKey = ({ dataset, population, site, kind, backup }: ClassHistory['holding']): string =>
  [dataset, population ?? '', site, kind, backup ?? ''].join('\n');

interface Part {
  readonly intervals: ReachedBy['intervals'];
  readonly subjects: Varying<number>;
}

/** The parts of each holding that each party reached: those of each population that people of it are in. */
const partsReached = (
  histories: ReadonlyArray<ClassHistory>,
  wanted: (party: string) => boolean,
): ReadonlyMap<string, { party: string; holding: ClassHistory['holding']; parts: Part[] }> => {
  const out = new Map<string, { party: string; holding: ClassHistory['holding']; parts: Part[] }>();
  for (const { holding, subjects, reached } of histories) {
    for (const { party, intervals, subjects: some } of reached) {
      if (!wanted(party)) continue;
      const key = `${party}\n${holdingKey(holding)}`;
      const entry = out.get(key) ?? { party, holding, parts: [] };
      out.set(key, entry);
      entry.parts.push({ intervals, subjects: some ?? subjects });
    }
  }
  return out;
};

/** At each instant the first path of all parts by R15, in maximal intervals of the same pairs. */
const together = (
  parts: ReadonlyArray<Part>,
): ReadonlyArray<Interval & { path: ReadonlyArray<PathEdge> }> => {
  if (parts.length === 1) return parts[0]!.intervals;
  const bounds = [
    ...new Set(parts.flatMap((part) => part.intervals.flatMap(({ from, to }) => [from, to]))),
  ].sort((a, b) => a - b);
  const out: { from: Instant; to: Instant; path: ReadonlyArray<PathEdge> }[] = [];
  bounds.slice(0, -1).forEach((from, index) => {
    const path = parts
      .map((part) => intervalAt(part.intervals, from)?.path)
      .filter((each) => each !== undefined)
      .sort(pathOrder)[0];
    if (path === undefined) return;
    const last = out.at(-1);
    if (last !== undefined && last.to === from && pathOrder(last.path, path) === 0)
      last.to = bounds[index + 1]!;
    else out.push({ from, to: bounds[index + 1]!, path });
  });
  return out;
};

const countAt = (parts: ReadonlyArray<Part>, instant: Instant): number =>
  parts.reduce(
    (sum, part) =>
      sum + (intervalAt(part.intervals, instant) === undefined ? 0 : (valueAt(part.subjects, instant) ?? 0)),
    0,
  );

const reachedBy = (
  histories: ReadonlyArray<ClassHistory>,
  wanted: (party: string) => boolean,
  at: Instant,
  during: Interval,
): ReadonlyArray<Reached> =>
  [...partsReached(histories, wanted).values()].flatMap(({ party, holding, parts }) =>
    together(parts)
      .filter(({ from, to }) => from < during.to && during.from < to)
      .map(({ from, to, path }) => ({
        party,
        holding,
        from,
        to,
        path,
        subjects: countAt(parts, from <= at && at < to ? at : from),
      })),
  );

const order = (a: Reached, b: Reached): number =>
  codeUnitOrder(a.party, b.party) ||
  codeUnitOrder(a.holding.dataset, b.holding.dataset) ||
  codeUnitOrder(a.holding.population ?? '', b.holding.population ?? '') ||
  codeUnitOrder(a.holding.site, b.holding.site) ||
  codeUnitOrder(a.holding.kind, b.holding.kind) ||
  codeUnitOrder(a.holding.backup ?? '', b.holding.backup ?? '') ||
  a.from - b.from;

const wire = ({ holding, subjects, from, to, path }: Reached): PartyReachRow => ({
  dataset: holding.dataset,
  population: holding.population,
  site: holding.site,
  kind: holding.kind,
  backup: holding.backup,
  subjects,
  from: formatBound(from),
  to: formatBound(to),
  path: wirePath(path),
});

/** What the party reached: by dataset, population, site, kind, backup, from. */
export const reachOfParty = (
  view: View,
  party: string,
  at: Instant,
  during: Interval,
): ReadonlyArray<PartyReachRow> =>
  [...reachedBy(worldOf(view).histories, (each) => each === party, at, during)].sort(order).map(wire);

/**
 * What anybody would newly reach, were some events recorded: the intervals from `at` on that are reached in the
 * simulated view and not in the one of today.
 */
export const newlyReached = (today: View, simulated: View, at: Instant): ReadonlyArray<SimulatedReachRow> => {
  const from = { from: at, to: Number.POSITIVE_INFINITY };
  const everybody = (): boolean => true;
  const before = Map.groupBy(
    reachedBy(worldOf(today).histories, everybody, at, from),
    ({ party, holding }) => `${party}\n${holdingKey(holding)}`,
  );
  const after = reachedBy(worldOf(simulated).histories, everybody, at, from);
  return after
    .flatMap((reached) => {
      const known = cover(before.get(`${reached.party}\n${holdingKey(reached.holding)}`) ?? []);
      return subtract([{ from: Math.max(reached.from, at), to: reached.to }], known).map((interval) => ({
        ...reached,
        ...interval,
      }));
    })
    .sort(order)
    .map((reached) => ({ party: reached.party, ...wire(reached) }));
};
