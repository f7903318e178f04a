/**
 * How many individuals are in each holding over time, and how many in each population.
 *
 * Individuals are counted one by one from their facts, everybody else in cohorts (see `enrolment-cohorts.ts`). When
 * more becomes known, the individuals whom the new events affect are subtracted as known before and added as known
 * now. So the counts are exact, and the cost of updating them depends on the events, not on the number of people.
 */

import { isPopulation } from '../domain/events/scope.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import { type Holding, sharedHolding } from '../domain/residency/holding.ts';
import { overdueSince } from '../domain/residency/overdue.ts';
import { type Instant, never } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';
import { type Affected, affectedBetween, hasCorrections } from './affected.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { RunningCount } from './running-count.ts';
import { scopesByKind, scopesOf } from './scopes-of-facts.ts';
import { enrolmentsOf } from './subject-enrolments.ts';
import type { View } from './view.ts';

/** Individuals to count at a time; the memory of their facts is freed in between. */
const countedAtOnceMax = 2_000;

/** The individuals in one holding. The subjects' own holdings of a dataset at a site count as one holding. */
export interface HoldingCount {
  readonly dataset: string;
  readonly population: string | null;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  /** When the backup expires; `never` for live data. */
  readonly expires: Instant;
  readonly count: RunningCount;
}

/** Counts of the individuals of some populations and sites, as known at one position. */
export class IndividualCounts {
  private known: View['known'];
  private readonly counted = new Set<string>();
  /**
   * By population: counted people who were ever in it and whom the index does not list as its individuals, such as
   * people with an access and one enrolment. Only this map says that events of the population concern them.
   */
  private readonly others = new Map<string, Set<string>>();
  /** By population: how many of its individuals, in the order of the index, are counted. */
  private readonly countedOf = new Map<string, number>();
  /** By site: the position up to which people with own data there were searched. */
  private readonly searchedUpTo = new Map<string, number>();
  private readonly holdings = new Map<string, Map<string, HoldingCount>>();
  private readonly members = new Map<string, RunningCount>();
  private readonly enrolments = new Map<string, RunningCount>();

  constructor({ known }: View) {
    this.known = known;
  }

  get position(): number {
    return this.known.position;
  }

  /** The number of counted individuals. */
  get size(): number {
    return this.counted.size;
  }

  /** The counts of the holdings at a site. */
  at(site: string): Iterable<HoldingCount> {
    return this.holdings.get(site)?.values() ?? [];
  }

  /** How many of the counted are in a population at an instant. */
  membersAt(population: string, instant: Instant): number {
    return this.members.get(population)?.at(instant) ?? 0;
  }

  /** How many recorded enrolments of the counted in a population come before a place. */
  enrolledBefore(population: string, place: FoldingPlace): number {
    return this.enrolments.get(population)?.before(place) ?? 0;
  }

  /** Counts the individuals of a population. */
  addPopulation(view: View, population: string): void {
    const { subjects, upTo } = view.index.individualsOf(population, this.countedOf.get(population) ?? 0);
    this.addAll(view, subjects);
    this.countedOf.set(population, upTo);
  }

  /** Counts everybody whose own data was ever moved to or from a site. */
  addThoseAt(view: View, site: string): void {
    const positions = view.positions('data-at', site, this.searchedUpTo.get(site) ?? 0);
    const facts = positions.flatMap((position) => view.fact(position) ?? []);
    this.addAll(view, scopesByKind(scopesOf(view, facts)).subjects);
    this.searchedUpTo.set(site, view.known.position);
  }

  /** Counts these subjects as individuals, unless they are counted. */
  addAll(view: View, subjects: Iterable<string>): void {
    const fresh = [...new Set(subjects)].filter((subject) => !this.counted.has(subject));
    this.count(view, fresh, 1);
    for (const subject of fresh) this.counted.add(subject);
  }

