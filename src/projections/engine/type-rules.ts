/**
 * What a scanner does with the events of each type: the catalogue of events, arranged for a hot loop.
 */
import { type EventType, eventTypes, traitsOf } from '../../domain/events/catalogue.ts';
import { kindAt, type NamePlace, places, type RegisteredKind } from '../../domain/events/places.ts';
import type { Topic, TopicHash } from '../topic-hash.ts';
import { type NameRule, topic, topicOfKind, topicRules } from '../topics.ts';

interface PlaceRule {
  readonly place: NamePlace;
  readonly isSubject: boolean;
  readonly rule: NameRule | undefined;
  /** Of a name that is listed nowhere: the beginning of the hash of its one topic. */
  readonly hash: TopicHash | undefined;
}

/** What is to be done with events of a type. */
export interface TypeRule {
  readonly type: EventType;
  readonly whole: ReadonlyArray<Topic>;
  readonly places: ReadonlyArray<PlaceRule>;
  readonly isCorrection: boolean;
  readonly enrols: boolean;
  readonly placesOwnData: boolean;
  readonly moves: boolean;
  readonly vouches: boolean;
  /** Whether it may not fit, whatever it names; or if it is over a backup. */
  readonly mayNotFit: boolean;
  readonly mayNotFitOverBackup: boolean;
  readonly registers: RegisteredKind | undefined;
}

/** Indexes among `places`. */
export const populationPlace = places.indexOf('population');
export const overBackupPlace = places.indexOf('over.backup');
/** The beginning of the hash of every topic of a subject. */
export const subjectTopics = topicOfKind('subject');

const typeRuleOf = (type: EventType): TypeRule => {
  const { concerns, registers, enrols, moves, vouches, placesOwnData, fitDepends } = traitsOf(type);
  return {
    type,
    whole: topicRules[type].whole.map((kind) => topic(kind, 'all')),
    places: places.map((place) => {
      const rule = topicRules[type].names[place];
      const isSubject = kindAt(place) === 'subject';
      return {
        place,
        isSubject,
        rule,
        hash: rule !== undefined && rule.listed === undefined ? topicOfKind(rule.topics[0]!) : undefined,
      };
    }),
    isCorrection: concerns === 'correction',
    enrols: enrols === true,
    placesOwnData: placesOwnData === true,
    moves: moves === true,
    vouches: vouches === true,
    mayNotFit: fitDepends === 'always',
    mayNotFitOverBackup: fitDepends === 'over-backup',
    registers,
  };
};

/** By the index of the type among `eventTypes`. */
export const typeRules: ReadonlyArray<TypeRule> = eventTypes.map(typeRuleOf);
export const ruleOfType = new Map(typeRules.map((rule) => [rule.type, rule]));
