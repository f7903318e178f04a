/** The individuals: where they are enrolled, and the accesses to their data. */
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { HistoryOfSome } from './history-of-some.ts';
import { IndividualUnions, type PlainUnion } from './individual-unions.ts';
import { KeptAccesses, type PlainAccesses } from './kept-accesses.ts';
import { type CountColumns, RunningCount } from './running-count.ts';

/** The same as plain data. */
export interface PlainIndividuals extends PlainAccesses {
  readonly counted: ReadonlyMap<string, ReadonlyArray<string>>;
  readonly enrolments: ReadonlyMap<string, CountColumns>;
  readonly unions: ReadonlyArray<PlainUnion>;
}

const setIn = (sets: Map<string, Set<string>>, key: string): Set<string> => {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
};

/** The individuals of the kept history. */
export class KeptIndividuals {
  /** Each individual, with the populations whose events concern it. */
  private readonly counted = new Map<string, ReadonlyArray<string>>();
  private readonly countedIn = new Map<string, Set<string>>();
  private readonly enrolments = new Map<string, RunningCount>();
  /** The accesses to their data. */
  readonly accesses: KeptAccesses;
  /** How many of them were in several holdings together. */
  readonly unions: IndividualUnions;

  constructor(unions = new IndividualUnions(), accesses = new KeptAccesses()) {
    this.unions = unions;
    this.accesses = accesses;
  }

  has(subject: string): boolean {
    return this.counted.has(subject);
  }

  /** All of them. */
  names(): Iterable<string> {
    return this.counted.keys();
  }

  /** All of them, each with the populations whose events concern it. */
  all(): Iterable<readonly [subject: string, populations: ReadonlyArray<string>]> {
    return this.counted;
  }

  /** The individuals whom the events of a population concern. */
  in(population: string): Iterable<string> {
    return this.countedIn.get(population) ?? [];
  }

  /** The places of their enrolments in a population. */
  enrolledIn(population: string): ReadonlyArray<FoldingPlace> {
    return this.enrolments.get(population)?.places() ?? [];
  }

  add(of: HistoryOfSome): void {
    this.count(of, 1);
    for (const [subject, populations] of of.populations) this.put(subject, populations);
    this.accesses.put(of.accesses);
  }

  /**
   * Removes individuals exactly as they were added. Given `historyOfSomeData`, it removes presences only. The accesses
   * stay until `add` replaces them.
   */
  takeOut(of: HistoryOfSome): void {
    this.count(of, -1);
    for (const subject of of.populations.keys()) {
      for (const population of this.counted.get(subject) ?? [])
        this.countedIn.get(population)?.delete(subject);
      this.counted.delete(subject);
      this.accesses.drop(subject);
    }
  }

  private put(subject: string, populations: ReadonlyArray<string>): void {
    this.counted.set(subject, populations);
    for (const population of populations) setIn(this.countedIn, population).add(subject);
  }

  private count({ residency, enrolments }: HistoryOfSome, by: 1 | -1): void {
    for (const [population, places] of enrolments) {
      const count = this.enrolments.get(population) ?? new RunningCount();
      this.enrolments.set(population, count);
      for (const place of places) count.add(place, by);
    }
    this.unions.change(residency.presences, by);
  }

  copy(): KeptIndividuals {
    const copy = new KeptIndividuals(this.unions.copy(), this.accesses.copy());
    for (const [subject, populations] of this.counted) copy.put(subject, populations);
    for (const [population, count] of this.enrolments) copy.enrolments.set(population, count.copy());
    return copy;
  }

  toPlain(): PlainIndividuals {
    return {
      counted: this.counted,
      enrolments: new Map([...this.enrolments].map(([population, count]) => [population, count.columns()])),
      ...this.accesses.toPlain(),
      unions: this.unions.toPlain(),
    };
  }

  static from({ counted, enrolments, unions, ...accesses }: PlainIndividuals): KeptIndividuals {
    const made = new KeptIndividuals(IndividualUnions.from(unions), KeptAccesses.from(accesses));
    for (const [subject, populations] of counted) made.put(subject, populations);
    for (const [population, columns] of enrolments) made.enrolments.set(population, RunningCount.of(columns));
    return made;
  }
}
