/**
 * Events that are not recorded, which a view sees as if they were (R20).
 */
import type { EventType } from '../domain/events/catalogue.ts';
import { type Event, encodeData } from '../domain/events/event.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { unattributed } from '../domain/recording/attribution.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';

/** Before every simulated event, and after everything that is ever recorded. */
const beforeSimulated = 2 ** 50;

/** Events as if they were recorded next, at positions that no recorded event has. */
export const hypotheticalEvents = (
  events: ReadonlyArray<Event>,
  recordedAt: Instant,
): ReadonlyArray<RecordedEvent> =>
  // They are tried as if somebody with every authority recorded them.
  events.map((event, index) => ({
    position: beforeSimulated + index + 1,
    recordedAt,
    ...unattributed,
    event,
  }));

const nobody: ReadonlySet<string> = new Set();

/** What simulated events are about. The topics and names of recorded events are in the index. */
export class HypotheticalEvents {
  /** By position, in log order. */
  readonly events: ReadonlyMap<number, RecordedEvent>;
  /** By kind and name; no kind has a space in it. */
  private readonly byTopic = new Map<string, Set<number>>();
  private readonly byKind = new Map<RegisteredKind, Set<string>>();
  /** Whom they are about. */
  readonly subjects = new Set<string>();

  constructor(events: ReadonlyArray<RecordedEvent>) {
    this.events = new Map(events.map((recorded) => [recorded.position, recorded]));
  }

  /** Notes what one of the events is about, as it is and as corrected. */
  add(recorded: RecordedEvent, corrections: ReadonlyArray<RecordedEvent>): void {
    const { position, event } = recorded;
    this.addTopics(position, event.type, encodeData(event));
    this.addSubjects(recorded);
    for (const correction of corrections) this.addCorrected(recorded, correction);
  }

  /** Notes what one of the events makes of another, which has corrections already. */
  addCorrection(
    target: RecordedEvent,
    corrections: ReadonlyArray<RecordedEvent>,
    correction: RecordedEvent,
  ): void {
    // The people that the target names, as recorded or as corrected, may be elsewhere now.
    for (const each of [target, ...corrections]) this.addSubjects(each);
    this.addCorrected(target, correction);
  }

  private addCorrected(target: RecordedEvent, correction: RecordedEvent): void {
    const { event } = correction;
    this.addSubjects(correction);
    if (event.type === 'EventCorrected' && event.data.data !== undefined && !isCorrection(target.event))
      this.addTopics(target.position, target.event.type, event.data.data);
  }

  private addSubjects({ event }: RecordedEvent): void {
    for (const subject of subjectsOf(event)) this.subjects.add(subject);
  }

  private addTopics(position: number, type: EventType, data: unknown): void {
    visitTopics(type, data as Readonly<Record<string, unknown>>, {
      topic: (kind, name) => {
        const topic = `${kind} ${name}`;
        this.byTopic.set(topic, (this.byTopic.get(topic) ?? new Set()).add(position));
      },
      name: (kind, name) => {
        this.byKind.set(kind, (this.byKind.get(kind) ?? new Set()).add(name));
      },
    });
  }

  /** The positions of events under a topic that are not in the index; none if there are none. */
  positions(kind: TopicKind, name: string): ReadonlySet<number> | undefined {
    return this.byTopic.get(`${kind} ${name}`);
  }

  /** The names of a kind that they mention. */
  names(kind: RegisteredKind): ReadonlySet<string> {
    return this.byKind.get(kind) ?? nobody;
  }
}
