/**
 * Scans the log, a batch of events at a time, for the contents of the index. What depends on earlier events is left
 * to be applied in log order (see `applier.ts`), so that batches can be scanned in parallel.
 */
import * as E from 'fp-ts/lib/Either.js';
import { eventTypes } from '../../domain/events/catalogue.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { StoredShape } from '../../domain/events/stored.ts';
import { subjectsIn } from '../../domain/events/subjects.ts';
import { parseDateTime, parseInstant } from '../../domain/time/instant.ts';
import { runItemsMax } from '../../sorted-runs/sorted-runs.ts';
import type { LogPage, LogReader } from '../../store/log-reader.ts';
import type { Topic, TopicHash } from '../topic-hash.ts';
import { possibleDiscrepancies, topic, visitTopics } from '../topics.ts';
import { type CorrectionKey, correctionKey, correctionKeysOf } from './correction-key.ts';
import { EventBytes } from './event-bytes.ts';
import { type InternedName, NamePool, type NameState } from './name-pool.ts';
import { allMovements, ownDataMoved, vouchesOf } from './posting-list.ts';
import { BatchBuilder, type ScannedBatch } from './scanned-batch.ts';
import { shapeOf } from './stored-shape.ts';
import {
  overBackupPlace,
  populationPlace,
  ruleOfType,
  subjectTopics,
  type TypeRule,
  typeRules,
} from './type-rules.ts';

/** What a scanner has to learn about earlier events. It may learn the same again. */
export interface ScannerUpdate {
  /** Names that are registered. */
  readonly registered: ReadonlyArray<readonly [kind: RegisteredKind, name: string]>;
  /** The keys of the corrections. */
  readonly corrected: ReadonlyArray<CorrectionKey>;
}

/** Events in one batch. */
export const batchEventsMax = 131_072;
/** A batch also ends after this many entries or bytes: one event can name 10,000 subjects. */
const batchEntriesMax = 1_048_576;
const batchBytesMax = 64 * 1_024 * 1_024;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Sources of a batch that a name stores as bits. */
const rememberedSourcesMax = 31;

/** What a scanner knows of a source. */
interface SourceState {
  readonly name: string;
  /** Its index among the sources of a batch, and the number of that batch. */
  index: number;
  batch: number;
  /** The codes of its kinds in that batch, by the index of the type. */
  readonly codes: Uint32Array;
  /** The code for the current event. */
  code: number;
}

/** Turns ranges of the log into scanned batches. */
export class Scanner {
  private readonly log: LogReader;
  private readonly names = new NamePool();
  private readonly corrected = new Set<CorrectionKey>();
  private readonly keysOfSources = new Map<string, TopicHash>();
  /** By their numbers in the log. */
  private readonly sources = new Map<number, SourceState>();
  private source: SourceState = newSource('');
  private sourceNumber = -1;
  private sourcesOfBatch = 0;
  private readonly namedByOthers = new Set<number>();
  private readonly stored = new EventBytes();
  private readonly subjects: Topic[] = [];
  private readonly readBytes: boolean;
  private batch = new BatchBuilder();
  private batchNumber = 0;
  private mayNotFit = false;

  /** @param readBytes whether to read events directly from their bytes where possible, with the same result. */
  constructor(log: LogReader, readBytes = true) {
    this.log = log;
    this.readBytes = readBytes;
  }

  /** Learns about earlier events. */
  learn({ registered, corrected }: ScannerUpdate): void {
    for (const [kind, name] of registered) this.names.of(name).as(kind).registeredBefore = true;
    for (const key of corrected) this.corrected.add(key);
  }

  /**
   * Scans the events after one position up to another, or the first of them. Returns undefined if there are none.
   */
  scan(after: number, upTo: number, eventsMax = batchEventsMax): ScannedBatch | undefined {
    this.batch = new BatchBuilder();
    this.batchNumber++;
    this.sourceNumber = -1;
    this.sourcesOfBatch = 0;
    this.namedByOthers.clear();
    const { batch } = this;
    let isLast = false;
    for (let last = after, bytes = 0; ; ) {
      const wanted = eventsMax - batch.events;
      if (wanted === 0 || bytes > batchBytesMax || batch.weight > batchEntriesMax) break;
      const page = this.log.page(last, upTo, wanted);
      isLast = page.positions.length === 0;
      if (isLast) break;
      for (let index = 0; index < page.positions.length; index++) this.add(page, index);
      last = page.positions.at(-1)!;
      bytes += page.bytes.length;
    }
    return batch.events === 0 ? undefined : batch.built(isLast);
  }

