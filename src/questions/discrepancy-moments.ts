/**
 * The moments of knowledge at which it may change whether an event fits the others (R1).
 *
 * Whether it does depends on what comes before it in the order of R3, on the registrations of what it names, and on the
 * corrections of any of these. So a later event matters where it is late, or registers something, or is a correction.
 */
import { concerns, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import { kindAt, type NameKind, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { TopicKind } from '../projections/topics.ts';
import type { View } from './view.ts';

/** Moments at which an event is judged, at the most: the first ones after it was recorded. */
const momentsMax = 500;

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

/** The positions from that of the event on at which it may come to fit, or not to fit, in log order. */
export const momentsOf = (view: View, recorded: RecordedEvent): ReadonlyArray<number> => {
  const { event, position } = recorded;
  const moments = new Set([position]);
  if (isCorrection(event)) {
    const target = view.find(event.data.event);
    if (target !== undefined && target > position && target <= view.recordedUpTo) moments.add(target);
    return [...moments];
  }
  for (const correction of view.correctionsOf(recorded)) moments.add(Math.max(position, correction.position));
  const { named, latest } = versionsOf(view, recorded);
  const seen = new Set<string>();
  const add = (kind: TopicKind, name: string): void => {
    const key = `${kind} ${name}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const each of view.positions(kind, name)) {
      const other = view.recorded(each);
      if (other === undefined || other.position === position) continue;
      const isDeciding =
        isCorrection(other.event) ||
        traitsOf(other.event.type).registers !== undefined ||
        other.event.time <= latest ||
        view.correctionsOf(other).length > 0;
      if (isDeciding && each > position) moments.add(each);
      // What is told of a subject, or of a backup, depends on its populations and backups.
      if (!concerns(other.event.type, 'residency') || kind === 'population') continue;
      const { named: others } = versionsOf(view, other);
      for (const population of others.get('population') ?? []) add('population', population);
      for (const backup of others.get('backup') ?? []) add('backup', backup);
      for (const subject of kind === 'backup' ? (others.get('subject') ?? []) : []) add('subject', subject);
    }
  };
  for (const [kind, names] of named)
    for (const name of names) for (const topic of decidingTopics[kind]) add(topic, name);
  if (concerns(event.type, 'reach')) for (const party of named.get('party') ?? []) add('party-named', party);
  return [...moments].sort((a, b) => a - b).slice(0, momentsMax);
};
