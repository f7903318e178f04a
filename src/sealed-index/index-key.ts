/**
 * The keys of the sealed index (V12): what the rules look up for a question about a person. The keys of an event follow
 * from the event alone, so that a stretch of the log has one index, whoever makes it.
 *
 * A correction stands under every key to which its data might bring its target, whatever the type of that: whether it does
 * is for the reader to see, who has both.
 */
import * as E from 'fp-ts/lib/Either.js';
import { concerns, type EventType, eventTypes, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { kindAt, type NamePlace, places, visitNames } from '../domain/events/places.ts';
import { decodeStored, parseCurrent } from '../domain/events/stored.ts';
import { formatInstant, parseInstant } from '../domain/time/instant.ts';
import { type TopicKind, topicRules, visitTopics } from '../projections/topics.ts';

/** A key as text: JSON of its kind and names, in ASCII, so that every way to compare texts gives one order. */
export type IndexKey = string;

const nonAscii = /[\u007f-\uffff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A name that stands in JSON as it is. */
const plain = /^[ !#-[\]-~]*$/;
const quoted = (part: string): string =>
  plain.test(part) ? `"${part}"` : JSON.stringify(part).replace(nonAscii, escaped);

const keyOf = (...parts: ReadonlyArray<string>): IndexKey => `[${parts.map(quoted).join(',')}]`;

/** The text with which every key begins that has these parts and others after them. */
const beginningOf = (...parts: ReadonlyArray<string>): string => `${keyOf(...parts).slice(0, -1)},`;

/** The topics that are keys. Those with an event for nearly every one recorded are not: no question about a person asks for them. */
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

/** Whether a topic is a key of the sealed index. */
export const isSealedTopic = (kind: TopicKind): boolean => sealedTopics.has(kind);

/** The key of a topic. */
export const topicKey = (kind: TopicKind, name: string): IndexKey => keyOf(kind, name);

/** The key of the event with this `source` and `id`. */
export const identityKey = (source: string, id: string): IndexKey => keyOf('id', source, id);

/** The key of everything that corrects or retracts the event with this `source` and `id`. */
export const correctionsKey = (source: string, id: string): IndexKey => keyOf('corrections', source, id);

/** The places in which memberships and controls name parties. */
const rolePlaces = ['member', 'group', 'controller', 'controlled'] as const;
/** What a party is in a membership or a control. */
export type PartyRole = (typeof rolePlaces)[number];

const isRole = (place: NamePlace): place is PartyRole =>
  (rolePlaces as ReadonlyArray<NamePlace>).includes(place);

/** The key of the memberships, or controls, in which a party has a role. */
export const roleKey = (role: PartyRole, party: string): IndexKey => keyOf('role', role, party);

/** The key of every correction and retraction. */
export const everyCorrectionKey: IndexKey = keyOf('every-correction');

const namingKey = (kind: 'site' | 'party', name: string, source: string): IndexKey =>
  keyOf('naming', kind, name, source);

/** How the keys begin of the sources that name a site or party; a key has the first such event of a stretch alone. */
export const namingBeginning = (kind: 'site' | 'party', name: string): string =>
  beginningOf('naming', kind, name);

/** How the keys begin of corrections that name a site or party, by their source. */
export const namingCorrectionBeginning = (kind: 'site' | 'party', name: string): string =>
  beginningOf('naming-correction', kind, name);

/** How the keys begin by which a source vouched; they go on with the instant up to which it did. */
export const vouchBeginning = (source: string): string => beginningOf('vouch', source);

/** The last part of a key. */
export const lastPartOf = (key: IndexKey): string => (JSON.parse(key) as ReadonlyArray<string>).at(-1)!;

/** Whether a key has the first position of a stretch alone: the others say nothing more. */
export const hasFirstOnly = (key: IndexKey): boolean => key.startsWith('["naming",');

/** The topics that a name in a place may give an event of whatever type. */
const topicsInPlace: ReadonlyMap<NamePlace, ReadonlyArray<TopicKind>> = new Map(
  places.map((place) => [
    place,
    [...new Set(eventTypes.flatMap((type) => topicRules[type].names[place]?.topics ?? []))].filter(
      isSealedTopic,
    ),
  ]),
);

/** What is read of a stored event to index it. */
export interface IndexedEvent {
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

const addCorrection = (source: string, data: JsonObject, add: (key: IndexKey) => void): void => {
  const target = objectIn(data.event);
  add(everyCorrectionKey);
  if (typeof target?.source !== 'string' || typeof target.id !== 'string') return;
  add(correctionsKey(target.source, target.id));
  const replaced = objectIn(data.data);
  if (replaced === undefined) return;
  visitNames(replaced, (place, name) => {
    for (const kind of topicsInPlace.get(place)!) add(topicKey(kind, name));
    const kind = kindAt(place);
    if (isRole(place)) add(roleKey(place, name));
    if (kind === 'site' || kind === 'party') add(keyOf('naming-correction', kind, name, source));
  });
  addVouch(target.source, replaced, add);
};

/** The keys of a stored event, each once. */
export const keysOf = ({ source, id, bytes }: IndexedEvent): ReadonlySet<IndexKey> => {
  const keys = new Set<IndexKey>([identityKey(source, id)]);
  const add = (key: IndexKey): void => void keys.add(key);
  const shape = shapeOf(bytes);
  if (shape === undefined) return keys;
  const { type, data } = shape;
  if (concerns(type, 'correction')) addCorrection(source, data, add);
  else {
    visitTopics(type, data, {
      topic: (kind, name) => {
        if (isSealedTopic(kind)) add(topicKey(kind, name));
      },
      name: (kind, name) => {
        if (kind === 'site' || kind === 'party') add(namingKey(kind, name, source));
      },
    });
    if (traitsOf(type).vouches) addVouch(source, data, add);
    if (concerns(type, 'reach'))
      visitNames(data, (place, name) => {
        if (isRole(place)) add(roleKey(place, name));
      });
  }
  return keys;
};
