/**
 * The whole history, kept up to date: everybody whose data was held, by class (R17), and what was accessed.
 *
 * Individuals are followed one by one, everybody else in cohorts. When more is known, or less, the individuals whom the
 * events in between touch are taken out as they were known and added as they are known, the cohorts of the populations
 * that they touch are made anew, and nobody else is looked at. So the history is that of a fresh process at every moment
 * of knowledge, and keeping it up costs by what happened.
 *
 * It can be left off anywhere: every step is made whole, and the next question goes on from there.
 */
import { isPopulation } from '../domain/events/scope.ts';
import { ClassPeople } from '../domain/policy/class-people.ts';
import { peopleAt } from '../domain/policy/cohorts.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import { isApartIn, ReachedClass } from '../domain/policy/judged-holdings.ts';
import { type IsApart, PeopleByClass } from '../domain/policy/people-by-class.ts';
import type { DataClass } from '../domain/reach/data-class.ts';
import { type FoldingPlace, foldingOrder } from '../domain/recording/folding-order.ts';
import type { Knowledge } from '../domain/recording/recorded-event.ts';
import { populationOf } from '../domain/residency/holding.ts';
import type { SubjectPresence } from '../domain/residency/presences.ts';
import { Count } from '../domain/time/count.ts';
import type { Instant } from '../domain/time/instant.ts';
import { contains } from '../domain/time/interval.ts';
import { StepFunction } from '../domain/time/step-function.ts';
import { cover } from '../domain/time/timeline.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { type Affected, affectedBetween } from './affected.ts';
import { cohortsOverTime, withoutIndividuals } from './enrolment-cohorts.ts';
import { type HistoryOfSome, historyOfSome, type KeptAccess } from './history-of-some.ts';
import { reachIndexOf } from './reach.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { type ResidencyOfMany, withCohorts } from './residency-of-many.ts';
import { type CountColumns, RunningCount } from './running-count.ts';
import { View } from './view.ts';

/** Individuals looked at in one step; the memory that their facts take is freed in between. */
const individualsAtOnceMax = 1_000;

/** A number over time, as columns. */
type Columns = readonly [times: Float64Array, values: Float64Array];

/** What is counted of individuals, as plain data; cohorts and findings are made of it and of the index. */
export interface PlainHistory {
  readonly known: Knowledge;
  readonly counted: ReadonlyMap<string, ReadonlyArray<string>>;
  readonly enrolments: ReadonlyMap<string, CountColumns>;
  readonly apart: ReadonlySet<string>;
  readonly accesses: ReadonlyMap<number, KeptAccess>;
  readonly accessesOf: ReadonlyMap<string, ReadonlyArray<number>>;
  readonly unions: ReadonlyArray<Omit<Union, 'count'> & { readonly columns: Columns }>;
  readonly classes: ReadonlyArray<
    Pick<ClassPeople, 'holding' | 'population' | 'expires' | 'held' | 'own'> & {
      readonly parts: ReadonlyArray<readonly [subject: string | null, columns: Columns]>;
    }
  >;
}

const columnsOf = (count: Count): Columns => {
  const { times, values } = count.overTime();
  return [times.slice(), values.slice()];
};

const countFrom = ([times, values]: Columns): Count => new Count(new StepFunction(times, values));

/** What a class was judged by is another since it was judged: these are described otherwise, or were corrected. */
export interface Stale {
  readonly parties: Set<string>;
  readonly sites: Set<string>;
  readonly datasets: Set<string>;
  readonly populations: Set<string>;
  readonly corrected: Set<number>;
}

/** A class, how it is reached, and the findings about it. */
export interface KeptClass {
  readonly people: ClassPeople;
  readonly reached: ReachedClass;
  /** What was judged last. */
  judged?: JudgedHolding;
  /** The findings of each version, by `versionKey`. */
  readonly found: Map<string, ReadonlyArray<Finding>>;
}

const nothingStale = (): Stale => ({
  parties: new Set(),
  sites: new Set(),
  datasets: new Set(),
  populations: new Set(),
  corrected: new Set(),
});

/** A step from one moment of knowledge to another that is under way. */
interface Move {
  readonly from: Knowledge;
  readonly to: Knowledge;
  /** Over whose data alone there was a grant, as known before. */
  readonly apartBefore: ReadonlySet<string>;
  /** Those who are still counted as known before, or not at all. */
  readonly remaining: string[];
}

