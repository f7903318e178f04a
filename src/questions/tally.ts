/**
 * The tally: how many of the people with a story are in each holding over time, and how many in each population.
 *
 * They are counted one by one, as their facts say. When more is known, those whom the new events touch are taken away
 * as they were known before and counted as they are known now; nobody else is looked at. So a tally is exact at what
 * it knows, and going on costs by what happened, not by how many people there are. All others are counted by the roll
 * of their population (see `census.ts`).
 */

import { concerns } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import { isPopulation, type Scope } from '../domain/events/scope.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import type { Assurance } from '../domain/events/words.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import { isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { type Holding, sharedHolding } from '../domain/residency/holding.ts';
import { type Instant, never } from '../domain/time/instant.ts';
import type { EventIndex, Place } from '../projections/event-index.ts';
import { visitTopics } from '../projections/topics.ts';
import { Gathering } from './gather.ts';
import { Steps } from './steps.ts';
import type { View } from './view.ts';

/** People counted at a time: what their facts take in memory is let go between. */
const countedAtOnce = 2_000;
/** A tally goes on, or back, by so many positions at the most; beyond that it is made anew. */
const wayMax = 10_000;
/** A tally of more people than this is not kept: it would take gigabytes. */
const keptSubjectsMax = 2_000_000;

/** What is counted together: the people of a holding, where own holdings of a dataset at a site are one. */
export interface Tallied {
  readonly dataset: string;
  readonly population: string | null;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  /** Of a backup of one subject's data. */
  readonly expires: Instant;
  readonly steps: Steps;
}

/** Whom some events touch. */
interface Touched {
  readonly subjects: Set<string>;
  readonly populations: Set<string>;
  readonly backups: Set<string>;
  corrects: boolean;
}

export class Tally {
  private known: View['known'];
  private readonly counted = new Set<string>();
  /** By population: how many of its people with a story were looked at. */
  private readonly populations = new Map<string, number>();
  /** By site: up to which position it was looked who has data of their own there. */
  private readonly sites = new Map<string, number>();
  private readonly holdings = new Map<string, Map<string, Tallied>>();
  private readonly members = new Map<string, Steps>();
  private readonly enrolments = new Map<string, Steps>();

  constructor({ known }: View) {
    this.known = known;
  }

  get position(): number {
    return this.known.position;
  }

  get size(): number {
    return this.counted.size;
  }

  /** What is counted at a site. */
  at(site: string): Iterable<Tallied> {
    return this.holdings.get(site)?.values() ?? [];
  }

  /** How many of the people counted are in a population at an instant. */
  membersAt(population: string, instant: Instant): number {
    return this.members.get(population)?.at(instant) ?? 0;
  }

  /** How many enrolments in a population, as recorded, of the people counted come before a place. */
  enrolledBefore(population: string, place: Place): number {
    return this.enrolments.get(population)?.before(place) ?? 0;
  }

  /** Counts everybody in a population who has a story. */
  followPopulation(view: View, population: string): void {
    const looked = this.populations.get(population) ?? 0;
    const { subjects, upTo } = view.index.individualsOf(population, looked);
    this.follow(view, subjects);
    this.populations.set(population, upTo);
  }

  /** Counts everybody whose own data was ever taken to a site, or from it. */
  followSite(view: View, site: string): void {
    const looked = this.sites.get(site) ?? 0;
    const subjects = new Set<string>();
    const concern = (scope: Scope | undefined): void => {
      if (scope !== undefined && !isPopulation(scope)) subjects.add(scope.subject);
    };
    for (const position of view.positions('data-at', site, looked)) {
      const fact = view.fact(position);
      if (fact === undefined) continue;
      if ('scope' in fact.data) concern(fact.data.scope);
      if (isFact(fact, 'BackupMoved') || isFact(fact, 'BackupRestored'))
        for (const taken of view.factsOf('backup', fact.data.backup, 'BackupTaken'))
          concern(taken.data.scope);
    }
    this.follow(view, subjects);
    this.sites.set(site, view.known.position);
  }

  /** Counts these people, if they are not yet. */
  follow(view: View, subjects: Iterable<string>): void {
    const fresh = [...new Set(subjects)].filter((subject) => !this.counted.has(subject));
    this.count(view, fresh, 1);
    for (const subject of fresh) this.counted.add(subject);
  }

  /** Goes to what another view knows, which knows more or less. */
  move(view: View): void {
    if (view.known.position === this.known.position) return;
    const from = view.as(this.known);
    const [earlier, later] = this.known.position < view.known.position ? [from, view] : [view, from];
    const touched = touchedBetween(earlier, later);
    // By an event that was there before, data of others may be at a site now.
    if (touched.corrects || touched.backups.size > 0) this.sites.clear();
    const isStoried = (subject: string): boolean => view.index.isIndividual(subject);
    const fresh = [...touched.subjects].filter((subject) => !this.counted.has(subject) && isStoried(subject));
    const again = [...touched.subjects].filter((subject) => this.counted.has(subject));
    for (const backup of touched.backups) {
      for (const each of [from, view]) {
        for (const { data } of each.factsOf('backup', backup, 'BackupTaken')) {
          if (isPopulation(data.scope)) touched.populations.add(data.scope.population);
          else if (this.counted.has(data.scope.subject)) again.push(data.scope.subject);
        }
      }
    }
    for (const population of touched.populations) {
      for (const subject of view.index.individualsOf(population).subjects)
        if (this.counted.has(subject)) again.push(subject);
    }
    const affected = [...new Set(again)];
    this.count(from, affected, -1);
    this.count(view, affected, 1);
    this.known = view.known;
    for (const [site, looked] of this.sites) this.sites.set(site, Math.min(looked, earlier.known.position));
    this.follow(view, fresh);
  }

  /** Adds people as a view knows them, or takes them away. */
  private count(view: View, subjects: ReadonlyArray<string>, by: 1 | -1): void {
    for (let first = 0; first < subjects.length; first += countedAtOnce)
      this.countSome(view.as(view.known), subjects.slice(first, first + countedAtOnce), by);
  }

  private countSome(view: View, subjects: ReadonlyArray<string>, by: 1 | -1): void {
    const gathering = new Gathering(view);
    for (const subject of subjects) gathering.subject(subject);
    const { presences, memberships, backups } = gathering.fold();
    for (const { holding, from, to } of presences) {
      const { steps } = this.tallied(holding, backups);
      steps.add({ time: from, position: 0 }, by);
      if (to !== never) steps.add({ time: to, position: 0 }, -by);
    }
    for (const pieces of memberships.values()) {
      for (const { from, to, value } of pieces) {
        const steps = stepsOf(this.members, value.population);
        steps.add({ time: from, position: 0 }, by);
        if (to !== never) steps.add({ time: to, position: 0 }, -by);
      }
    }
    for (const [population, places] of recordedEnrolments(view, subjects)) {
      const steps = stepsOf(this.enrolments, population);
      for (const place of places) steps.add(place, by);
    }
  }

  private tallied(holding: Holding, backups: ReadonlyMap<string, { readonly expires: Instant }>): Tallied {
    const { dataset, site, kind, backup, population } = sharedHolding(holding);
    const expires = (backup === null ? undefined : backups.get(backup)?.expires) ?? never;
    // What differs in any of these is another row; what one backup holds may be known otherwise later.
    const key = JSON.stringify([dataset, population, backup, kind === 'backup' ? expires : null]);
    const ofSite = this.holdings.get(site) ?? new Map<string, Tallied>();
    this.holdings.set(site, ofSite);
    const existing = ofSite.get(key);
    if (existing !== undefined) return existing;
    const tallied: Tallied = {
      dataset,
      population,
      kind,
      backup,
      expires,
      steps: new Steps(),
    };
    ofSite.set(key, tallied);
    return tallied;
  }
}

const stepsOf = (all: Map<string, Steps>, name: string): Steps => {
  const existing = all.get(name);
  if (existing !== undefined) return existing;
  const steps = new Steps();
  all.set(name, steps);
  return steps;
};

/** Whom the events that the later view knows and the earlier does not touch, where they decide where data is. */
const touchedBetween = (earlier: View, later: View): Touched => {
  const touched: Touched = {
    subjects: new Set(),
    populations: new Set(),
    backups: new Set(),
    corrects: false,
  };
  const visit = {
    name: () => {},
    topic: (kind: string, name: string) => {
      if (kind === 'subject') touched.subjects.add(name);
      else if (kind === 'population') touched.populations.add(name);
      else if (kind === 'backup') touched.backups.add(name);
    },
  };
  const touch = ({ event }: RecordedEvent, target: RecordedEvent = { event } as RecordedEvent): void => {
    if (!concerns(target.event.type, 'residency')) return;
    const data = isCorrection(event)
      ? event.type === 'EventCorrected'
        ? event.data.data
        : undefined
      : encodeData(event);
    if (data !== undefined) visitTopics(target.event.type, data as Readonly<Record<string, unknown>>, visit);
  };
  for (const position of later.knownAfter(earlier.known.position)) {
    const recorded = later.recorded(position);
    const target = recorded === undefined ? undefined : correctedBy(later, recorded);
    if (target === undefined) continue;
    touch(target);
    // Earlier corrections count too: one may have come before its target, and what one said may hold no more.
    const corrections = later.correctionsOf(target);
    if (corrections.length > 0) touched.corrects = true;
    for (const correction of corrections) touch(correction, target);
  }
  return touched;
};

/** The event that an event corrects, if it is known; itself if it corrects none. */
const correctedBy = (view: View, recorded: RecordedEvent): RecordedEvent | undefined => {
  if (!isCorrection(recorded.event)) return recorded;
  const target = view.find(recorded.event.data.event);
  return target === undefined ? undefined : view.recorded(target);
};

/** By population: enrolments of some subjects, as recorded, in folding order: what is counted but followed as well. */
export const recordedEnrolments = (
  view: View,
  subjects: Iterable<string>,
): ReadonlyMap<string, ReadonlyArray<Place>> => {
  const places = new Map<string, Place[]>();
  for (const subject of subjects) {
    for (const position of view.positions('subject', subject)) {
      if (!view.isRecorded(position)) continue;
      const event = view.recorded(position)?.event;
      if (event?.type !== 'SubjectEnrolled' && event?.type !== 'SubjectsEnrolled') continue;
      if (!subjectsOf(event).has(subject)) continue;
      const { population } = event.data;
      const ofPopulation = places.get(population);
      if (ofPopulation === undefined) places.set(population, [{ time: event.time, position }]);
      else ofPopulation.push({ time: event.time, position });
    }
  }
  return places;
};

/** How many people are where, by the last question of each assurance. */
const latest = new WeakMap<EventIndex, Map<Assurance, Tally>>();

/**
 * Answers by a tally of what a view knows: the one that is kept, gone on to the view, where that is near.
 *
 * While it is asked it is not kept: what ends half counted is never asked again.
 */
export const byTally = <A>(view: View, question: (tally: Tally) => A): A => {
  let tallies = latest.get(view.index);
  if (tallies === undefined) {
    tallies = new Map();
    latest.set(view.index, tallies);
  }
  const { minAssurance, position } = view.known;
  const kept = view.isSimulated() ? undefined : tallies.get(minAssurance);
  const isNear = kept !== undefined && Math.abs(position - kept.position) <= wayMax;
  // One that knows more stays for the questions about now.
  const stays = kept !== undefined && !isNear && position < kept.position;
  const tally = isNear ? kept : new Tally(view);
  if (!view.isSimulated() && !stays) tallies.delete(minAssurance);
  tally.move(view);
  const answer = question(tally);
  if (!view.isSimulated() && !stays && tally.size <= keptSubjectsMax) tallies.set(minAssurance, tally);
  return answer;
};
