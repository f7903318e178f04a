/**
 * Runs through the log, a stretch at a time, and finds what is to be kept of it. What depends on events before the
 * stretch is left to be seen to in log order (see applier.ts), so that stretches can be read side by side.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type EventType, eventTypes, traitsOf } from '../../domain/events/catalogue.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import { kindAt, type Place, places } from '../../domain/events/places.ts';
import { decodeStored, parseCurrent, type StoredShape } from '../../domain/events/stored.ts';
import { subjectsIn } from '../../domain/events/subjects.ts';
import { parseDateTime } from '../../domain/time/instant.ts';
import type { LogPage, LogReader } from '../../store/log-reader.ts';
import {
  type NameRule,
  possibleDiscrepancies,
  type Topic,
  TopicHash,
  topic,
  topicOfKind,
  topicRules,
  visitTopics,
} from '../topics.ts';
import { StoredBytes } from './event-bytes.ts';
import { touchedOtherwise } from './individuals.ts';
import { type Word, Words } from './name-pool.ts';
import { movementsRoll } from './run-reader.ts';
import { type Stretch, StretchBuilder } from './scanned-batch.ts';

/** What a scanner has to know of events before: it may be told more than once. */
export interface News {
  /** Names that are registered. */
  readonly registered: ReadonlyArray<readonly [kind: RegisteredKind, name: string]>;
  /** The targets of corrections, see `correctionTarget`. */
  readonly corrected: ReadonlyArray<Topic>;
}

/** The topic under which the corrections of an event are kept: the hash of its source and id. */
export const correctionTarget = (source: string, id: string): Topic => topic('policies', `${source}\n${id}`);

/** Events of a stretch, at the most. */
export const stretchEventsMax = 131_072;
/** A stretch also ends once it has so many entries, or so many bytes: one event can name 10,000 subjects. */
const stretchEntriesMax = 1_048_576;
const stretchBytesMax = 64 * 1_024 * 1_024;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface PlaceRule {
  readonly place: Place;
  readonly isSubject: boolean;
  readonly rule: NameRule | undefined;
  /** Of a name that is listed nowhere: the beginning of the hash of its one topic. */
  readonly hash: TopicHash | undefined;
}

interface TypeRule {
  readonly type: EventType;
  readonly whole: ReadonlyArray<Topic>;
  readonly places: ReadonlyArray<PlaceRule>;
  readonly isCorrection: boolean;
  readonly enrols: boolean;
  readonly placesOwnData: boolean;
  readonly moves: boolean;
  /** Whether it may not fit, whatever it names; or if it is over a backup. */
  readonly mayNotFit: boolean;
  readonly mayNotFitOverBackup: boolean;
  readonly registers: RegisteredKind | undefined;
}

const populationPlace = places.indexOf('population');
const overBackupPlace = places.indexOf('over.backup');
const ofSubject = topicOfKind('subject');

const typeRuleOf = (type: EventType): TypeRule => {
  const { concerns, registers, enrols, moves, placesOwnData, fitDepends } = traitsOf(type);
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
    mayNotFit: fitDepends === 'always',
    mayNotFitOverBackup: fitDepends === 'over-backup',
    registers,
  };
};

/** By the place of the type among `eventTypes`. */
const typeRules: ReadonlyArray<TypeRule> = eventTypes.map(typeRuleOf);
const ruleOfType = new Map(typeRules.map((rule) => [rule.type, rule]));

/**
 * What the log wrote in today's form is taken as it is, and older forms are lifted.
 *
 * @returns the reasons why it cannot be applied, if it is neither.
 */
export const shapeOf = (bytes: Uint8Array): E.Either<string, StoredShape> => {
  const current = parseCurrent(bytes);
  if (current !== undefined && ruleOfType.has(current.type)) return E.right(current);
  const decoded = decodeStored(bytes);
  if (E.isLeft(decoded))
    return E.left(decoded.left.map((fault) => `${fault.pointer} ${fault.message}`.trim()).join('; '));
  const { type, data, time } = decoded.right;
  return E.right({ type, data: data as StoredShape['data'], time: new Date(time).toISOString() });
};