  private add(page: LogPage, index: number): void {
    const { batch, stored } = this;
    batch.event(page.positions[index]!);
    const [start, end] = [page.starts[index]!, page.starts[index + 1]!];
    if (page.sources[index] !== this.sourceNumber) this.enterSource(page, index);
    if (this.corrected.size > 0 && this.corrected.has(this.correctionKeyOf(page, index)))
      batch.applyByItself();
    if (this.readBytes && stored.read(page.bytes, start, end) && this.addFound(page.bytes)) return;
    const shape = shapeOf(page.bytes.subarray(start, end));
    if (E.isRight(shape)) this.addShape(shape.right);
    else batch.cannotApply(shape.left);
  }

  /** Sets the source of the current event: that of event `index` of the page. */
  private enterSource(page: LogPage, index: number): void {
    const number = page.sources[index]!;
    let state = this.sources.get(number);
    if (state === undefined) {
      state = newSource(page.sourceOf(index));
      this.sources.set(number, state);
    }
    if (state.batch !== this.batchNumber) {
      state.batch = this.batchNumber;
      state.index = this.sourcesOfBatch++;
      state.codes.fill(0);
    }
    this.source = state;
    this.sourceNumber = number;
  }

  /** Sets the type of the current event. */
  private enterKind(type: number): void {
    const { source, batch } = this;
    source.code = source.codes[type]!;
    if (source.code === 0) {
      source.code = batch.addKind(source.name, eventTypes[type]!);
      source.codes[type] = source.code;
    }
    batch.kind(source.code);
  }

  private correctionKeyOf({ ids, idStarts, idEnds, sourceOf }: LogPage, index: number): CorrectionKey {
    const source = sourceOf(index);
    const [start, end] = [idStarts[index]!, idEnds[index]!];
    for (let at = start; at < end; at++)
      if (ids[at]! >= 0x80) return correctionKey(source, decoder.decode(ids.subarray(start, end)));
    let hash = this.keysOfSources.get(source);
    if (hash === undefined) {
      hash = correctionKeysOf(source);
      this.keysOfSources.set(source, hash);
    }
    return hash.with(ids, start, end);
  }

  /** Adds what was found in the bytes of the event. Returns false, and adds nothing, if that is impossible. */
  private addFound(bytes: Uint8Array): boolean {
    const { stored, batch, subjects } = this;
    const { found, place, starts, ends } = stored;
    const rule = typeRules[stored.type]!;
    // The instant up to which a source vouches is not a name, so the JSON is read.
    if (rule.vouches) return false;
    this.enterKind(stored.type);
    if (rule.isCorrection) {
      batch.applyByItself();
      return true;
    }
    subjects.length = 0;
    this.mayNotFit = rule.mayNotFit;
    for (let each = 0; each < found; each++) {
      if (rule.places[place[each]!]!.isSubject)
        subjects.push(subjectTopics.with(bytes, starts[each]!, ends[each]!));
      if (rule.mayNotFitOverBackup && place[each] === overBackupPlace) this.mayNotFit = true;
    }
    // A subject that is named twice counts once.
    if (subjects.length > 1 && new Set(subjects).size < subjects.length) return false;
    if (rule.registers !== undefined) {
      for (let each = 0; each < found; each++) {
        if (rule.places[place[each]!]!.place === rule.registers)
          this.register(rule.registers, this.names.at(bytes, starts[each]!, ends[each]!));
      }
    }
    for (const whole of rule.whole) batch.touch(whole);
    let population: InternedName | undefined;
    for (let each = 0, subject = 0; each < found; each++) {
      const at = rule.places[place[each]!]!;
      if (at.isSubject) {
        if (at.rule !== undefined) batch.touch(subjects[subject]!);
        subject++;
      } else if (at.rule === undefined) {
        // This type has no such name.
      } else if (at.hash !== undefined) {
        batch.touch(at.hash.with(bytes, starts[each]!, ends[each]!));
      } else {
        const name = this.names.at(bytes, starts[each]!, ends[each]!);
        for (const kind of at.rule.topics) batch.touch(name.topic(kind));
        this.mention(at.rule.listed!, name);
        if (place[each] === populationPlace) population = name;
      }
    }
    this.finish(rule, stored.time, population);
    return true;
  }

