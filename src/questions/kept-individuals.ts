/** The individuals: where they are enrolled, and the accesses to their data. */
import { isPopulation } from '../domain/events/scope.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { HistoryOfSome, KeptAccess } from './history-of-some.ts';
import { IndividualUnions, type PlainUnion } from './individual-unions.ts';
import { type CountColumns, RunningCount } from './running-count.ts';

/** The same as plain data. */
export interface PlainIndividuals {
  readonly counted: ReadonlyMap<string, ReadonlyArray<string>>;
  readonly enrolments: ReadonlyMap<string, CountColumns>;
  readonly accesses: ReadonlyMap<number, KeptAccess>;
  readonly accessesOf: ReadonlyMap<string, ReadonlyArray<number>>;
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
  private readonly byPosition = new Map<number, KeptAccess>();
  private readonly accessesOf = new Map<string, ReadonlyArray<number>>();
  /** How many of them were in several holdings together. */
  readonly unions: IndividualUnions;

  constructor(unions: IndividualUnions = new IndividualUnions()) {
    this.unions = unions;
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

  /** Every access to the data of one of them. */
  accesses(): Iterable<KeptAccess> {
    return this.byPosition.values();
  }

  /** Whether the event at a position is an access to the data of one of them. */
  hasAccess(position: number): boolean {
    return this.byPosition.has(position);
  }

  add(of: HistoryOfSome): void {
    this.count(of, 1);
    for (const [subject, populations] of of.populations) this.put(subject, populations);
    const accessesOf = new Map<string, Set<number>>();
    for (const access of of.accesses) {
      const { position, data } = access.access;
      const { scope } = data;
      this.byPosition.set(position, access);
      if (isPopulation(scope)) continue;
      const known = accessesOf.get(scope.subject) ?? new Set(this.accessesOf.get(scope.subject));
      accessesOf.set(scope.subject, known.add(position));
    }
    for (const [subject, positions] of accessesOf) this.accessesOf.set(subject, [...positions]);
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
      for (const position of this.accessesOf.get(subject) ?? [])
        if (this.isAccessOf(subject, position)) this.byPosition.delete(position);
      this.accessesOf.delete(subject);
    }
  }

  /** Whether an access is still the subject's: a correction may have made it another person's, who was added before. */
  private isAccessOf(subject: string, position: number): boolean {
    const scope = this.byPosition.get(position)?.access.data.scope;
    return scope !== undefined && !isPopulation(scope) && scope.subject === subject;
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
    const copy = new KeptIndividuals(this.unions.copy());
    for (const [subject, populations] of this.counted) copy.put(subject, populations);
    for (const [population, count] of this.enrolments) copy.enrolments.set(population, count.copy());
    for (const [position, access] of this.byPosition) copy.byPosition.set(position, access);
    for (const [subject, accesses] of this.accessesOf) copy.accessesOf.set(subject, accesses);
    return copy;
  }

  toPlain(): PlainIndividuals {
    return {
      counted: this.counted,
      enrolments: new Map([...this.enrolments].map(([population, count]) => [population, count.columns()])),
      accesses: this.byPosition,
      accessesOf: this.accessesOf,
      unions: this.unions.toPlain(),
    };
  }

  static from({ counted, enrolments, accesses, accessesOf, unions }: PlainIndividuals): KeptIndividuals {
    const made = new KeptIndividuals(IndividualUnions.from(unions));
    for (const [subject, populations] of counted) made.put(subject, populations);
    for (const [population, columns] of enrolments) made.enrolments.set(population, RunningCount.of(columns));
    for (const [position, access] of accesses) made.byPosition.set(position, access);
    for (const [subject, positions] of accessesOf) made.accessesOf.set(subject, positions);
    return made;
  }
}
