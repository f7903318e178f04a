/**
 * Whose data parties would newly reach if more were known: R20, judged for each person.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import { classKey, type DataClass, overKey } from '../reach/data-class.ts';
import { presenceOfClass } from '../reach/data-presence.ts';
import { classOfHeld } from '../reach/held-data.ts';
import { type Hop, pathOrder } from '../reach/path.ts';
import { appendPathInterval, type PathInterval, pathIntervals } from '../reach/path-intervals.ts';
import type { Reach } from '../reach/reach.ts';
import { type HoldingReach, holdingReachOrder } from '../reach/reach-of-party.ts';
import { type SharedHolding, sharedHolding } from '../residency/holding.ts';
import type { Residency } from '../residency/residency.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { cut, elementaryIntervals, type Interval, overlaps } from '../time/interval.ts';
import type { StepFunction } from '../time/step-function.ts';
import { cover, intersect, subtract, type Timeline } from '../time/timeline.ts';
import { fill } from '../time/varying.ts';
import { arrivalsIn, type Cohorts } from './cohorts.ts';

/** Where everybody's data was, and who reached it. */
export interface ReachedWorld {
  readonly reach: Pick<Reach, 'grants' | 'labels'>;
  readonly residency: Residency;
  /** The same in both worlds: each represents the same people. */
  readonly cohorts: Cohorts;
}

/** What a party would newly reach. `subjects` counts those whom it newly reaches in the interval. */
export interface NewReach extends HoldingReach {
  readonly party: string;
}

/** While somebody's data was in a holding and of one class. */
interface Piece extends Interval {
  readonly data: DataClass;
  readonly arrivals: StepFunction | undefined;
}

/** A holding, and the data in it by the person, or the cohort, whose it is. */
interface Held {
  readonly holding: SharedHolding;
  readonly people: Map<string, Piece[]>;
}

const keyOf = ({ dataset, site, backup, population }: SharedHolding): string =>
  [dataset, site, backup ?? '', population ?? ''].join('\n');

const allTime: Interval = { from: beginning, to: never };

/** A world as it is compared: what was held, and who ever reached data of a class. */
class Compared {
  readonly held = new Map<string, Held>();
  private readonly world: ReachedWorld;
  private readonly byClass = new Map<string, ReadonlyMap<string, ReadonlyArray<PathInterval>>>();

  constructor(world: ReachedWorld) {
    this.world = world;
    const { residency, reach, cohorts } = world;
    for (const presence of residency.presences) {
      const holding = sharedHolding(presence.holding);
      const { dataset, site, backup, population } = holding;
      const key = keyOf(holding);
      const held = this.held.get(key) ?? { holding, people: new Map<string, Piece[]>() };
      this.held.set(key, held);
      const { subject } = presence;
      const isApart = reach.grants.termsOver(overKey({ dataset, scope: { subject } })).length > 0;
      const arrivals = arrivalsIn(cohorts, subject, presence.from);
      const pieces = held.people.get(subject) ?? [];
      held.people.set(subject, pieces);
      for (const { from, to, value } of fill(residency.memberships.get(subject) ?? [], presence, null)) {
        const data = classOfHeld(reach.grants, {
          ...{ dataset, site, backup, population, present: [] },
          memberOf: value?.population ?? null,
          subject: isApart ? subject : null,
        });
        pieces.push({ from, to, data, arrivals: from === presence.from ? arrivals : undefined });
      }
    }
  }

  /** Who ever reached data of the class, and along which paths. */
  reachedBy(data: DataClass): ReadonlyMap<string, ReadonlyArray<PathInterval>> {
    const key = classKey(data);
    const known = this.byClass.get(key);
    if (known !== undefined) return known;
    const made = pathIntervals(this.world.reach, presenceOfClass(data, allTime), allTime, {});
    this.byClass.set(key, made);
    return made;
  }

  /** When the party reached the pieces of data, and along which paths. */
  reached(pieces: ReadonlyArray<Piece>, party: string): ReadonlyArray<PathInterval> {
    return pieces.flatMap((piece) => cut(this.reachedBy(piece.data).get(party) ?? [], piece));
  }

  sizeOf(person: string, { arrivals }: Piece, until: Instant): number {
    return arrivals === undefined ? this.world.cohorts.sizeOf(person) : arrivals.before(until);
  }
}

/** What a party newly reaches of one person's data, or of a cohort's. */
interface Fresh {
  readonly person: string;
  readonly pieces: ReadonlyArray<Piece>;
  readonly when: Timeline;
}

/** At each instant the first path of all by R15, in maximal intervals of the same pairs. */
const firstPaths = (taken: ReadonlyArray<PathInterval>): ReadonlyArray<PathInterval> => {
  // People of one class take the same paths.
  const unlike = new Map<Hop, Map<string, PathInterval>>();
  for (const each of taken) {
    const same = unlike.get(each.path.hop) ?? new Map<string, PathInterval>();
    unlike.set(each.path.hop, same.set(`${each.from} ${each.to}`, each));
  }
  const inOrder = [...unlike.values()]
    .flatMap((same) => [...same.values()])
    .sort((a, b) => pathOrder(a.path.hop, b.path.hop));
  const out: PathInterval[] = [];
  for (const { from, to } of elementaryIntervals(inOrder)) {
    const first = inOrder.find((each) => each.from <= from && from < each.to);
    if (first !== undefined) appendPathInterval(out, { ...first, from, to });
  }
  return out;
};

/**
 * What is reached from an instant on in one world and was not in the other, for each person: by party, dataset,
 * population, site, kind, backup, `from`. Intervals are cut at `at`.
 */
export const newlyReachedBetween = (
  before: ReachedWorld,
  after: ReachedWorld,
  at: Instant,
): ReadonlyArray<NewReach> => {
  const [then, now] = [new Compared(before), new Compared(after)];
  const out: NewReach[] = [];
  for (const [key, { holding, people }] of now.held) {
    const byParty = new Map<string, { readonly taken: PathInterval[]; readonly fresh: Fresh[] }>();
    for (const [person, pieces] of people) {
      const was = then.held.get(key)?.people.get(person) ?? [];
      const parties = new Set(pieces.flatMap(({ data }) => [...now.reachedBy(data).keys()]));
      for (const party of parties) {
        const reached = now.reached(pieces, party);
        const when = intersect(subtract(cover(reached), cover(then.reached(was, party))), [
          { from: at, to: never },
        ]);
        if (when.length === 0) continue;
        const ofParty = byParty.get(party) ?? { taken: [], fresh: [] };
        byParty.set(party, ofParty);
        for (const interval of when) ofParty.taken.push(...cut(reached, interval));
        ofParty.fresh.push({ person, pieces, when });
      }
    }
    for (const [party, { taken, fresh }] of byParty) {
      for (const { from, to, path } of firstPaths(taken)) {
        const within = fresh.filter(({ when }) => when.some((each) => overlaps(each, { from, to })));
        const subjects = within.reduce((sum, { person, pieces }) => {
          const sizes = pieces
            .filter((piece) => overlaps(piece, { from, to }))
            .map((piece) => now.sizeOf(person, piece, Math.min(to, piece.to)));
          return sum + Math.max(0, ...sizes);
        }, 0);
        if (subjects > 0) out.push({ party, ...holding, subjects, from, to, path });
      }
    }
  }
  return out.sort((a, b) => codeUnitOrder(a.party, b.party) || holdingReachOrder(a, b));
};