/** People of a population who were in any of some holdings, each counted once. */
interface Union {
  readonly population: string;
  readonly dataset: string;
  readonly site: string | null;
  readonly count: Count;
}

const unionKey = ({ population, dataset, site }: Omit<Union, 'count'>): string =>
  [population, dataset, site ?? ''].join('\n');

const apartKey = (dataset: string, subject: string): string => `${dataset}\n${subject}`;

export class KeptHistory {
  private known: Knowledge;
  private people = new PeopleByClass();
  private readonly classesOf = new Map<ClassPeople, KeptClass>();
  /** Each individual that is counted, with the populations whose events concern it. */
  private counted = new Map<string, ReadonlyArray<string>>();
  private readonly countedIn = new Map<string, Set<string>>();
  private readonly enrolments = new Map<string, RunningCount>();
  private apart: ReadonlySet<string> = new Set();
  private readonly ofSubjects = new Map<number, KeptAccess>();
  private readonly accessesOf = new Map<string, ReadonlyArray<number>>();
  private readonly populations = new Map<string, ResidencyOfMany>();
  private readonly ofPopulations = new Map<string, ReadonlyArray<KeptAccess>>();
  private readonly unions = new Map<string, Union>();
  private readonly stalePopulations = new Set<string>();
  private move: Move | undefined;
  /** Whether anything is counted yet. */
  private isBegun = false;
  /** How far each list of individuals was gone through when everybody was counted; undefined once everybody was. */
  private countedUpTo: Map<string, number> | undefined = new Map();
  private reachedBy: ReachIndex | undefined;
  /** Since it was last told. */
  private stale = nothingStale();

  constructor({ known }: View) {
    this.known = known;
  }

  /** The last position that it knows, or that it was on its way to. */
  get position(): number {
    return (this.move?.to ?? this.known).position;
  }

  /** Whether everybody is counted. */
  get isWhole(): boolean {
    return this.countedUpTo === undefined && this.move === undefined;
  }

  /**
   * Brings it to what a view knows, which may be more or less.
   *
   * @throws Abandoned once nobody waits for the answer; it goes on from there when it is asked for again.
   */
  bring(view: View): void {
    const { index, work } = view;
    if (this.move !== undefined) this.finish(new View(index, this.move.to, [], work), this.move);
    if (!this.isBegun) this.beginFrom(view);
    else if (this.known.position !== view.known.position || view.isSimulated())
      this.finish(view, this.beginMove(view));
    if (this.countedUpTo !== undefined) this.countEverybody(view, this.countedUpTo);
    for (const population of [...this.stalePopulations]) {
      work.goOn();
      this.countCohorts(view, population);
      this.stalePopulations.delete(population);
    }
    this.settle();
    work.tell(0, 0);
  }

  /** A history that starts as this one is, to be brought to what another view knows. */
  copy(): KeptHistory {
    this.settle();
    const copy = new KeptHistory({ known: this.known } as View);
    copy.people = this.people.copy((people, same) => {
      const kept = this.classesOf.get(people);
      if (kept === undefined) return;
      copy.classesOf.set(same, {
        ...kept,
        people: same,
        reached: kept.reached.copy(same),
        found: new Map(kept.found),
      });
    });
    copy.counted = new Map(this.counted);
    for (const [population, subjects] of this.countedIn) copy.countedIn.set(population, new Set(subjects));
    for (const [population, count] of this.enrolments) copy.enrolments.set(population, count.copy());
    copy.apart = this.apart;
    for (const [position, access] of this.ofSubjects) copy.ofSubjects.set(position, access);
    for (const [subject, accesses] of this.accessesOf) copy.accessesOf.set(subject, accesses);
    for (const [population, residency] of this.populations) copy.populations.set(population, residency);
    for (const [population, accesses] of this.ofPopulations) copy.ofPopulations.set(population, accesses);
    for (const [key, union] of this.unions) copy.unions.set(key, { ...union, count: union.count.copy() });
    for (const population of this.stalePopulations) copy.stalePopulations.add(population);
    copy.move = this.move === undefined ? undefined : { ...this.move, remaining: [...this.move.remaining] };
    copy.countedUpTo = this.countedUpTo === undefined ? undefined : new Map(this.countedUpTo);
    copy.isBegun = this.isBegun;
    copy.reachedBy = this.reachedBy;
    copy.stale = {
      parties: new Set(this.stale.parties),
      sites: new Set(this.stale.sites),
      datasets: new Set(this.stale.datasets),
      populations: new Set(this.stale.populations),
      corrected: new Set(this.stale.corrected),
    };
    return copy;
  }

