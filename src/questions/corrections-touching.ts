/**
 * The corrections that may have changed where a subject's data was or who could reach it. They correct events that
 * name, in any version, something related to the subject's data.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { kindAt, type NameKind, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';
import { reachIndexOf } from './reach.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/** Corrections to examine: the latest. */
const correctionsMax = 5_000;

type Names = Readonly<Record<NameKind, Set<string>>>;

const noNames = (): Names => ({
  ...{ subject: new Set(), population: new Set(), site: new Set(), dataset: new Set() },
  ...{ party: new Set(), backup: new Set(), grant: new Set(), policy: new Set() },
});

/** The data of all known versions of an event: as recorded, and as corrections give it. */
const versionsOf = (view: View, recorded: RecordedEvent): ReadonlyArray<JsonObject> =>
  [recorded, ...view.correctionsOf(recorded)].flatMap(({ event }) => {
    if (event.type === 'EventRetracted') return [];
    const data = event.type === 'EventCorrected' ? event.data.data : encodeData(event);
    return data === undefined ? [] : [data as JsonObject];
  });

/** Adds the names in all known versions of an event. */
const addNames = (view: View, recorded: RecordedEvent, names: Names): void => {
  for (const data of versionsOf(view, recorded))
    visitNames(data, (place, name) => names[kindAt(place)].add(name));
};

/** Whether a known version of an event is under a topic: the index also leads to events by later corrections. */
const isUnder = (view: View, recorded: RecordedEvent, kind: TopicKind, name: string): boolean => {
  let found = false;
  for (const data of versionsOf(view, recorded))
    visitTopics(recorded.event.type, data, {
      topic: (each, of) => {
        found ||= each === kind && of === name;
      },
      name: () => {},
    });
  return found;
};

/** The event at a position; for a correction, its target. */
const targetAt = (view: View, position: number): RecordedEvent | undefined => {
  const recorded = view.recorded(position);
  if (recorded === undefined || !isCorrection(recorded.event)) return recorded;
  const target = view.find(recorded.event.data.event);
  return target === undefined ? undefined : view.recorded(target);
};

/** The names related to the subject's data, and the parties nearest to it. */
const namesAround = (view: View, subject: string): Names => {
  const names = noNames();
  names.subject.add(subject);
  const addAll = (kind: TopicKind, name: string, into: Names): void => {
    for (const position of view.positions(kind, name)) {
      view.work.goOn(stepsOfFact);
      const target = targetAt(view, position);
      if (target !== undefined && isUnder(view, target, kind, name)) addNames(view, target, into);
    }
  };
  addAll('subject', subject, names);
  for (const population of [...names.population]) addAll('population', population, names);
  for (const backup of [...names.backup]) addAll('backup', backup, names);
  names.subject.clear();
  names.subject.add(subject);
  const around = noNames();
  for (const site of names.site) {
    addAll('site', site, around);
    addAll('grants-over-site', site, around);
  }
  for (const dataset of names.dataset) addAll('grants-over-dataset', dataset, around);
  for (const population of names.population) addAll('grants-over-population', population, around);
  for (const backup of names.backup) addAll('grants-over-backup', backup, around);
  for (const party of around.party) names.party.add(party);
  for (const grant of around.grant) names.grant.add(grant);
  return names;
};

/** The kinds of names by which an event of the type may affect the subject's data. Enrolments of others do not. */
const kindsThatMatter = (type: EventType): ReadonlyArray<NameKind> => {
  if (traitsOf(type).enrols) return ['subject'];
  if (!concerns(type, 'reach')) return ['subject', 'population', 'backup'];
  return ['subject', 'population', 'backup', 'site', 'dataset', 'grant', 'party'];
};

/** The positions of the corrections that may have affected the subject's data or its reach, in log order. */
export const correctionsTouching = (view: View, subject: string): ReadonlyArray<number> => {
  const corrections = view.index.lastCorrections(view.recordedUpTo, correctionsMax);
  if (corrections.length === 0) return [];
  const names = namesAround(view, subject);
  const { parties } = reachIndexOf(view);
  /** Adds a party, and every party with a path to it. */
  const addParty = (party: string): void => {
    const found = new Set([party]);
    for (const each of found) {
      names.party.add(each);
      for (const { from } of parties.into(each)) if (!names.party.has(from)) found.add(from);
    }
  };
  for (const party of [...names.party]) addParty(party);
  const touching = new Set<number>();
  let left = corrections.flatMap((position) => {
    const target = targetAt(view, position);
    if (target === undefined || isCorrection(target.event)) return [];
    const named = noNames();
    addNames(view, target, named);
    return [{ position, type: target.event.type, named }];
  });
  const meets = (kinds: ReadonlyArray<NameKind>, named: Names): boolean =>
    kinds.some((kind) => [...named[kind]].some((name) => names[kind].has(name)));
  // A party that one correction adds may lead to a further correction.
  for (let found = true; found; ) {
    found = false;
    left = left.filter(({ position, type, named }) => {
      if (!meets(kindsThatMatter(type), named)) return true;
      touching.add(position);
      for (const party of named.party) addParty(party);
      found = true;
      return false;
    });
  }
  return [...touching].sort((a, b) => a - b);
};
