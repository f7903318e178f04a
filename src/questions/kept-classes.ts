/** Everybody by class (R17), with how each class is reached and the findings about it. */
import type { ClassPeople } from '../domain/policy/class-people.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import { ReachedClass } from '../domain/policy/judged-holdings.ts';
import { PeopleByClass } from '../domain/policy/people-by-class.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import type { Work } from './work.ts';

/** A class, how it is reached, and the findings about it. */
export interface KeptClass {
  readonly people: ClassPeople;
  readonly reached: ReachedClass;
  /** What was judged last. */
  judged?: JudgedHolding;
  /** The findings of each version, by `versionKey`. */
  readonly found: Map<string, ReadonlyArray<Finding>>;
}

export class KeptClasses {
  readonly people: PeopleByClass;
  private readonly keptOf = new Map<ClassPeople, KeptClass>();
  private reachedBy: ReachIndex | undefined;

  constructor(people: PeopleByClass = new PeopleByClass()) {
    this.people = people;
  }

  /** Every class that was judged, with the findings about it. */
  all(): Iterable<KeptClass> {
    return this.keptOf.values();
  }

  /** What policies judge of each class: the same object as before where nothing is another. */
  judged(reach: ReachIndex, work: Work): ReadonlyArray<readonly [KeptClass, JudgedHolding]> {
    const isSameReach = this.reachedBy === reach;
    const all: (readonly [KeptClass, JudgedHolding])[] = [];
    for (const people of this.people.all()) {
      work.goOn();
      let kept = this.keptOf.get(people);
      if (kept === undefined) {
        kept = { people, reached: new ReachedClass(people), found: new Map() };
        this.keptOf.set(people, kept);
      }
      all.push([kept, (isSameReach ? kept.reached.last : undefined) ?? kept.reached.judged(reach)]);
    }
    this.reachedBy = reach;
    return all;
  }

  /** The classes may be reached by others than before. */
  forgetReach(): void {
    this.reachedBy = undefined;
  }

  /** Has the classes judged again whose people are others now, and forgets those that nobody is in. */
  settle(): void {
    for (const people of this.people.settle()) {
      const isThere = [...this.people.of(people.holding)].includes(people);
      if (isThere) this.keptOf.get(people)?.reached.touch();
      else this.keptOf.delete(people);
    }
  }

  /** Classes that start as these are, once these are settled. */
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
    copy.reachedBy = this.reachedBy;
    return copy;
  }
}