  /** What is counted, if everybody is. */
  toPlain(): PlainHistory | undefined {
    if (!this.isWhole) return undefined;
    return {
      known: this.known,
      counted: this.counted,
      enrolments: new Map([...this.enrolments].map(([population, count]) => [population, count.columns()])),
      apart: this.apart,
      accesses: this.ofSubjects,
      accessesOf: this.accessesOf,
      unions: [...this.unions.values()].map(({ count, ...of }) => ({ ...of, columns: columnsOf(count) })),
      classes: [...this.people.all()].map(({ holding, population, expires, held, own, parts }) => ({
        ...{ holding, population, expires, held, own },
        parts: [...parts].map(([subject, count]) => [subject, columnsOf(count)] as const),
      })),
    };
  }

  /**
   * The history that plain data was made of.
   *
   * @param view of the log that it was counted from; it may know more or less.
   */
  static from(plain: PlainHistory, view: View): KeptHistory {
    const history = new KeptHistory(view);
    history.known = plain.known;
    history.isBegun = true;
    history.countedUpTo = undefined;
    history.apart = plain.apart;
    for (const [subject, populations] of plain.counted) {
      history.counted.set(subject, populations);
      for (const population of populations) setIn(history.countedIn, population).add(subject);
    }
    for (const [population, columns] of plain.enrolments)
      history.enrolments.set(population, RunningCount.of(columns));
    for (const [position, access] of plain.accesses) history.ofSubjects.set(position, access);
    for (const [subject, accesses] of plain.accessesOf) history.accessesOf.set(subject, accesses);
    for (const { columns, ...of } of plain.unions)
      history.unions.set(unionKey(of), { ...of, count: countFrom(columns) });
    for (const { holding, population, expires, held, own, parts } of plain.classes) {
      const people = new ClassPeople(holding, population);
      people.expires = expires;
      people.held = held;
      for (const [subject, spans] of own) people.own.set(subject, spans);
      for (const [subject, columns] of parts) people.parts.set(subject, countFrom(columns));
      history.people.put(people);
    }
    // Cohorts are not kept: they are made anew of the enrolments in the index.
    for (const name of new View(view.index, plain.known).names('population', '', Number.MAX_SAFE_INTEGER))
      history.stalePopulations.add(name);
    return history;
  }

  /** Every class that was judged, with the findings about it. */
  keptClasses(): Iterable<KeptClass> {
    return this.classesOf.values();
  }

  /** Every class that anybody is in. */
  classes(): Iterable<ClassPeople> {
    return this.people.all();
  }

  /** What policies judge of each class: the same object as before where nothing is another. */
  judged(view: View): ReadonlyArray<readonly [KeptClass, JudgedHolding]> {
    const reach = reachIndexOf(view);
    const isSameReach = this.reachedBy === reach;
    const all: (readonly [KeptClass, JudgedHolding])[] = [];
    for (const people of this.people.all()) {
      view.work.goOn();
      let kept = this.classesOf.get(people);
      if (kept === undefined) {
        kept = { people, reached: new ReachedClass(people), found: new Map() };
        this.classesOf.set(people, kept);
      }
      all.push([kept, (isSameReach ? kept.reached.last : undefined) ?? kept.reached.judged(reach)]);
    }
    this.reachedBy = reach;
    return all;
  }

  /** What is judged otherwise since this was last asked. */
  takeStale(): Stale {
    const { stale } = this;
    this.stale = nothingStale();
    return stale;
  }

  /** Every access to the data of single subjects, and to that of populations. */
  *accesses(): Iterable<KeptAccess> {
    yield* this.ofSubjects.values();
    for (const accesses of this.ofPopulations.values()) yield* accesses;
  }

