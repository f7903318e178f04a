/** Events that are not recorded but that a view treats as recorded (R20). */
import type { EventType } from '../domain/events/catalogue.ts';
import { type Event, encodeData } from '../domain/events/event.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { unattributed } from '../domain/recording/attribution.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';

/** A position before every simulated event and after every recorded one. */
const beforeSimulated = 2 ** 50;

/** Events as if recorded next, at positions that no recorded event has. */
export const asIfRecorded = (
  events: ReadonlyArray<Event>,
  recordedAt: Instant,
): ReadonlyArray<RecordedEvent> =>
  // They get every authority, so that none is refused for lack of it.
  events.map((event, index) => ({
    position: beforeSimulated + index + 1,
    recordedAt,
    ...unattributed,
    event,
  }));

const nobody: ReadonlySet<string> = new Set();

/** The topics, names and subjects of simulated events. Those of recorded events are in the index. */
export class SimulatedEventIndex {
  /** By position, in log order. */
  readonly events: ReadonlyMap<number, RecordedEvent>;
  /** By kind and name, separated by a space; no kind contains a space. */
  private readonly byTopic = new Map<string, Set<number>>();
  private readonly byKind = new Map<RegisteredKind, Set<string>>();
  /** The subjects of the events. */
  readonly subjects = new Set<string>();

  constructor(events: ReadonlyArray<RecordedEvent>) {
    this.events = new Map(events.map((recorded) => [recorded.position, recorded]));
  }

  /** Adds the topics of one event, as recorded and as corrected. */
  add(recorded: RecordedEvent, corrections: ReadonlyArray<RecordedEvent>): void {
    const { position, event } = recorded;
    this.addTopics(position, event.type, encodeData(event));
    this.addSubjects(recorded);
    for (const correction of corrections) this.addCorrected(recorded, correction);
  }

  /** Adds the topics of a target that one of the events corrects, with its earlier corrections. */
  addCorrection(
    target: RecordedEvent,
    corrections: ReadonlyArray<RecordedEvent>,
    correction: RecordedEvent,
  ): void {
    // The data of the people whom the target names, as recorded or as corrected, may be elsewhere now.
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

  /** The positions of simulated events under a topic; undefined if there are none. */
  positions(kind: TopicKind, name: string): ReadonlySet<number> | undefined {
    return this.byTopic.get(`${kind} ${name}`);
  }

  /** The names of a kind that the events mention. */
  names(kind: RegisteredKind): ReadonlySet<string> {
    return this.byKind.get(kind) ?? nobody;
  }
}
