/**
 * The moments of knowledge at which it may change whether an event fits the others (R1).
 *
 * Whether it does depends on what comes before it in the order of R3, on the registrations of what it names, and on the
 * corrections of any of these. So a later event matters where it is late, or registers something, or is a correction.
 * Between two moments nothing changes, so that any position between them serves: many events are judged as known at one.
 */
import { concerns, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import { kindAt, type NameKind, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { TopicKind } from '../projections/topics.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/**
 * Moments at which an event is judged, at most: the first ones after it was recorded. The answer says where it met
 * this.
 */
export const momentsMax = 500;

/** All known versions of an event: as recorded, and as each correction has it. */
const versionsOf = (
  view: View,
  recorded: RecordedEvent,
): { readonly named: ReadonlyMap<NameKind, ReadonlySet<string>>; readonly latest: Instant } => {
  const named = new Map<NameKind, Set<string>>();
  let latest = recorded.event.time;
  for (const { event } of [recorded, ...view.correctionsOf(recorded)]) {
    if (event.type === 'EventRetracted') continue;
    const data = event.type === 'EventCorrected' ? event.data.data : encodeData(event);
    if (event.type === 'EventCorrected') latest = Math.max(latest, event.data.time ?? latest);
    if (data === undefined) continue;
    visitNames(data as Readonly<Record<string, unknown>>, (place, name) => {
      const kind = kindAt(place);
      named.set(kind, (named.get(kind) ?? new Set()).add(name));
    });
  }
  return { named, latest };
};

/** Under which topics the events are that decide whether one fits, by the kinds of what it names. */
const decidingTopics = {
  subject: ['subject'],
  population: ['population'],
  site: ['site'],
  dataset: ['dataset'],
  party: ['party'],
  policy: ['policy'],
  backup: ['backup'],
  grant: ['grant'],
} as const satisfies Readonly<Record<NameKind, ReadonlyArray<TopicKind>>>;

/** An event that may decide whether others fit. */
interface Deciding {
  readonly position: number;
  readonly time: Instant;
  /** Whether it decides about events before it too: a registration, a correction, or what was corrected. */
  readonly always: boolean;
}

/** The events under a topic, and the topics on which they depend in turn. */
interface OfTopic {
  readonly events: ReadonlyArray<Deciding>;
  readonly related: ReadonlyArray<readonly [kind: TopicKind, name: string]>;
}

/** Finds moments for the events of one page; what is found under a topic is found once. */
export class Moments {
  private readonly view: View;
  private readonly topics = new Map<string, OfTopic>();
  private isCut = false;

  constructor(view: View) {
    this.view = view;
  }

  /** Whether an event had more moments than are looked at. */
  get limitMet(): boolean {
    return this.isCut;
  }

  /** The positions from that of the event on at which it may come to fit, or not to fit, in log order. */
  of(recorded: RecordedEvent): ReadonlyArray<number> {
    const { view } = this;
    const { event, position } = recorded;
    const moments = new Set([position]);
    if (isCorrection(event)) {
      const target = view.find(event.data.event);
      if (target !== undefined && target > position && target <= view.recordedUpTo) moments.add(target);
      return [...moments];
    }
    for (const correction of view.correctionsOf(recorded))
      moments.add(Math.max(position, correction.position));
    const { named, latest } = versionsOf(view, recorded);
    const due: (readonly [kind: TopicKind, name: string])[] = [];
    for (const [kind, names] of named)
      for (const name of names) for (const topic of decidingTopics[kind]) due.push([topic, name]);
    if (concerns(event.type, 'reach'))
      for (const party of named.get('party') ?? []) due.push(['party-named', party]);
    const seen = new Set<string>();
    for (let next = due.pop(); next !== undefined; next = due.pop()) {
      const [kind, name] = next;
      const key = `${kind} ${name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const { events, related } = this.under(kind, name);
      for (const other of events)
        if (other.position > position && (other.always || other.time <= latest)) moments.add(other.position);
      due.push(...related);
    }
    if (moments.size > momentsMax) this.isCut = true;
    return [...moments].sort((a, b) => a - b).slice(0, momentsMax);
  }

  private under(kind: TopicKind, name: string): OfTopic {
    const key = `${kind} ${name}`;
    const found = this.topics.get(key) ?? this.find(kind, name);
    this.topics.set(key, found);
    return found;
  }

  private find(kind: TopicKind, name: string): OfTopic {
    const { view } = this;
    const events: Deciding[] = [];
    const related = new Map<string, readonly [kind: TopicKind, name: string]>();
    const relate = (to: TopicKind, names: ReadonlySet<string> = new Set()): void => {
      for (const each of names) related.set(`${to} ${each}`, [to, each]);
    };
    for (const position of view.positions(kind, name)) {
      view.work.goOn(stepsOfFact);
      const other = view.recorded(position);
      if (other === undefined) continue;
      const { event } = other;
      const always =
        isCorrection(event) ||
        traitsOf(event.type).registers !== undefined ||
        view.correctionsOf(other).length > 0;
      events.push({ position, time: event.time, always });
      // What is told of a subject, or of a backup, depends on its populations and backups.
      if (!concerns(event.type, 'residency') || kind === 'population') continue;
      const { named } = versionsOf(view, other);
      relate('population', named.get('population'));
      relate('backup', named.get('backup'));
      if (kind === 'backup') relate('subject', named.get('subject'));
    }
    return { events, related: [...related.values()] };
  }
}

/** A stretch of knowledge, both ends included, within which nothing changes whether an event fits. */
export interface Stretch<A> {
  readonly of: A;
  readonly from: number;
  readonly to: number;
}

/** The stretches between the moments of an event; not the last, which is what is known now. */
export const stretchesOf = <A>(of: A, moments: ReadonlyArray<number>): ReadonlyArray<Stretch<A>> =>
  moments.slice(0, -1).map((from, index) => ({ of, from, to: moments[index + 1]! - 1 }));

/** The fewest positions that lie within all the stretches, in log order, each with those that it is taken for. */
export const sharedPositions = <A>(
  stretches: ReadonlyArray<Stretch<A>>,
): ReadonlyArray<readonly [position: number, of: ReadonlyArray<A>]> => {
  const shared: (readonly [position: number, of: A[]])[] = [];
  for (const { of, from, to } of stretches.toSorted((a, b) => a.to - b.to)) {
    const last = shared.at(-1);
    if (last !== undefined && last[0] >= from) last[1].push(of);
    else shared.push([to, [of]]);
  }
  return shared;
};
