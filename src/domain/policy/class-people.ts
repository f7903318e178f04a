/**
 * The people of one class (R17): those of one population in one holding, over time. They are added and removed one by
 * one. What is judged depends only on their sum, not on the order in which they came.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { SharedHolding } from '../residency/holding.ts';
import { Count } from '../time/count.ts';
import { type Instant, never } from '../time/instant.ts';
import { timeOrder } from '../time/interval.ts';
import type { Span } from '../time/span.ts';
import { OwnSpans } from './own-spans.ts';

/** The part of people without a grant over their own data. */
export const everybodyElse = null;

/** A part of a class: of people whom grants treat alike. */
export interface Part {
  /** The one person of the part, if grants over that subject's data count. */
  readonly subject: string | null;
  readonly count: Count;
}

export class ClassPeople {
  readonly holding: SharedHolding;
  /** The population that the people are in; null for people in none. */
  readonly population: string | null;
  /** A backup held past this instant is overdue; `never` for live data. */
  expires: Instant = never;
  /** When the population's holding, or the backup, was there. */
  held: ReadonlyArray<Span> = [];
  /** Those who are followed one by one, by the subject of their part. */
  readonly parts = new Map<string | null, Count>();
  /** Everybody else. */
  cohorts: Count | undefined;
  /** Of subjects' own holdings: when each was there. */
  own: OwnSpans | undefined;

  constructor(holding: SharedHolding, population: string | null) {
    this.holding = holding;
    this.population = population;
  }

  /** The count of a part, to be added to. */
  countOf(subject: string | null): Count {
    let count = this.parts.get(subject);
    if (count === undefined) {
      count = new Count();
      this.parts.set(subject, count);
    }
    return count;
  }

  /** When the own holdings were there, to be added to. */
  ownSpans(): OwnSpans {
    this.own ??= new OwnSpans();
    return this.own;
  }

  /** Forgets the parts that nobody is in. Returns whether anybody is left in the class. */
  settle(): boolean {
    for (const [subject, count] of this.parts) if (count.isNone) this.parts.delete(subject);
    if (this.cohorts?.isNone === true) this.cohorts = undefined;
    return this.parts.size > 0 || this.cohorts !== undefined;
  }

  /** The parts with people in them: everybody else first, then in code-unit order of the subjects. */
  peopled(): ReadonlyArray<Part> {
    const { cohorts } = this;
    const individuals = this.parts.get(everybodyElse);
    const others =
      cohorts === undefined
        ? individuals
        : individuals === undefined
          ? cohorts
          : Count.sumOf([cohorts, individuals]);
    const apart = [...this.parts]
      .flatMap(([subject, count]) => (subject === null ? [] : [{ subject, count }]))
      .sort((a, b) => codeUnitOrder(a.subject, b.subject));
    return others === undefined ? apart : [{ subject: everybodyElse, count: others }, ...apart];
  }

  /** When the holding was there, with the events that opened and closed it. */
  presences(): ReadonlyArray<Span> {
    const own = this.own?.spans() ?? [];
    return own.length > 0 ? own : this.held;
  }

  /** A copy that can be changed independently. */
  copy(): ClassPeople {
    const copy = new ClassPeople(this.holding, this.population);
    copy.expires = this.expires;
    copy.held = this.held;
    for (const [subject, count] of this.parts) copy.parts.set(subject, count.copy());
    copy.cohorts = this.cohorts;
    copy.own = this.own?.copy();
    return copy;
  }
}

/** The spans of a holding, as a class has them. */
export const plainSpans = (spans: Iterable<Span>): ReadonlyArray<Span> =>
  [...spans].map(({ from, to, opened, closed }) => ({ from, to, opened, closed })).sort(timeOrder);
