/**
 * What the events between two moments of knowledge affect, as the later moment knows them: where whose data is, who
 * reaches it, and what findings are based on.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { type NamePlace, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

export interface Affected {
  /** Subjects, populations and backups whose data may be elsewhere now. */
  readonly subjects: Set<string>;
  readonly populations: Set<string>;
  readonly backups: Set<string>;
  /** The datasets of the events scoped to populations. */
  readonly ofPopulations: Set<string>;
  /** Populations whose enrolments changed. */
  readonly enrolledIn: Set<string>;
  /** Subjects and populations whose data was accessed. */
  readonly accessed: Set<string>;
  readonly accessedPopulations: Set<string>;
  /** Parties whose description or relations changed: members and controlled parties. */
  readonly parties: Set<string>;
  /** Sites, datasets and populations whose description changed. */
  readonly sites: Set<string>;
  readonly datasets: Set<string>;
  readonly described: Set<string>;
  /** Whether reach may have changed. */
  reach: boolean;
  /** The positions of events that were corrected or retracted. */
  readonly corrected: Set<number>;
}

/** Whether an event was corrected or retracted. */
export const hasCorrections = ({ corrected }: Affected): boolean => corrected.size > 0;

/** The target of a correction, if it is known; any other event itself. */
const targetOf = (view: View, recorded: RecordedEvent): RecordedEvent | undefined => {
  if (!isCorrection(recorded.event)) return recorded;
  const target = view.find(recorded.event.data.event);
  return target === undefined ? undefined : view.recorded(target);
};

/** What a recorded event that enrols many people says, without the people; undefined for others and where it is corrected. */
const uncorrectedOfMany = (view: View, position: number): { readonly population: string } | undefined => {
  if (view.isSimulated()) return undefined;
  const recorded = view.index.enrolmentOfMany(position);
  if (recorded?.event.type !== 'SubjectsEnrolled') return undefined;
  return view.correctionsOf(recorded).length > 0 ? undefined : recorded.event.data;
};

/** The kind of the names in an event about residency. */
const ofResidency: Readonly<Partial<Record<NamePlace, 'subjects' | 'populations' | 'backups'>>> = {
  subject: 'subjects',
  subjects: 'subjects',
  'scope.subject': 'subjects',
  'scope.population': 'populations',
  population: 'populations',
  backup: 'backups',
};

/** The kind of the names in an event about reach. */
const ofReach: Readonly<Partial<Record<NamePlace, 'parties' | 'sites'>>> = {
  party: 'parties',
  member: 'parties',
  controlled: 'parties',
  site: 'sites',
};

const ofAccess: Readonly<Partial<Record<NamePlace, 'accessed' | 'accessedPopulations'>>> = {
  'scope.subject': 'accessed',
  'scope.population': 'accessedPopulations',
};

const ofDescription: Readonly<Partial<Record<NamePlace, 'datasets' | 'described'>>> = {
  dataset: 'datasets',
  population: 'described',
};

type NamesOf = Readonly<
  Partial<
    Record<
      NamePlace,
      {
        [K in keyof Affected]: Affected[K] extends Set<string> ? K : never;
      }[keyof Affected]
    >
  >
>;

const namesOf = (type: EventType): NamesOf => {
  if (traitsOf(type).enrols) return { ...ofResidency, population: 'enrolledIn' };
  if (concerns(type, 'residency')) return ofResidency;
  // A grant describes nobody; what it covers leads to the people it concerns.
  if (type === 'AccessGranted' || type === 'AccessRevoked') return {};
  if (concerns(type, 'reach')) return ofReach;
  if (concerns(type, 'access')) return ofAccess;
  if (concerns(type, 'description')) return ofDescription;
  return {};
};

/**
 * What is affected by the events that the later view knows and the earlier one does not. Of the people whom an event
 * enrols together with many others, only individuals and those who are followed are among the subjects.
 *
 * @param followed the people who are followed although they may be no individuals.
 */
export const affectedBetween = (earlier: View, later: View, followed: () => Iterable<string>): Affected => {
  const affected: Affected = {
    subjects: new Set(),
    populations: new Set(),
    backups: new Set(),
    ofPopulations: new Set(),
    enrolledIn: new Set(),
    accessed: new Set(),
    accessedPopulations: new Set(),
    parties: new Set(),
    sites: new Set(),
    datasets: new Set(),
    described: new Set(),
    reach: false,
    corrected: new Set(),
  };
  const addNamesIn = ({ event }: RecordedEvent, { event: { type } }: RecordedEvent): void => {
    if (concerns(type, 'reach')) affected.reach = true;
    const names = namesOf(type);
    const correction = event.type === 'EventCorrected' ? event.data.data : undefined;
    const data = isCorrection(event) ? correction : encodeData(event);
    if (data === undefined) return;
    const inPlaces = new Map<NamePlace, string>();
    visitNames(data as JsonObject, (place, name) => {
      const kind = names[place];
      if (kind !== undefined) affected[kind].add(name);
      if (place === 'scope.population' || place === 'dataset') inPlaces.set(place, name);
    });
    const dataset = inPlaces.get('dataset');
    if (dataset !== undefined && inPlaces.has('scope.population')) affected.ofPopulations.add(dataset);
  };
  let hasEnrolmentsOfMany = false;
  for (const position of later.knownAfter(earlier.known.position)) {
    later.work.goOn(stepsOfFact);
    const ofMany = uncorrectedOfMany(later, position);
    if (ofMany !== undefined) {
      affected.enrolledIn.add(ofMany.population);
      hasEnrolmentsOfMany = true;
      continue;
    }
    const recorded = later.recorded(position);
    const target = recorded === undefined ? undefined : targetOf(later, recorded);
    if (target === undefined) continue;
    addNamesIn(target, target);
    // Earlier corrections count too: one may have come before its target, and another may no longer apply.
    const corrections = later.correctionsOf(target);
    if (corrections.length > 0) affected.corrected.add(target.position);
    for (const correction of corrections) addNamesIn(correction, target);
  }
  if (hasEnrolmentsOfMany)
    for (const subject of later.index.enrolledAmong(followed(), earlier.known.position, later.known.position))
      affected.subjects.add(subject);
  return affected;
};
