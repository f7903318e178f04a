/**
 * The corrections that may have changed where a subject's data was or who could reach it. They correct events that
 * name, in any version, something related to the subject's data.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import { kindAt, type NameKind, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
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

/** Adds the names in all known versions of an event. */
const addNames = (view: View, recorded: RecordedEvent, names: Names): void => {
  for (const { event } of [recorded, ...view.correctionsOf(recorded)]) {
    const data = event.type === 'EventCorrected' ? event.data.data : encodeData(event);
    if (data === undefined || event.type === 'EventRetracted') continue;
    visitNames(data as Readonly<Record<string, unknown>>, (place, name) => names[kindAt(place)].add(name));
  }
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
  const addAll = (positions: Iterable<number>): void => {
    for (const position of positions) {
      view.work.goOn(stepsOfFact);
      const target = targetAt(view, position);
      if (target !== undefined) addNames(view, target, names);
    }
  };
  addAll(view.positions('subject', subject));
  for (const population of [...names.population]) addAll(view.positions('population', population));
  for (const backup of [...names.backup]) addAll(view.positions('backup', backup));
  names.subject.clear();
  names.subject.add(subject);
  const around = noNames();
  const addGrants = (positions: Iterable<number>): void => {
    for (const position of positions) {
      view.work.goOn(stepsOfFact);
      const target = targetAt(view, position);
      if (target !== undefined) addNames(view, target, around);
    }
  };
  for (const site of names.site) {
    addGrants(view.positions('site', site));
    addGrants(view.positions('grants-over-site', site));
  }
  for (const dataset of names.dataset) addGrants(view.positions('grants-over-dataset', dataset));
  for (const population of names.population) addGrants(view.positions('grants-over-population', population));
  for (const backup of names.backup) addGrants(view.positions('grants-over-backup', backup));
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
