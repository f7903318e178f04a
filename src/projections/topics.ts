/**
 * Topics: what an event is indexed under. A question reads only the events of the topics that concern it.
 *
 * A topic is a kind and a name, stored as a hash (see `topic-hash.ts`). A corrected event is indexed under the
 * topics of both versions.
 */

import { type Chapter, type EventType, eventTypes, traitsOf } from '../domain/events/catalogue.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import {
  kindAt,
  type NameKind,
  type NamePlace,
  places,
  type RegisteredKind,
  visitNames,
} from '../domain/events/places.ts';
import { type Topic, TopicHash } from './topic-hash.ts';

/** The kinds of topics by which questions read events. */
export type TopicKind =
  /** every event that names the subject */
  | 'subject'
  /** events about the population's data as a whole, and its registrations */
  | 'population'
  /** registrations and transfers of the site */
  | 'site'
  /** events about data at the site */
  | 'data-at'
  /** registrations of the dataset */
  | 'dataset'
  /** events about data of the dataset */
  | 'data-of'
  | 'backup'
  | 'grant'
  | 'policy'
  /** registrations of the party */
  | 'party'
  /** every event that names the party */
  | 'party-named'
  /** grants over the site, dataset, population or backup (those over one subject's data are under the subject) */
  | 'grants-over-site'
  | 'grants-over-dataset'
  | 'grants-over-population'
  | 'grants-over-backup'
  /** the vouches of the source: only a posting list */
  | 'source'
  /** all events of a chapter: the name is `all` */
  | 'reach'
  | 'accesses'
  | 'policies'
  | 'vouches'
  /** possible discrepancies: whether an event fits the others is decided when a question asks */
  | 'doubts';

const nothing = new Uint8Array(0);

/** The common prefix of the hashes of a kind's topics. */
export const topicOfKind = (kind: TopicKind): TopicHash => TopicHash.of(`${kind} `);

/** The hash of a topic. */
export const topic = (kind: TopicKind, name: string): Topic =>
  TopicHash.of(`${kind} ${name}`).with(nothing, 0, 0);

/** The topic of every event that may not fit the others (R1). */
export const possibleDiscrepancies: Topic = topic('doubts', 'all');

/** Receives each topic and name of an event. */
export interface TopicVisitor {
  topic(kind: TopicKind, name: string): void;
  name(kind: RegisteredKind, name: string): void;
}

/** How a name in a place of an event is indexed: its topics, and the kind of names that it is listed among. */
export interface NameRule {
  readonly topics: ReadonlyArray<TopicKind>;
  readonly listed: RegisteredKind | undefined;
}

const listedAs: Readonly<Record<NameKind, RegisteredKind | undefined>> = {
  population: 'population',
  site: 'site',
  dataset: 'dataset',
  party: 'party',
  policy: 'policy',
  subject: undefined,
  backup: undefined,
  grant: undefined,
};

/** The places by which an enrolment is indexed, even if a correction puts other fields in its data. */
const placesOfEnrolments: ReadonlySet<NamePlace> = new Set<NamePlace>(['subject', 'subjects', 'population']);

const topicsAt = (type: EventType, place: NamePlace): ReadonlyArray<TopicKind> => {
  const { registers, transfers, enrols } = traitsOf(type);
  const kind = kindAt(place);
  switch (place) {
    case 'over.site':
    case 'over.dataset':
    case 'over.population':
    case 'over.backup':
      return [`grants-over-${kind as 'site' | 'dataset' | 'population' | 'backup'}`];
    case 'population':
      // The enrolments in a population have a posting list instead.
      return enrols ? [] : ['population'];
    default:
  }
  switch (kind) {
    case 'site':
      return [registers === 'site' || transfers === 'site' ? 'site' : 'data-at'];
    case 'dataset':
      return [registers === 'dataset' ? 'dataset' : 'data-of'];
    case 'party':
      return registers === 'party' ? ['party-named', 'party'] : ['party-named'];
    default:
      return [kind];
  }
};

const namesOfType = (type: EventType): Readonly<Record<NamePlace, NameRule | undefined>> => {
  const isIndexed = (place: NamePlace): boolean => !traitsOf(type).enrols || placesOfEnrolments.has(place);
  return Object.fromEntries(
    places.map((place) => [
      place,
      isIndexed(place) ? { topics: topicsAt(type, place), listed: listedAs[kindAt(place)] } : undefined,
    ]),
  ) as Readonly<Record<NamePlace, NameRule | undefined>>;
};

/** The topics of all events of a chapter. */
const topicsOfChapter: Readonly<Partial<Record<Chapter, ReadonlyArray<TopicKind>>>> = {
  access: ['accesses'],
  reach: ['reach'],
  policy: ['policies'],
  coverage: ['vouches'],
};

/** For each event type: how its names are indexed, and the topics of every event of the type. */
export const topicRules = Object.fromEntries(
  eventTypes.map((type) => [
    type,
    { names: namesOfType(type), whole: topicsOfChapter[traitsOf(type).concerns] ?? [] },
  ]),
) as Readonly<
  Record<
    EventType,
    {
      readonly names: Readonly<Record<NamePlace, NameRule | undefined>>;
      readonly whole: ReadonlyArray<TopicKind>;
    }
  >
>;

/**
 * Visits the topics and names of an event of a type with this data. The data of a correction is visited as that of
 * its target's type; if it does not fit the type, only its names are visited.
 */
export const visitTopics = (type: EventType, data: JsonObject, visit: TopicVisitor): void => {
  const { names, whole } = topicRules[type];
  for (const kind of whole) visit.topic(kind, 'all');
  visitNames(data, (place, name) => {
    const rule = names[place];
    if (rule === undefined) return;
    for (const kind of rule.topics) visit.topic(kind, name);
    if (rule.listed !== undefined) visit.name(rule.listed, name);
  });
};

/**
 * The kinds of topics that contain the events naming a thing of a kind, except enrolments in a population. Every
 * event under another topic of the name is also under its first one.
 */
export const topicsNaming = (kind: NameKind): ReadonlyArray<TopicKind> => [
  ...new Set(
    eventTypes.flatMap((type) =>
      places
        .filter((place) => kindAt(place) === kind)
        .flatMap((place) => topicRules[type].names[place]?.topics[0] ?? []),
    ),
  ),
];
