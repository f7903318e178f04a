/** The scanner's rules for events of each type: the catalogue of events, arranged for a hot loop. */
import { type EventType, eventTypes, traitsOf } from '../../domain/events/catalogue.ts';
import { kindAt, type NamePlace, places, type RegisteredKind } from '../../domain/events/places.ts';
import type { Topic, TopicHash } from '../topic-hash.ts';
import { type NameRule, topic, topicOfKind, topicRules } from '../topics.ts';

interface PlaceRule {
  readonly place: NamePlace;
  readonly isSubject: boolean;
  readonly rule: NameRule | undefined;
  /** For a name of no listed kind: the prefix of the hash of its only topic. */
  readonly hash: TopicHash | undefined;
}

/** The rule for events of one type. */
export interface TypeRule {
  readonly type: EventType;
  readonly whole: ReadonlyArray<Topic>;
  readonly places: ReadonlyArray<PlaceRule>;
  readonly isCorrection: boolean;
  readonly enrols: boolean;
  readonly placesOwnData: boolean;
  readonly moves: boolean;
  readonly vouches: boolean;
  /** Whether it may not fit, whatever it names; or whether it may not fit if it is about a backup. */
  readonly mayNotFit: boolean;
  readonly mayNotFitOverBackup: boolean;
  readonly registers: RegisteredKind | undefined;
}

/** Indexes into `places`. */
export const populationPlace = places.indexOf('population');
export const overBackupPlace = places.indexOf('over.backup');
/** The common prefix of the hashes of subjects' topics. */
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

/** By the index of the type in `eventTypes`. */
export const typeRules: ReadonlyArray<TypeRule> = eventTypes.map(typeRuleOf);
export const ruleOfType = new Map(typeRules.map((rule) => [rule.type, rule]));