  /** Whether anybody was in the holding of a population, or a backup of it, at an instant. */
  isOfAnybody({ dataset, site, backup }: DataClass, population: string, at: Instant): boolean {
    const kind = backup === null ? 'live' : 'backup';
    for (const people of this.people.of({ dataset, site, kind, backup, population }))
      if (people.peopled().some(({ count }) => count.overTime().at(at) > 0)) return true;
    return false;
  }

  /** How many people of a population were in any of its holdings of that data at an instant. */
  peopleIn(view: View, { access }: KeptAccess): number {
    const { scope, dataset, site = null } = access.data;
    if (!isPopulation(scope)) return 1;
    const of = { population: scope.population, dataset, site };
    const isOf = isIn(of);
    const residency = this.populations.get(scope.population)?.residency;
    const held = (residency?.holdings ?? []).filter(
      (presence) => isOf(presence) && contains(presence, access.time),
    );
    const [first] = held;
    if (first === undefined || residency === undefined) return 0;
    const cohorts = this.populations.get(scope.population)!;
    const people = new Map<string, number>();
    for (const presence of residency.presencesIn(scope.population)) {
      if (!isOf(presence) || !contains(presence, access.time)) continue;
      const { subject } = presence;
      people.set(subject, Math.max(people.get(subject) ?? 0, peopleAt(cohorts, presence, access.time)));
    }
    let sum = 0;
    for (const count of people.values()) sum += count;
    return sum + this.unionOf(view, of).at(access.time);
  }

  // Counting ---------------------------------------------------------------------------------------------------------

  /** Those of a population who are followed one by one, in any of its holdings of that data. */
  private unionOf(view: View, of: Omit<Union, 'count'>): { at(instant: Instant): number } {
    const key = unionKey(of);
    const known = this.unions.get(key);
    if (known !== undefined) return known.count.overTime();
    const union = { ...of, count: new Count() };
    const subjects = [...(this.countedIn.get(of.population) ?? [])];
    for (let first = 0; first < subjects.length; first += individualsAtOnceMax) {
      const some = subjects.slice(first, first + individualsAtOnceMax);
      const { residency } = historyOfSome(view.as(view.known), some);
      addToUnion(union, residency.presences, 1);
      view.work.tell(first, subjects.length);
    }
    this.unions.set(key, union);
    return union.count.overTime();
  }

  private beginFrom(view: View): void {
    this.known = view.known;
    this.apart = apartIn(reachIndexOf(view));
    for (const population of view.names('population', '', Number.MAX_SAFE_INTEGER))
      this.stalePopulations.add(population);
    this.isBegun = true;
  }

  private countEverybody(view: View, upTo: Map<string, number>): void {
    const { index, work } = view;
    const lists = [
      { key: 'moved', some: (from: number) => index.movedIndividuals(from, individualsAtOnceMax) },
      ...view.names('population', '', Number.MAX_SAFE_INTEGER).map((population) => ({
        key: `population ${population}`,
        some: (from: number) => index.individualsOf(population, from, individualsAtOnceMax),
      })),
    ];
    const total = lists.reduce((sum, { some }) => sum + some(Number.MAX_SAFE_INTEGER).of, 0);
    let done = lists.reduce((sum, { key }) => sum + (upTo.get(key) ?? 0), 0);
    for (const { key, some } of lists) {
      for (;;) {
        const from = upTo.get(key) ?? 0;
        const found = some(from);
        if (found.subjects.length === 0 && found.upTo >= found.of) break;
        this.addFresh(view, found.subjects);
        upTo.set(key, found.upTo);
        done += found.upTo - from;
        work.tell(done, total);
      }
    }
    const named = new Set<string>();
    for (const key of this.apart) named.add(key.slice(key.indexOf('\n') + 1));
    for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
      if (!isPopulation(data.scope)) named.add(data.scope.subject);
    for (const subject of view.simulatedSubjects()) named.add(subject);
    this.addFresh(view, named);
    this.countedUpTo = undefined;
  }

  private addFresh(view: View, subjects: Iterable<string>): void {
    const fresh = [...new Set(subjects)].filter((subject) => !this.counted.has(subject));
    for (let first = 0; first < fresh.length; first += individualsAtOnceMax) {
      const some = fresh.slice(first, first + individualsAtOnceMax);
      const is = historyOfSome(view.as(view.known), some);
      this.add(is);
      for (const population of is.enrolments.keys()) this.stalePopulations.add(population);
    }
  }