  /** Updates the counts to what another view knows, which may be more or less. */
  moveTo(view: View): void {
    if (view.known.position === this.known.position) return;
    const from = view.as(this.known);
    const [earlier, later] = this.known.position < view.known.position ? [from, view] : [view, from];
    const affected = affectedBetween(earlier, later, () => this.counted);
    // A known event may now be about other people's data at a site.
    if (hasCorrections(affected) || affected.backups.size > 0) this.searchedUpTo.clear();
    const fresh = [...affected.subjects].filter(
      (subject) => !this.counted.has(subject) && view.index.isIndividual(subject),
    );
    const again = this.countedAmong(affected, from, view);
    this.count(from, again, -1);
    this.count(view, again, 1);
    this.known = view.known;
    for (const [site, upTo] of this.searchedUpTo)
      this.searchedUpTo.set(site, Math.min(upTo, earlier.known.position));
    this.addAll(view, fresh);
  }

  /** The counted people who are affected, by themselves or through a population or a backup. */
  private countedAmong(affected: Affected, ...views: ReadonlyArray<View>): ReadonlyArray<string> {
    const subjects = new Set(affected.subjects);
    const populations = new Set(affected.populations);
    for (const view of views) {
      for (const backup of affected.backups) {
        for (const { data } of view.factsOf('backup', backup, 'BackupTaken')) {
          if (isPopulation(data.scope)) populations.add(data.scope.population);
          else subjects.add(data.scope.subject);
        }
      }
    }
    const { index } = views[0]!;
    for (const population of populations)
      for (const subject of [
        ...index.individualsOf(population).subjects,
        ...(this.others.get(population) ?? []),
      ])
        subjects.add(subject);
    return [...subjects].filter((subject) => this.counted.has(subject));
  }

  /** Adds subjects as a view knows them, or subtracts them. */
  private count(view: View, subjects: ReadonlyArray<string>, by: 1 | -1): void {
    for (let first = 0; first < subjects.length; first += countedAtOnceMax)
      this.countSome(view.as(view.known), subjects.slice(first, first + countedAtOnceMax), by);
  }

  private countSome(view: View, subjects: ReadonlyArray<string>, by: 1 | -1): void {
    const facts = new ResidencyFacts(view);
    for (const subject of subjects) facts.addSubject(subject);
    const { presences, memberships, backups } = facts.fold();
    for (const presence of presences) addInterval(this.countOf(presence.holding, backups), presence, by);
    for (const [subject, pieces] of memberships) {
      const isIndividual = view.index.isIndividual(subject);
      for (const piece of pieces) {
        const { population } = piece.value;
        addInterval(countIn(this.members, population), piece, by);
        if (!isIndividual)
          this.others.set(population, (this.others.get(population) ?? new Set()).add(subject));
      }
    }
    for (const [population, places] of enrolmentsOf(view, subjects)) {
      const count = countIn(this.enrolments, population);
      for (const place of places) count.add(place, by);
    }
  }

  private countOf(
    holding: Holding,
    backups: ReadonlyMap<string, { readonly expires: Instant }>,
  ): RunningCount {
    const { dataset, site, kind, backup, population } = sharedHolding(holding);
    const expires = overdueSince(backups, backup);
    // Each of these is a separate row; the date on which a backup expires may change with later knowledge.
    const key = JSON.stringify([dataset, population, backup, kind === 'backup' ? expires : null]);
    const ofSite = this.holdings.get(site) ?? new Map<string, HoldingCount>();
    this.holdings.set(site, ofSite);
    const existing = ofSite.get(key);
    if (existing !== undefined) return existing.count;
    const count = new RunningCount();
    ofSite.set(key, { dataset, population, kind, backup, expires, count });
    return count;
  }
}

const addInterval = (count: RunningCount, { from, to }: Interval, by: 1 | -1): void => {
  count.add({ time: from, position: 0 }, by);
  if (to !== never) count.add({ time: to, position: 0 }, -by);
};

const countIn = (counts: Map<string, RunningCount>, name: string): RunningCount => {
  const existing = counts.get(name);
  if (existing !== undefined) return existing;
  const count = new RunningCount();
  counts.set(name, count);
  return count;
};
