/**
 * Topics: what an event is indexed under. A question reads the events of the few topics that concern it.
 *
 * A topic is a kind and a name, kept as a hash (see `topic-hash.ts`). An event corrected into something else is indexed
 * under the topics of both.
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

/** What events can be asked for by. */
export type TopicKind =
  /** every event that names the subject */
  | 'subject'
  /** what happened to the population's data as a whole, and its registrations */
  | 'population'
  /** registrations and transfers of the site */
  | 'site'
  /** what happened to data at the site */
  | 'data-at'
  /** registrations of the dataset */
  | 'dataset'
  /** what happened to data of the dataset */
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
  /** what the source vouched: a posting list alone */
  | 'source'
  /** everything of a kind: the name is `all` */
  | 'reach'
  | 'accesses'
  | 'policies'
  | 'vouches'
  /** possible discrepancies: whether an event fits the others is judged when asked */
  | 'doubts';

const nothing = new Uint8Array(0);

/** The beginning of the hash of every topic of a kind. */
export const topicOfKind = (kind: TopicKind): TopicHash => TopicHash.of(`${kind} `);

/** The hash of a topic. */
export const topic = (kind: TopicKind, name: string): Topic =>
  TopicHash.of(`${kind} ${name}`).with(nothing, 0, 0);

/** The topic of every event that may not fit the others (R1). */
export const possibleDiscrepancies: Topic = topic('doubts', 'all');

/** Told about each topic and name of an event. */
export interface TopicVisitor {
  topic(kind: TopicKind, name: string): void;
  name(kind: RegisteredKind, name: string): void;
}

/** What a name in a place of an event is indexed as: these topics, and the kind of names it is listed among. */
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

/** What an enrolment is indexed by, even if a correction puts other fields in its data. */
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
      // The enrolments of a population have a posting list of their own.
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

/** The topics that hold everything of a chapter. */
const topicsOfChapter: Readonly<Partial<Record<Chapter, ReadonlyArray<TopicKind>>>> = {
  access: ['accesses'],
  reach: ['reach'],
  policy: ['policies'],
  coverage: ['vouches'],
};

/** For each event type: what the names in it are indexed as, and the topics of every event of the type. */
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
 * Visits the topics and names of an event of a type with this data. The data of a correction is visited as that of its
 * target's type; it may not fit the type, and is then visited for what it names.
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
 * The kinds of topics under which the events are found that name a thing of a kind, but for the enrolments in a
 * population. Every event under the other topics of a name is under the first one too.
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
