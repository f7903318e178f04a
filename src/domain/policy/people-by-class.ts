/**
 * Everybody whose data is held, by class (R17): the holding, and the population that they are in at the time.
 */
import { type Holding, type SharedHolding, sharedHolding } from '../residency/holding.ts';
import type { Enrolment } from '../residency/memberships.ts';
import { overdueSince } from '../residency/overdue.ts';
import type { SubjectPresence } from '../residency/presences.ts';
import type { Residency } from '../residency/residency.ts';
import { Count } from '../time/count.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { type Span, sameSpans } from '../time/span.ts';
import { fill, type Varying } from '../time/varying.ts';
import { changedPresences } from './changed-presences.ts';
import { ClassPeople, everybodyElse, plainSpans } from './class-people.ts';
import { arrivalsIn, type Cohorts, cohortsOfOne } from './cohorts.ts';

/** Whether a grant covers only the subject's data of the dataset, so that it forms a part of its own. */
export type IsApart = (dataset: string, subject: string) => boolean;

/** The part of a residency that is added. */
export interface AddedPeople {
  readonly residency: Pick<Residency, 'presences' | 'holdings' | 'memberships' | 'backups'>;
  readonly isApart: IsApart;
  readonly cohorts?: Cohorts;
}

type OfHolding = Map<string | null, ClassPeople>;

/** Equal holdings have equal keys. */
const sharedKey = ({ dataset, site, backup, population }: SharedHolding): string =>
  [dataset, site, backup ?? '', population ?? ''].join('\n');

export class PeopleByClass {
  private readonly byHolding = new Map<string, OfHolding>();
  /** Classes whose people or holding may have changed since they were last settled. */
  private readonly touched = new Set<ClassPeople>();

  /** Every class that anybody is in. */
  *all(): Iterable<ClassPeople> {
    for (const ofHolding of this.byHolding.values()) yield* ofHolding.values();
  }

  /** The classes of a holding. */
  of(holding: SharedHolding): Iterable<ClassPeople> {
    return this.byHolding.get(sharedKey(holding))?.values() ?? [];
  }

  /** How many people were in a holding at an instant: each is in one class of it at a time. */
  countAt(holding: SharedHolding, at: Instant): number {
    let sum = 0;
    for (const people of this.of(holding))
      for (const { count } of people.peopled()) sum += count.overTime().at(at);
    return sum;
  }

  /** Adds those followed one by one. */
  add(added: AddedPeople): void {
    this.change(added, 1);
  }

  /** Removes those who were added, exactly as they were added. */
  takeOut(added: AddedPeople): void {
    this.change(added, -1);
  }

  /**
   * Replaces people who were added by the same people as they are now known: each is in the same populations at the same
   * times. Only presences that differ are counted again.
   */
  replace(was: AddedPeople, is: AddedPeople): void {
    const { gone, come, stayed } = changedPresences(was.residency.presences, is.residency.presences);
    this.change({ ...was, residency: { ...was.residency, presences: gone } }, -1);
    this.change({ ...is, residency: { ...is.residency, presences: come } }, 1);
    const holdings = new Holdings(is.residency);
    for (const presence of stayed) {
      // Own holdings are told with those who are in them.
      if (presence.holding.kind === 'own') continue;
      const named = holdings.named(presence.holding);
      for (const { value } of membershipsDuring(is.residency, presence)) {
        const people = this.classOf(named, value?.population ?? null);
        if (holdings.tell(people, named)) this.touched.add(people);
      }
    }
  }

  /** Replaces the people of a population who are followed as cohorts. */
  setCohorts(population: string, { residency, cohorts = cohortsOfOne }: Omit<AddedPeople, 'isApart'>): void {
    for (const people of this.all()) {
      if (people.population !== population || people.cohorts === undefined) continue;
      people.cohorts = undefined;
      this.touched.add(people);
    }
    const holdings = new Holdings(residency);
    for (const presence of residency.presences) {
      const named = holdings.named(presence.holding);
      for (const { from, to, value } of membershipsDuring(residency, presence)) {
        const people = this.touchedClassOf(named, value?.population ?? null);
        holdings.tell(people, named);
        people.cohorts ??= new Count();
        addPeople(people.cohorts, cohorts, presence, { from, to }, 1);
      }
    }
  }

