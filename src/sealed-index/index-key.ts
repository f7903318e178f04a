/**
 * The keys of the sealed index (V12), which the rules look up for questions about a person, a site, a party or a
 * finding. The keys of an event depend only on the event and its position, so that everybody computes the same
 * index for a stretch of the log.
 *
 * A correction has every key that its data might give its target, whatever the target's type. The reader, who has
 * both, decides.
 */
import * as E from 'fp-ts/lib/Either.js';
import { concerns, type EventType, eventTypes, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { kindAt, type NamePlace, places, visitNames } from '../domain/events/places.ts';
import { decodeStored, parseCurrent } from '../domain/events/stored.ts';
import { formatInstant, parseInstant } from '../domain/time/instant.ts';
import { type TopicKind, topicRules, visitTopics } from '../projections/topics.ts';

/** A key as text: JSON of its kind and names, in ASCII, so that all comparisons of texts agree on the order. */
export type IndexKey = string;

const nonAscii = /[\u007f-\uffff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A name that JSON does not escape. */
const plain = /^[ !#-[\]-~]*$/;
const quoted = (part: string): string =>
  plain.test(part) ? `"${part}"` : JSON.stringify(part).replace(nonAscii, escaped);

const keyOf = (...parts: ReadonlyArray<string>): IndexKey => `[${parts.map(quoted).join(',')}]`;

/** The common prefix of all keys with these parts followed by others. */
const beginningOf = (...parts: ReadonlyArray<string>): string => `${keyOf(...parts).slice(0, -1)},`;

/** Topics with one key each, for all positions. */
const sealedTopics: ReadonlySet<TopicKind> = new Set<TopicKind>([
  'subject',
  'population',
  'site',
  'dataset',
  'party',
  'backup',
  'grant',
  'grants-over-site',
  'grants-over-dataset',
  'grants-over-population',
  'grants-over-backup',
  'reach',
  'policies',
]);

/** Topics with a key for each range of positions: lists under a single key would grow with the number of people. */
const rangedTopics: ReadonlySet<TopicKind> = new Set<TopicKind>(['data-at', 'data-of']);

/** Whether a topic has keys in the sealed index. */
export const isSealedTopic = (kind: TopicKind): boolean => sealedTopics.has(kind) || rangedTopics.has(kind);

/** Whether a topic has a key for each range of positions. */
export const isRangedTopic = (kind: TopicKind): boolean => rangedTopics.has(kind);

/** Positions in a range. A range is a sealed stretch, so its list is the same in every larger one. */
const rangePositions = 16_384;

const rangedKey = (kind: string, name: string, position: number): IndexKey =>
  keyOf(kind, name, String(Math.floor((position - 1) / rangePositions)));

/** The common prefix of the keys of a topic with ranges. */
export const rangesBeginning = (kind: TopicKind, name: string): string => beginningOf(kind, name);

/** The common prefix of the keys of enrolments in a population. */
export const enrolmentsBeginning = (population: string): string => beginningOf('enrolled', population);

/** The common prefix of the keys of a party's accesses. */
export const accessesBeginning = (party: string): string => beginningOf('accesses-by', party);

/** Topics whose names are few and come up again and again. */
const topicsOfFewNames: ReadonlySet<TopicKind> = new Set<TopicKind>([
  'population',
  'site',
  'dataset',
  'reach',
  'policies',
  'grants-over-site',
  'grants-over-dataset',
  'grants-over-population',
]);
const keptNamesMax = 1_024;
const keptKeys = new Map([...topicsOfFewNames].map((kind) => [kind, new Map<string, IndexKey>()]));

/** The key of a topic. Cached, because making a key takes longer than looking it up. */
export const topicKey = (kind: TopicKind, name: string): IndexKey => {
  const kept = keptKeys.get(kind);
  const known = kept?.get(name);
  if (known !== undefined) return known;
  const key = keyOf(kind, name);
  if (kept !== undefined) {
    if (kept.size >= keptNamesMax) kept.clear();
    kept.set(name, key);
  }
  return key;
};

/** The key of a topic for an event at a position. */
const keyOfTopic = (kind: TopicKind, name: string, position: number): IndexKey =>
  isRangedTopic(kind) ? rangedKey(kind, name, position) : topicKey(kind, name);

/** The key of the event with this `source` and `id`. */
export const identityKey = (source: string, id: string): IndexKey => keyOf('id', source, id);

/** The key of all corrections and retractions of the event with this `source` and `id`. */
export const correctionsKey = (source: string, id: string): IndexKey => keyOf('corrections', source, id);

/** The places in which memberships, control relations, sites and grants name parties; `party` is the grantee. */
const rolePlaces = ['member', 'group', 'controller', 'controlled', 'operator', 'owner', 'party'] as const;
/** The role of a party in a membership, a control relation, a site or a grant. */
export type PartyRole = (typeof rolePlaces)[number];

const isRole = (place: NamePlace): place is PartyRole =>
  (rolePlaces as ReadonlyArray<NamePlace>).includes(place);

/** The key of the memberships, control relations, sites or grants in which a party has a role. */
export const roleKey = (role: PartyRole, party: string): IndexKey => keyOf('role', role, party);

/** The key of every correction and retraction. */
export const everyCorrectionKey: IndexKey = keyOf('every-correction');

const namingKey = (kind: 'site' | 'party', name: string, source: string): IndexKey =>
  keyOf('naming', kind, name, source);

/**
 * The common prefix of the keys of sources that name a site or party. A key has only the first such event of a
 * stretch.
 */
export const namingBeginning = (kind: 'site' | 'party', name: string): string =>
  beginningOf('naming', kind, name);

/** The common prefix of the keys of corrections that name a site or party, by source. */
export const namingCorrectionBeginning = (kind: 'site' | 'party', name: string): string =>
  beginningOf('naming-correction', kind, name);

/** The common prefix of the keys of a source's vouches. The instant up to which it vouched follows. */
export const vouchBeginning = (source: string): string => beginningOf('vouch', source);

/** The last part of a key. */
export const lastPartOf = (key: IndexKey): string => (JSON.parse(key) as ReadonlyArray<string>).at(-1)!;

/** Whether a key has only the first position of a stretch: later ones add nothing. */
export const hasFirstOnly = (key: IndexKey): boolean => key.startsWith('["naming",');

/** The topics that a name in a place may give an event of any type. */
const topicsInPlace: ReadonlyMap<NamePlace, ReadonlyArray<TopicKind>> = new Map(
  places.map((place) => [
    place,
    [...new Set(eventTypes.flatMap((type) => topicRules[type].names[place]?.topics ?? []))].filter(
      isSealedTopic,
    ),
  ]),
);

/** The parts of a stored event that are indexed. */
export interface IndexedEvent {
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

const shapeOf = (bytes: Uint8Array): { readonly type: EventType; readonly data: JsonObject } | undefined => {
  const current = parseCurrent(bytes);
  if (current !== undefined) return current;
  const decoded = decodeStored(bytes);
  return E.isRight(decoded)
    ? { type: decoded.right.type, data: encodeData(decoded.right) as JsonObject }
    : undefined;
};

const objectIn = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

const addVouch = (source: string, data: JsonObject, add: (key: IndexKey) => void): void => {
  const upTo = parseInstant(String(data.upTo));
  if (E.isRight(upTo)) add(keyOf('vouch', source, formatInstant(upTo.right)));
};

/** The keys with ranges: of enrolments in a population, and of accesses by a party. */
const addEnrolment = (data: JsonObject, position: number, add: (key: IndexKey) => void): void => {
  if (typeof data.population === 'string') add(rangedKey('enrolled', data.population, position));
};
const addAccess = (data: JsonObject, position: number, add: (key: IndexKey) => void): void => {
  if (typeof data.party === 'string') add(rangedKey('accesses-by', data.party, position));
};

const addCorrection = (
  { position, source }: IndexedEvent,
  data: JsonObject,
  add: (key: IndexKey) => void,
): void => {
  const target = objectIn(data.event);
  add(everyCorrectionKey);
  if (typeof target?.source !== 'string' || typeof target.id !== 'string') return;
  add(correctionsKey(target.source, target.id));
  const replaced = objectIn(data.data);
  if (replaced === undefined) return;
  visitNames(replaced, (place, name) => {
    for (const kind of topicsInPlace.get(place)!) add(keyOfTopic(kind, name, position));
    const kind = kindAt(place);
    if (isRole(place)) add(roleKey(place, name));
    if (kind === 'site' || kind === 'party') add(keyOf('naming-correction', kind, name, source));
  });
  addEnrolment(replaced, position, add);
  addAccess(replaced, position, add);
  addVouch(target.source, replaced, add);
};

/** Visits the keys of a stored event, some of them more than once. */
export const visitKeys = (event: IndexedEvent, add: (key: IndexKey) => void): void => {
  const { position, source, id, bytes } = event;
  add(identityKey(source, id));
  const shape = shapeOf(bytes);
  if (shape === undefined) return;
  const { type, data } = shape;
  if (concerns(type, 'correction')) return addCorrection(event, data, add);
  visitTopics(type, data, {
    topic: (kind, name) => {
      if (isSealedTopic(kind)) add(keyOfTopic(kind, name, position));
    },
    name: (kind, name) => {
      if (kind === 'site' || kind === 'party') add(namingKey(kind, name, source));
    },
  });
  if (traitsOf(type).vouches) addVouch(source, data, add);
  if (traitsOf(type).enrols) addEnrolment(data, position, add);
  if (concerns(type, 'access')) addAccess(data, position, add);
  if (concerns(type, 'reach'))
    visitNames(data, (place, name) => {
      if (isRole(place)) add(roleKey(place, name));
    });
};

/** The distinct keys of a stored event. */
export const keysOf = (event: IndexedEvent): ReadonlySet<IndexKey> => {
  const keys = new Set<IndexKey>();
  visitKeys(event, (key) => keys.add(key));
  return keys;
};