export class Scanner {
  private readonly log: LogReader;
  private readonly words = new Words();
  private readonly corrected = new Set<Topic>();
  private readonly sources = new Map<string, TopicHash>();
  private readonly stored = new StoredBytes();
  private readonly subjects: Topic[] = [];
  private readonly readBytes: boolean;
  private stretch = new StretchBuilder();
  private stretchNumber = 0;
  private mayNotFit = false;

  /** @param readBytes whether events are read straight from their bytes where they can be: the same comes of it. */
  constructor(log: LogReader, readBytes = true) {
    this.log = log;
    this.readBytes = readBytes;
  }

  learn({ registered, corrected }: News): void {
    for (const [kind, name] of registered) this.words.of(name).as(kind).registeredBefore = true;
    for (const target of corrected) this.corrected.add(target);
  }

  /** Reads the events after a position and up to another, or the first of them; none if there are none. */
  scan(after: number, upTo: number, eventsMax = stretchEventsMax): Stretch | undefined {
    this.stretch = new StretchBuilder();
    this.stretchNumber++;
    const { stretch } = this;
    let isLast = false;
    for (let last = after, bytes = 0; ; ) {
      const wanted = eventsMax - stretch.events;
      if (wanted === 0 || bytes > stretchBytesMax || stretch.weight > stretchEntriesMax) break;
      const page = this.log.page(last, upTo, wanted);
      isLast = page.positions.length === 0;
      if (isLast) break;
      for (let index = 0; index < page.positions.length; index++) this.add(page, index);
      last = page.positions.at(-1)!;
      bytes += page.bytes.length;
    }
    return stretch.events === 0 ? undefined : stretch.built(isLast);
  }

  private add(page: LogPage, index: number): void {
    const { stretch, stored } = this;
    stretch.event(page.positions[index]!);
    const [start, end] = [page.starts[index]!, page.starts[index + 1]!];
    if (this.corrected.size > 0 && this.corrected.has(this.targetOf(page, index))) stretch.applyAlone();
    if (this.readBytes && stored.read(page.bytes, start, end) && this.addFound(page.bytes)) return;
    const shape = shapeOf(page.bytes.subarray(start, end));
    if (E.isRight(shape)) this.addShape(shape.right);
    else stretch.cannotApply(shape.left);
  }

  private targetOf({ ids, idStarts, idEnds, sourceOf }: LogPage, index: number): Topic {
    const source = sourceOf(index);
    const [start, end] = [idStarts[index]!, idEnds[index]!];
    for (let at = start; at < end; at++)
      if (ids[at]! >= 0x80) return correctionTarget(source, decoder.decode(ids.subarray(start, end)));
    let hash = this.sources.get(source);
    if (hash === undefined) {
      hash = TopicHash.of(`policies ${source}\n`);
      this.sources.set(source, hash);
    }
    return hash.with(ids, start, end);
  }