  private change({ residency, isApart, cohorts = cohortsOfOne }: AddedPeople, by: 1 | -1): void {
    const holdings = new Holdings(residency);
    for (const presence of residency.presences) {
      const { subject, holding } = presence;
      const named = holdings.named(holding);
      const part = isApart(holding.dataset, subject) ? subject : everybodyElse;
      const classes: ClassPeople[] = [];
      for (const { from, to, value } of membershipsDuring(residency, presence)) {
        const people = this.touchedClassOf(named, value?.population ?? null);
        if (by === 1) holdings.tell(people, named);
        addPeople(people.countOf(part), cohorts, presence, { from, to }, by);
        // A presence throughout several memberships of one population is added once.
        if (holding.kind !== 'own' || classes.includes(people)) continue;
        classes.push(people);
        if (by === 1) people.ownSpans().add(presence);
        else people.ownSpans().takeOut(presence);
      }
    }
  }

  private touchedClassOf(named: Named, population: string | null): ClassPeople {
    const people = this.classOf(named, population);
    this.touched.add(people);
    return people;
  }

  private classOf({ shared, key }: Named, population: string | null): ClassPeople {
    let ofHolding = this.byHolding.get(key);
    if (ofHolding === undefined) {
      ofHolding = new Map();
      this.byHolding.set(key, ofHolding);
    }
    let people = ofHolding.get(population);
    if (people === undefined) {
      people = new ClassPeople(shared, population);
      ofHolding.set(population, people);
    }
    return people;
  }

  /** Forgets classes that nobody is in. Returns those that are touched, the forgotten ones included, and forgets which. */
  settle(): ReadonlySet<ClassPeople> {
    const touched = new Set(this.touched);
    this.touched.clear();
    for (const people of touched) {
      if (people.settle()) continue;
      const key = sharedKey(people.holding);
      const ofHolding = this.byHolding.get(key);
      if (ofHolding?.get(people.population) !== people) continue;
      ofHolding.delete(people.population);
      if (ofHolding.size === 0) this.byHolding.delete(key);
    }
    return touched;
  }

  /** The same people, to be changed apart; told of each class and its copy. */
  copy(copied: (people: ClassPeople, copy: ClassPeople) => void): PeopleByClass {
    const copy = new PeopleByClass();
    for (const [key, ofHolding] of this.byHolding) {
      const ofCopy: OfHolding = new Map();
      copy.byHolding.set(key, ofCopy);
      for (const [population, people] of ofHolding) {
        const same = people.copy();
        ofCopy.set(population, same);
        if (this.touched.has(people)) copy.touched.add(same);
        copied(people, same);
      }
    }
    return copy;
  }

  /** Puts in a class as it was kept. */
  put(people: ClassPeople): void {
    const key = sharedKey(people.holding);
    const ofHolding = this.byHolding.get(key) ?? new Map<string | null, ClassPeople>();
    this.byHolding.set(key, ofHolding.set(people.population, people));
  }
}

/** A holding, regardless of who is in it, with its key. */
interface Named {
  readonly shared: SharedHolding;
  readonly key: string;
}

/** The holdings of a residency. */
class Holdings {
  private readonly residency: AddedPeople['residency'];
  private readonly names = new Map<Holding, Named>();
  private spans: Map<string, ReadonlyArray<Span>> | undefined;

  constructor(residency: AddedPeople['residency']) {
    this.residency = residency;
  }

  named(holding: Holding): Named {
    let named = this.names.get(holding);
    if (named === undefined) {
      const shared = sharedHolding(holding);
      named = { shared, key: sharedKey(shared) };
      this.names.set(holding, named);
    }
    return named;
  }

  /** Sets when the holding of a class was there, and when the backup expires. Returns whether either was otherwise. */
  tell(people: ClassPeople, { shared, key }: Named): boolean {
    if (this.spans === undefined) {
      const ofKey = Map.groupBy(this.residency.holdings, ({ holding }) => this.named(holding).key);
      this.spans = new Map([...ofKey].map(([each, spans]) => [each, plainSpans(spans)]));
    }
    const held = this.spans.get(key) ?? [];
    const expires = overdueSince(this.residency.backups, shared.backup);
    const isSame = sameSpans(people.held, held);
    const isChanged = !isSame || people.expires !== expires;
    // Equal spans are not replaced, so that results derived from them stay valid.
    if (!isSame) people.held = held;
    people.expires = expires;
    return isChanged;
  }
}

/** The populations that a subject was in during a presence of its data. */
const membershipsDuring = (
  { memberships }: AddedPeople['residency'],
  presence: SubjectPresence,
): Varying<Enrolment | null> => fill(memberships.get(presence.subject) ?? [], presence, null);

/** Who came while the presence grew is counted from then on. */
const addPeople = (
  count: Count,
  cohorts: Cohorts,
  presence: SubjectPresence,
  { from, to }: Interval,
  by: 1 | -1,
): void => {
  const arrivals = from === presence.from ? arrivalsIn(cohorts, presence.subject, from) : undefined;
  if (arrivals === undefined) count.add({ from, to }, by * cohorts.sizeOf(presence.subject));
  else count.addArrivals(arrivals, to);
};