  private addShape(shape: StoredShape): void {
    const rule = ruleOfType.get(shape.type)!;
    const { batch } = this;
    const { data, type } = shape;
    this.enterKind(eventTypes.indexOf(type));
    if (rule.isCorrection) return batch.applyByItself();
    try {
      const parsed = parseDateTime(shape.time);
      this.mayNotFit = rule.mayNotFit || (rule.mayNotFitOverBackup && hasBackup(data.over));
      const registered = rule.registers === undefined ? undefined : data[rule.registers];
      if (typeof registered === 'string') this.register(rule.registers!, this.names.of(registered));
      visitTopics(type, data, {
        topic: (kind, name) => batch.touch(topic(kind, name)),
        name: (kind, name) => this.mention(kind, this.names.of(name)),
      });
      this.subjects.length = 0;
      for (const subject of subjectsIn(data)) this.subjects.push(topic('subject', subject));
      if (rule.vouches) this.vouch(data.upTo);
      const population = typeof data.population === 'string' ? this.names.of(data.population) : undefined;
      this.finish(rule, E.isRight(parsed) ? parsed.right : 0, population);
    } catch (error) {
      // A fault of one event does not stop the others.
      batch.cannotApply(error instanceof Error ? error.name : 'an unknown error');
    }
  }

  private vouch(upTo: unknown): void {
    const parsed = parseInstant(String(upTo));
    if (E.isRight(parsed)) this.batch.post(vouchesOf(this.source.name), parsed.right, 0);
  }

  private finish(rule: TypeRule, time: number, population: InternedName | undefined): void {
    const { batch, subjects } = this;
    if (rule.enrols && population !== undefined) {
      const index = this.indexOf('population', population);
      for (const subject of subjects) batch.enrol(index, time, subject);
    } else if (rule.placesOwnData) {
      for (const subject of subjects) batch.post(ownDataMoved, 0, subject);
    }
    if (this.mayNotFit) batch.touch(possibleDiscrepancies);
    if (rule.moves) batch.post(allMovements, time, 0);
  }

  /** The index of the name among those that the batch mentions. */
  private indexOf(kind: RegisteredKind, name: InternedName): number {
    const state = name.as(kind);
    if (state.batch !== this.batchNumber) {
      state.batch = this.batchNumber;
      state.index = this.batch.mention(kind, name.text);
      state.namedBy = 0;
    }
    return state.index;
  }

  private register(kind: RegisteredKind, name: InternedName): void {
    const index = this.indexOf(kind, name);
    name.as(kind).registeredIn = this.batchNumber;
    this.batch.register(index);
  }

  /** Records that the source of the current event names this. */
  private nameBySource(index: number, state: NameState): void {
    const { source, namedByOthers } = this;
    if (source.index < rememberedSourcesMax) {
      const bit = 1 << source.index;
      if ((state.namedBy & bit) !== 0) return;
      state.namedBy |= bit;
    } else {
      const key = index * runItemsMax + source.index;
      if (namedByOthers.has(key)) return;
      namedByOthers.add(key);
    }
    this.batch.nameBy(index, source.code);
  }

  private mention(kind: RegisteredKind, name: InternedName): void {
    const index = this.indexOf(kind, name);
    const state = name.as(kind);
    if (kind === 'site' || kind === 'party') this.nameBySource(index, state);
    if (!this.mayNotFit && !state.registeredBefore && state.registeredIn !== this.batchNumber)
      this.batch.mentionUnregistered(index);
  }
}

const newSource = (name: string): SourceState => ({
  name,
  index: 0,
  batch: 0,
  codes: new Uint32Array(eventTypes.length),
  code: 0,
});

const hasBackup = (over: unknown): boolean =>
  typeof over === 'object' && over !== null && !Array.isArray(over) && 'backup' in over;
