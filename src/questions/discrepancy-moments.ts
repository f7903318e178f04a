/**
 * The moments of knowledge at which an event may start or stop to fit the others (R1).
 *
 * Whether an event fits depends on what precedes it in the order of R3, on the registrations of what it names, and
 * on corrections of any of these. So a later event matters only if it is late, registers something, or is a
 * correction. Between two moments nothing changes, so any position in between gives the same result, and one
 * position serves for many events.
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
 * Moments at which one event is judged: the first after it was recorded. The answer says if this limit was reached.
 */
export const momentsMax = 500;

/** All known versions of an event: as recorded, and as each correction changes it. */
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

/** The topics of the events that decide whether an event fits, by the kinds of what it names. */
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
  /** Whether it also decides about earlier events: a registration, a correction, or a corrected event. */
  readonly always: boolean;
}

/** The events under a topic, and the topics on which they depend. */
interface OfTopic {
  readonly events: ReadonlyArray<Deciding>;
  readonly related: ReadonlyArray<readonly [kind: TopicKind, name: string]>;
}

/** Finds moments for the events of one page. Each topic is read once. */
export class Moments {
  private readonly view: View;
  private readonly topics = new Map<string, OfTopic>();
  private isCut = false;

  constructor(view: View) {
    this.view = view;
  }

  /** Whether an event has more moments than the limit. */
  get limitMet(): boolean {
    return this.isCut;
  }

  /** The positions, from that of the event on, at which it may start or stop to fit, in log order. */
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
      // Whether an event about a subject or a backup fits depends on its populations and backups.
      if (!concerns(event.type, 'residency') || kind === 'population') continue;
      const { named } = versionsOf(view, other);
      relate('population', named.get('population'));
      relate('backup', named.get('backup'));
      if (kind === 'backup') relate('subject', named.get('subject'));
    }
    return { events, related: [...related.values()] };
  }
}

/** A range of positions, including both ends, within which no event starts or stops to fit. */
export interface UnchangedRange<A> {
  readonly of: A;
  readonly from: number;
  readonly to: number;
}

/** The ranges between the moments of an event, without the last one, which is what is known now. */
export const unchangedRangesOf = <A>(
  of: A,
  moments: ReadonlyArray<number>,
): ReadonlyArray<UnchangedRange<A>> =>
  moments.slice(0, -1).map((from, index) => ({ of, from, to: moments[index + 1]! - 1 }));

/** A minimal set of positions that meets all ranges, in log order, each with the items of its ranges. */
export const fewestPositions = <A>(
  ranges: ReadonlyArray<UnchangedRange<A>>,
): ReadonlyArray<readonly [position: number, of: ReadonlyArray<A>]> => {
  const shared: (readonly [position: number, of: A[]])[] = [];
  for (const { of, from, to } of ranges.toSorted((a, b) => a.to - b.to)) {
    const last = shared.at(-1);
    if (last !== undefined && last[0] >= from) last[1].push(of);
    else shared.push([to, [of]]);
  }
  return shared;
};