  /** Adds what was found in the bytes of the event: false if it cannot be, and then nothing is added. */
  private addFound(bytes: Uint8Array): boolean {
    const { stored, stretch, subjects } = this;
    const { found, place, starts, ends } = stored;
    const rule = typeRules[stored.type]!;
    if (rule.isCorrection) {
      stretch.applyAlone();
      return true;
    }
    subjects.length = 0;
    this.mayNotFit = rule.mayNotFit;
    for (let each = 0; each < found; each++) {
      if (rule.places[place[each]!]!.isSubject)
        subjects.push(ofSubject.with(bytes, starts[each]!, ends[each]!));
      if (rule.mayNotFitOverBackup && place[each] === overBackupPlace) this.mayNotFit = true;
    }
    // One that is named twice counts once.
    if (subjects.length > 1 && new Set(subjects).size < subjects.length) return false;
    if (rule.registers !== undefined) {
      for (let each = 0; each < found; each++) {
        if (rule.places[place[each]!]!.place === rule.registers)
          this.register(rule.registers, this.words.at(bytes, starts[each]!, ends[each]!));
      }
    }
    for (const whole of rule.whole) stretch.touch(whole);
    let population: Word | undefined;
    for (let each = 0, subject = 0; each < found; each++) {
      const at = rule.places[place[each]!]!;
      if (at.isSubject) {
        if (at.rule !== undefined) stretch.touch(subjects[subject]!);
        subject++;
      } else if (at.rule === undefined) {
        // No name of this type.
      } else if (at.hash !== undefined) {
        stretch.touch(at.hash.with(bytes, starts[each]!, ends[each]!));
      } else {
        const word = this.words.at(bytes, starts[each]!, ends[each]!);
        for (const kind of at.rule.topics) stretch.touch(word.topic(kind));
        this.mention(at.rule.listed!, word);
        if (place[each] === populationPlace) population = word;
      }
    }
    this.finish(rule, stored.time, population);
    return true;
  }

  private addShape(shape: StoredShape): void {
    const rule = ruleOfType.get(shape.type)!;
    const { stretch } = this;
    if (rule.isCorrection) return stretch.applyAlone();
    const { data, type } = shape;
    try {
      const parsed = parseDateTime(shape.time);
      this.mayNotFit = rule.mayNotFit || (rule.mayNotFitOverBackup && hasBackup(data.over));
      const registered = rule.registers === undefined ? undefined : data[rule.registers];
      if (typeof registered === 'string') this.register(rule.registers!, this.words.of(registered));
      visitTopics(type, data, {
        topic: (kind, name) => stretch.touch(topic(kind, name)),
        name: (kind, name) => this.mention(kind, this.words.of(name)),
      });
      this.subjects.length = 0;
      for (const subject of subjectsIn(data)) this.subjects.push(topic('subject', subject));
      const population = typeof data.population === 'string' ? this.words.of(data.population) : undefined;
      this.finish(rule, E.isRight(parsed) ? parsed.right : 0, population);
    } catch (error) {
      // What is wrong with one event does not stop the others.
      stretch.cannotApply(error instanceof Error ? error.name : 'an unknown error');
    }
  }

  private finish(rule: TypeRule, time: number, population: Word | undefined): void {
    const { stretch, subjects } = this;
    if (rule.enrols && population !== undefined) {
      const number = this.numberOf('population', population);
      for (const subject of subjects) stretch.enrol(number, time, subject);
    } else if (rule.placesOwnData) {
      for (const subject of subjects) stretch.enter(touchedOtherwise, 0, subject);
    }
    if (this.mayNotFit) stretch.touch(possibleDiscrepancies);
    if (rule.moves) stretch.enter(movementsRoll, time, 0);
  }

  private numberOf(kind: RegisteredKind, word: Word): number {
    const name = word.as(kind);
    if (name.stretch !== this.stretchNumber) {
      name.stretch = this.stretchNumber;
      name.number = this.stretch.mention(kind, word.text);
    }
    return name.number;
  }

  private register(kind: RegisteredKind, word: Word): void {
    const number = this.numberOf(kind, word);
    word.as(kind).registeredIn = this.stretchNumber;
    this.stretch.register(number);
  }

  private mention(kind: RegisteredKind, word: Word): void {
    const number = this.numberOf(kind, word);
    const name = word.as(kind);
    if (!this.mayNotFit && !name.registeredBefore && name.registeredIn !== this.stretchNumber)
      this.stretch.mentionUnregistered(number);
  }
}

const hasBackup = (over: unknown): boolean =>
  typeof over === 'object' && over !== null && !Array.isArray(over) && 'backup' in over;
