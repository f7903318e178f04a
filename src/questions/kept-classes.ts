/** All people by class (R17), with the reach of each class and the findings about it. */
import type { ClassPeople } from '../domain/policy/class-people.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import { ReachedClass } from '../domain/policy/judged-holdings.ts';
import { PeopleByClass } from '../domain/policy/people-by-class.ts';
import { type Labels, sameLabels } from '../domain/reach/labels.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import type { Work } from './work.ts';

/** The findings of each version about a class. */
export type FindingsByVersion = ReadonlyMap<string, ReadonlyArray<Finding>>;

/** A class, its reach, and the findings about it. */
export interface KeptClass {
  readonly people: ClassPeople;
  readonly reached: ReachedClass;
  /** The holding as last judged. */
  judged?: JudgedHolding;
  /** The findings of each version, by `versionKey`. */
  readonly found: Map<string, ReadonlyArray<Finding>>;
  /** Those that are in the list of all findings. */
  listed?: FindingsByVersion;
}

/** The classes of the kept history, with what is cached for each. */
export class KeptClasses {
  readonly people: PeopleByClass;
  private readonly keptOf = new Map<ClassPeople, KeptClass>();
  /** Findings still in the list whose class has nobody left. */
  dropped: FindingsByVersion[] = [];
  private reachedBy: ReachIndex | undefined;

  constructor(people: PeopleByClass = new PeopleByClass()) {
    this.people = people;
  }

  /** Every judged class with the findings about it. */
  all(): Iterable<KeptClass> {
    return this.keptOf.values();
  }

  /** The holdings that policies judge, by class. An unchanged one is the same object as before. */
  judged(reach: ReachIndex, work: Work): ReadonlyArray<readonly [KeptClass, JudgedHolding]> {
    const isSameReach = this.reachedBy === reach;
    const isSame = remembered(sameLabels);
    const all: (readonly [KeptClass, JudgedHolding])[] = [];
    for (const people of this.people.all()) {
      work.goOn();
      let kept = this.keptOf.get(people);
      if (kept === undefined) {
        kept = { people, reached: new ReachedClass(people), found: new Map() };
        this.keptOf.set(people, kept);
      }
      all.push([kept, (isSameReach ? kept.reached.last : undefined) ?? kept.reached.judged(reach, isSame)]);
    }
    this.reachedBy = reach;
    return all;
  }

  /** Marks the reach of all classes as changed. */
  forgetReach(): void {
    this.reachedBy = undefined;
  }

  /** Marks classes whose people changed to be judged again, and drops empty classes. */
  settle(): void {
    for (const people of this.people.settle()) {
      const isThere = [...this.people.of(people.holding)].includes(people);
      if (isThere) this.keptOf.get(people)?.reached.touch();
      else {
        const listed = this.keptOf.get(people)?.listed;
        if (listed !== undefined) this.dropped.push(listed);
        this.keptOf.delete(people);
      }
    }
  }

  /** A copy that starts with these classes, once they are settled. */
  copy(): KeptClasses {
    const keptOf = new Map<ClassPeople, KeptClass>();
    const people = this.people.copy((each, same) => {
      const kept = this.keptOf.get(each);
      if (kept === undefined) return;
      keptOf.set(same, {
        ...kept,
        people: same,
        reached: kept.reached.copy(same),
        found: new Map(kept.found),
      });
    });
    const copy = new KeptClasses(people);
    for (const [each, kept] of keptOf) copy.keptOf.set(each, kept);
    copy.dropped = [...this.dropped];
    copy.reachedBy = this.reachedBy;
    return copy;
  }
}

/** Remembers the result for each pair of labels: many classes share theirs. */
const remembered = (isSame: (a: Labels, b: Labels) => boolean): ((a: Labels, b: Labels) => boolean) => {
  const known = new Map<Labels, Map<Labels, boolean>>();
  return (a, b) => {
    if (a === b) return true;
    const ofA = known.get(a) ?? new Map<Labels, boolean>();
    known.set(a, ofA);
    let same = ofA.get(b);
    if (same === undefined) {
      same = isSame(a, b);
      ofA.set(b, same);
    }
    return same;
  };
};