  private add(of: HistoryOfSome): void {
    this.people.add({ residency: of.residency, isApart: isAmong(this.apart) });
    this.change(of, 1);
    for (const [subject, populations] of of.populations) {
      this.counted.set(subject, populations);
      for (const population of populations) setIn(this.countedIn, population).add(subject);
    }
    for (const access of of.accesses) {
      const { position, data } = access.access;
      const { scope } = data;
      this.ofSubjects.set(position, access);
      if (isPopulation(scope)) continue;
      this.accessesOf.set(scope.subject, [...(this.accessesOf.get(scope.subject) ?? []), position]);
    }
  }

  private takeOut(of: HistoryOfSome, apart: ReadonlySet<string>): void {
    this.people.takeOut({ residency: of.residency, isApart: isAmong(apart) });
    this.change(of, -1);
    for (const subject of of.populations.keys()) {
      for (const population of this.counted.get(subject) ?? [])
        this.countedIn.get(population)?.delete(subject);
      this.counted.delete(subject);
      for (const position of this.accessesOf.get(subject) ?? []) this.ofSubjects.delete(position);
      this.accessesOf.delete(subject);
    }
  }

  private change({ residency, enrolments }: HistoryOfSome, by: 1 | -1): void {
    for (const [population, places] of enrolments) {
      const count = this.enrolments.get(population) ?? new RunningCount();
      this.enrolments.set(population, count);
      for (const place of places) count.add(place, by);
    }
    for (const union of this.unions.values()) addToUnion(union, residency.presences, by);
  }

  private countCohorts(view: View, population: string): void {
    const facts = new ResidencyFacts(view).addPopulation(population);
    const found = withCohorts(facts, (_, divisions) => {
      const list = view.index.enrolmentsIn(population, view.recordedUpTo);
      if (list === undefined) return [];
      const individuals = this.enrolments.get(population)?.places() ?? [];
      return cohortsOverTime(withoutIndividuals(list.enrolments(), individuals), divisions);
    });
    const accesses = view
      .factsOf('population', population, 'AccessObserved')
      .filter(({ data }) => isPopulation(data.scope) && data.scope.population === population)
      .map((access): KeptAccess => {
        const { dataset, site = null } = access.data;
        const isOf = isIn({ population, dataset, site });
        return {
          access,
          population,
          data: found.residency.holdings
            .filter((presence) => isOf(presence) && contains(presence, access.time))
            .map(
              ({ holding }): DataClass => ({
                dataset,
                site: holding.site,
                backup: holding.kind === 'backup' ? holding.backup : null,
                populations: [population],
                subject: null,
              }),
            ),
        };
      });
    // From here on nothing is read.
    this.people.setCohorts(population, { residency: found.residency, cohorts: found });
    this.populations.set(population, found);
    this.ofPopulations.set(population, accesses);
  }

  private settle(): void {
    for (const people of this.people.settle()) {
      const isThere = [...this.people.of(people.holding)].includes(people);
      if (isThere) this.classesOf.get(people)?.reached.touch();
      else this.classesOf.delete(people);
    }
  }

  // Moving -----------------------------------------------------------------------------------------------------------

