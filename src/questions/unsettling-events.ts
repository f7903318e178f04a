/**
 * The events that may have caused a finding: those without which, as known before them, it may not exist.
 *
 * An event changes nothing before its own time, unless it registers something, corrects, or is corrected. So few
 * events can have caused a finding for one person at an instant: those at earlier or equal times about that person,
 * its populations and their backups, the holding's dataset and site, the path, the parties above the party, and the
 * policy. An unexplained access depends on everything that might lead the party to the data.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import type { Event } from '../domain/events/event.ts';
import { isPopulation } from '../domain/events/scope.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { beginning, type Instant, never } from '../domain/time/instant.ts';
import { type Aspect, type Occurrence, type Topic, UnsettlingTopics } from './unsettling-topics.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/**
 * An event that changes what is known about an instant at or after its own; `beginning` if it may change all times.
 */
interface Unsettling {
  readonly position: number;
  readonly from: Instant;
}

type Data = Readonly<Record<string, unknown>>;

/** Finds such events for one view; results are cached. */
export class UnsettlingEvents {
  private readonly view: View;
  private readonly topics = new Map<string, ReadonlyArray<Unsettling>>();
  private readonly closures: UnsettlingTopics;
  private readonly crowds = new Map<string, ReadonlyArray<Unsettling>>();

  constructor(view: View) {
    this.view = view;
    this.closures = new UnsettlingTopics(view);
  }

  /** The last position, up to `upTo`, of an event that may have caused the finding; 0 if there is none. */
  last(finding: Finding, found: Occurrence, upTo: number, adoptedBy: number | null): number {
    let last = this.lastOfPolicy(finding.policy, adoptedBy, upTo);
    const lists = [...this.closures.of(finding, found)].map((topic) => this.under(topic));
    if (found.access !== undefined) {
      const { scope } = found.access.data;
      lists.push(this.unsettling([found.access.position]));
      if (isPopulation(scope)) lists.push(this.everybodyIn(scope.population));
    }
    for (const list of lists) {
      this.view.work.goOn();
      for (let index = list.length - 1; index >= 0; index--) {
        const { position, from } = list[index]!;
        if (position <= last) break;
        if (position > upTo || from > found.at) continue;
        last = position;
        break;
      }
    }
    return last;
  }

  /** A later adoption of the same policy does not change this version; every other event about the policy may. */
  private lastOfPolicy(policy: string, adoptedBy: number | null, upTo: number): number {
    return (
      this.view.positions('policy', policy).findLast((position) => {
        if (position > upTo) return false;
        const recorded = this.view.recorded(position);
        return (
          position === adoptedBy ||
          recorded?.event.type !== 'PolicyAdopted' ||
          this.view.correctionsOf(recorded).length > 0
        );
      }) ?? 0
    );
  }

  /** The events under a topic, in log order. */
  private under([kind, name, aspect]: Topic): ReadonlyArray<Unsettling> {
    const key = `${kind} ${aspect} ${name}`;
    let list = this.topics.get(key);
    if (list === undefined) {
      list = this.unsettling(this.view.positions(kind, name), aspect, kind === 'subject' ? name : undefined);
      this.topics.set(key, list);
    }
    return list;
  }

  /** All events that may change who is in the holdings of a population. */
  private everybodyIn(population: string): ReadonlyArray<Unsettling> {
    let list = this.crowds.get(population);
    if (list === undefined) {
      const { view } = this;
      const positions = new Set(view.index.enrolmentPositions(population, 0, view.known.position));
      const topics = new Map<string, Topic>();
      for (const subject of view.index.individualsOf(population).subjects)
        for (const each of this.closures.ofSubject(subject)) topics.set(each.join(' '), each);
      for (const [kind, name] of topics.values())
        for (const position of view.positions(kind, name)) positions.add(position);
      list = this.unsettling(
        [...positions].sort((a, b) => a - b),
        'data',
      );
      this.crowds.set(population, list);
    }
    return list;
  }

  private unsettling(
    positions: ReadonlyArray<number>,
    aspect?: Aspect,
    subject?: string,
  ): ReadonlyArray<Unsettling> {
    const { view } = this;
    const list: Unsettling[] = [];
    /** By thing: the earliest time of an uncorrected registration. */
    const described = new Map<string, Instant>();
    for (const position of positions) {
      view.work.goOn(stepsOfFact);
      const recorded =
        subject === undefined ? view.recorded(position) : view.recordedAbout(position, subject);
      if (recorded === undefined || !isAbout(aspect, recorded.event.type)) continue;
      const corrections = view.correctionsOf(recorded);
      for (const correction of corrections)
        list.push({ position: Math.max(position, correction.position), from: beginning });
      list.push({
        position,
        from: corrections.length > 0 ? beginning : unsettledFrom(recorded.event, described),
      });
    }
    return list.sort((a, b) => a.position - b.position);
  }
}

/** Corrections are found through their targets. */
const isAbout = (aspect: Aspect | undefined, type: EventType): boolean => {
  if (concerns(type, 'correction')) return false;
  if (aspect === undefined) return true;
  if (aspect === 'data') return concerns(type, 'residency') || concerns(type, 'description');
  return concerns(type, 'reach') && (aspect === 'reach' || partyTypes.has(type));
};

const partyTypes: ReadonlySet<EventType> = new Set<EventType>([
  'PartyRegistered',
  'MembershipBegan',
  'MembershipEnded',
  'ControlBegan',
  'ControlEnded',
]);

/**
 * The time from which on an event changes something. The first registration of a thing holds from the beginning of
 * time (R5).
 */
const unsettledFrom = (event: Event, described: Map<string, Instant>): Instant => {
  const { registers } = traitsOf(event.type);
  if (registers === undefined) return event.time;
  const thing = `${event.type} ${(event.data as Data)[registers]}`;
  const before = described.get(thing) ?? never;
  described.set(thing, Math.min(before, event.time));
  return before <= event.time ? event.time : beginning;
};
