/** The accesses to the data of individuals, kept with them. */
import { isPopulation } from '../domain/events/scope.ts';
import { classKey, type DataClass } from '../domain/reach/data-class.ts';
import type { KeptAccess } from './history-of-some.ts';

/** The same as plain data. */
export interface PlainAccesses {
  readonly accesses: ReadonlyMap<number, KeptAccess>;
  readonly accessesOf: ReadonlyMap<string, ReadonlyArray<number>>;
}

/** Accesses by position and by subject. */
export class KeptAccesses {
  private readonly byPosition = new Map<number, KeptAccess>();
  private readonly bySubject = new Map<string, ReadonlyArray<number>>();
  /** Equal classes are one object: there are few, and labels are looked up for each. */
  private readonly classes: Map<string, DataClass>;
  private readonly unlisted = new Set<number>();

  constructor(classes = new Map<string, DataClass>()) {
    this.classes = classes;
  }

  all(): Iterable<KeptAccess> {
    return this.byPosition.values();
  }

  at(position: number): KeptAccess | undefined {
    return this.byPosition.get(position);
  }

  /** The positions of those that were put or dropped since they were last listed. */
  get changed(): ReadonlySet<number> {
    return this.unlisted;
  }

  /** Nothing is changed any more. */
  listed(): void {
    this.unlisted.clear();
  }

  /** Adds accesses, in place of those at the same positions. */
  put(accesses: ReadonlyArray<KeptAccess>): void {
    const bySubject = new Map<string, Set<number>>();
    for (const each of accesses) {
      const { position, data } = each.access;
      this.byPosition.set(position, { ...each, data: each.data.map((of) => this.one(of)) });
      this.unlisted.add(position);
      if (isPopulation(data.scope)) continue;
      const { subject } = data.scope;
      const known = bySubject.get(subject) ?? new Set(this.bySubject.get(subject));
      bySubject.set(subject, known.add(position));
    }
    for (const [subject, positions] of bySubject) this.bySubject.set(subject, [...positions]);
  }

  /** Drops the accesses to a subject's data. */
  drop(subject: string): void {
    for (const position of this.bySubject.get(subject) ?? []) {
      if (!this.isOf(subject, position)) continue;
      this.byPosition.delete(position);
      this.unlisted.add(position);
    }
    this.bySubject.delete(subject);
  }

  /** Whether an access is still the subject's: a correction may have made it another person's, who was added before. */
  private isOf(subject: string, position: number): boolean {
    const scope = this.byPosition.get(position)?.access.data.scope;
    return scope !== undefined && !isPopulation(scope) && scope.subject === subject;
  }

  private one(data: DataClass): DataClass {
    const key = classKey(data);
    const known = this.classes.get(key);
    if (known !== undefined) return known;
    this.classes.set(key, data);
    return data;
  }

  /** A copy that can be changed independently. */
  copy(): KeptAccesses {
    const copy = new KeptAccesses(this.classes);
    for (const [position, access] of this.byPosition) copy.byPosition.set(position, access);
    for (const [subject, positions] of this.bySubject) copy.bySubject.set(subject, positions);
    for (const position of this.unlisted) copy.unlisted.add(position);
    return copy;
  }

  toPlain(): PlainAccesses {
    return { accesses: this.byPosition, accessesOf: this.bySubject };
  }

  static from({ accesses, accessesOf }: PlainAccesses): KeptAccesses {
    const made = new KeptAccesses();
    made.put([...accesses.values()]);
    for (const [subject, positions] of accessesOf) made.bySubject.set(subject, positions);
    return made;
  }
}