  private beginMove(view: View): Move {
    const from = new View(view.index, this.known, [], view.work);
    const [earlier, later] = this.known.position < view.known.position ? [from, view] : [view, from];
    const affected = affectedBetween(earlier, later);
    const apartBefore = this.apart;
    const apart = affected.reach ? apartIn(reachIndexOf(view)) : apartBefore;
    const subjects = new Set([...affected.subjects, ...affected.accessed, ...view.simulatedSubjects()]);
    const populations = this.populationsOf(affected, from, view);
    for (const population of populations)
      for (const subject of this.countedIn.get(population) ?? []) subjects.add(subject);
    for (const key of changedBetween(apartBefore, apart)) subjects.add(key.slice(key.indexOf('\n') + 1));
    for (const backup of affected.backups) {
      for (const each of [from, view]) {
        for (const { data } of each.factsOf('backup', backup, 'BackupTaken'))
          if (!isPopulation(data.scope)) subjects.add(data.scope.subject);
      }
    }
    const isNamed = (subject: string): boolean =>
      affected.accessed.has(subject) || view.isSimulated() || view.index.isIndividual(subject);
    const fresh = new Set([...apart].map((key) => key.slice(key.indexOf('\n') + 1)));
    const remaining = [...subjects].filter(
      (subject) => this.counted.has(subject) || fresh.has(subject) || isNamed(subject),
    );
    for (const population of [...populations, ...affected.enrolledIn, ...affected.accessedPopulations])
      this.stalePopulations.add(population);
    for (const party of affected.parties) this.stale.parties.add(party);
    for (const site of affected.sites) this.stale.sites.add(site);
    for (const dataset of affected.datasets) this.stale.datasets.add(dataset);
    for (const population of affected.described) this.stale.populations.add(population);
    for (const position of affected.corrected) this.stale.corrected.add(position);
    if (affected.reach) this.reachedBy = undefined;
    this.apart = apart;
    this.move = { from: this.known, to: view.known, apartBefore, remaining };
    return this.move;
  }

  /** The populations of which something happened to everybody. */
  private populationsOf(affected: Affected, ...views: ReadonlyArray<View>): ReadonlySet<string> {
    const populations = new Set(affected.populations);
    for (const view of views) {
      for (const backup of affected.backups) {
        for (const { data } of view.factsOf('backup', backup, 'BackupTaken'))
          if (isPopulation(data.scope)) populations.add(data.scope.population);
      }
    }
    return populations;
  }

  private finish(view: View, { from, apartBefore, remaining }: Move): void {
    const total = remaining.length;
    while (remaining.length > 0) {
      const some = remaining.slice(-individualsAtOnceMax);
      const before = some.filter((subject) => this.counted.has(subject));
      const was = historyOfSome(new View(view.index, from, [], view.work), before);
      const is = historyOfSome(view.as(view.known), some);
      for (const population of [...was.enrolments.keys(), ...is.enrolments.keys()]) {
        if (!samePlaces(was.enrolments.get(population), is.enrolments.get(population)))
          this.stalePopulations.add(population);
      }
      // From here on nothing is read: the step is made whole or not at all.
      this.takeOut(was, apartBefore);
      this.add(is);
      remaining.length -= some.length;
      view.work.tell(total - remaining.length, total);
    }
    this.known = view.known;
    this.move = undefined;
  }
}

const isAmong =
  (apart: ReadonlySet<string>): IsApart =>
  (dataset, subject) =>
    apart.size > 0 && apart.has(apartKey(dataset, subject));

const apartIn = (reach: ReachIndex): ReadonlySet<string> => {
  const isApart = isApartIn(reach);
  const keys = new Set<string>();
  for (const { dataset, subject } of reach.grants.ofSingleSubjects())
    if (isApart(dataset, subject)) keys.add(apartKey(dataset, subject));
  return keys;
};

const changedBetween = (before: ReadonlySet<string>, after: ReadonlySet<string>): Iterable<string> =>
  before === after
    ? []
    : [...[...before].filter((key) => !after.has(key)), ...[...after].filter((key) => !before.has(key))];

const samePlaces = (a: ReadonlyArray<FoldingPlace> = [], b: ReadonlyArray<FoldingPlace> = []): boolean =>
  a.length === b.length && a.every((place, index) => foldingOrder(place, b[index]!) === 0);

const setIn = (sets: Map<string, Set<string>>, key: string): Set<string> => {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
};

/** Whether a presence is one of data of the population's holdings and backups, at the site if one is named. */
const isIn =
  ({ population, dataset, site }: Omit<Union, 'count'>) =>
  ({ holding }: Pick<SubjectPresence, 'holding'>): boolean =>
    holding.dataset === dataset &&
    (site === null || holding.site === site) &&
    populationOf(holding) === population;

const addToUnion = (union: Union, presences: ReadonlyArray<SubjectPresence>, by: 1 | -1): void => {
  const isOf = isIn(union);
  const bySubject = Map.groupBy(presences.filter(isOf), ({ subject }) => subject);
  for (const intervals of bySubject.values())
    for (const interval of cover(intervals)) union.count.add(interval, by);
};
