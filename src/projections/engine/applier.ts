/**
 * Applies scanned batches to the tables in log order. One transaction writes each batch with the checkpoint.
 *
 * The tables contain only where to look and what can be counted without looking. Questions decide from the events
 * themselves whether an event holds, for whom and since when, so late events and corrections undo nothing.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { concerns, type EventType, traitsOf } from '../../domain/events/catalogue.ts';
import type { StoredShape } from '../../domain/events/stored.ts';
import { subjectsIn } from '../../domain/events/subjects.ts';
import { parseDateTime, parseInstant } from '../../domain/time/instant.ts';
import { firstAtLeast } from '../../sorted-runs/sorted-runs.ts';
import type { StoredEvent } from '../../store/event-store.ts';
import type { LogReader } from '../../store/log-reader.ts';
import type { Topic } from '../topic-hash.ts';
import { possibleDiscrepancies, topic, visitTopics } from '../topics.ts';
import { BatchAdditions } from './batch-additions.ts';
import { asWritten, CheckedRows } from './checked-rows.ts';
import { type CorrectionKey, correctionKey } from './correction-key.ts';
import { isStoreError } from './damage.ts';
import { KindTable } from './kind-table.ts';
import { type NameRow, NameTable } from './name-table.ts';
import {
  allMovements,
  correctedEnrolmentsIn,
  enrolmentsIn,
  ownDataMoved,
  vouchesOf,
} from './posting-list.ts';
import { RunWriter } from './run-writer.ts';
import type { ScannedBatch } from './scanned-batch.ts';
import type { ScannerUpdate } from './scanner.ts';
import { shapeOf } from './stored-shape.ts';

/** Tells an event from that of another log at the same position. */
const fingerprintOf = ({ source, id, recordedAt, bytes }: StoredEvent): number =>
  crc32(bytes, crc32(`${recordedAt}\n${source}\n${id}`));

type EventJson = StoredShape['data'];

const asJson = (value: unknown): EventJson | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as EventJson) : undefined;

/** Fills the tables. Use one instance for each writer connection; after an error it is unusable. */
export class Applier {
  readonly database: DatabaseSync;
  readonly log: LogReader;
  private readonly statements;
  private readonly rows: CheckedRows;
  private readonly runs: RunWriter;
  private readonly names: NameTable;
  private readonly kinds: KindTable;
  private readonly correctionKeys = new Set<CorrectionKey>();
  /** The same keys in order of arrival. */
  private readonly corrected: CorrectionKey[] = [];
  /** Positions of events that an earlier event in the log corrects. */
  private readonly correctedBefore = new Set<number>();
  private position = 0;
  // The additions to the current batch.
  private additions = new BatchAdditions(new Float64Array(0));
  private mentionedAt = 0;

  constructor(database: DatabaseSync, log: LogReader) {
    this.database = database;
    this.log = log;
    this.rows = new CheckedRows(database);
    this.runs = new RunWriter(database, this.rows);
    this.names = new NameTable(database, this.rows);
    this.kinds = new KindTable(database);
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      correctionsOf: prepare('SELECT * FROM correction WHERE target = ? ORDER BY position'),
      checkpoint: prepare("UPDATE meta SET value = ? WHERE name = 'position'"),
      last: prepare("INSERT OR REPLACE INTO meta VALUES ('last', ?)"),
      lastApplied: prepare("SELECT value FROM meta WHERE name = 'last'"),
    };
    for (const row of database.prepare('SELECT * FROM correction').iterate())
      this.addCorrectionKey(asWritten('correction', row).target as CorrectionKey);
    this.position = database.prepare("SELECT value FROM meta WHERE name = 'position'").get()!.value as number;
  }

  private addCorrectionKey(key: CorrectionKey): void {
    if (this.correctionKeys.has(key)) return;
    this.correctionKeys.add(key);
    this.corrected.push(key);
  }

  /** For one scanner: each call returns what it has to learn beyond earlier calls. */
  scannerUpdates(): () => ScannerUpdate {
    const told = { registered: 0, corrected: 0 };
    return () => {
      const registered = this.names.registered.slice(told.registered);
      const corrected = this.corrected.slice(told.corrected);
      told.registered += registered.length;
      told.corrected += corrected.length;
      return { registered, corrected };
    };
  }

  /** The position of the last event applied. */
  checkpoint(): number {
    return this.position;
  }

  /** Whether the log still contains the last applied event. It does not after an older log was restored. */
  isOfThisLog(): boolean {
    if (this.position === 0) return true;
    const last = this.log.at(this.position);
    return last !== undefined && this.statements.lastApplied.get()?.value === fingerprintOf(last);
  }

  /**
   * Applies the next batch with the checkpoint in one atomic transaction. An event that cannot be applied is set
   * aside with its reason and does not stop the others.
   */
  apply(batch: ScannedBatch): void {
    const last = this.log.at(batch.positions.at(-1)!)!;
    this.additions = new BatchAdditions(batch.positions);
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const { position, reason } of batch.setAside) this.rows.add('set_aside', position, reason);
      const codes = this.codesOf(batch);
      const ids = this.applyInOrder(batch);
      this.applyNamings(batch, ids);
      const lists = batch.lists.map(
        ([of, postings]) => ['name' in of ? enrolmentsIn(ids[of.name]!) : of.key, postings] as const,
      );
      this.runs.write(this.position, this.additions.with(batch.entries, new Map(lists), codes));
      this.rows.saveCounts();
      this.statements.checkpoint.run(last.position);
      this.statements.last.run(fingerprintOf(last));
      this.database.exec('COMMIT');
      this.position = last.position;
    } catch (error) {
      // If the disk is full, SQLite has already rolled back.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The codes of the events of the batch in the tables. */
  private codesOf({ codes, kinds }: ScannedBatch): Uint32Array {
    const known = kinds.map(({ source, type, position }) => this.kinds.code(source, type, position));
    return codes.map((code) => (code === 0 ? 0 : known[code - 1]!));
  }

  private applyNamings({ kinds, namings }: ScannedBatch, ids: ReadonlyArray<number>): void {
    for (let at = 0; at < namings.length; at += 3) {
      const position = namings[at + 2]!;
      const source = this.kinds.sourceId(kinds[namings[at + 1]!]!.source, position);
      this.rows.named(ids[namings[at]!]!, source, position);
    }
  }

  /** Applies what depends on earlier events. @returns the ids of the names of the batch. */
  private applyInOrder({ positions, names, unregistered, oneByOne }: ScannedBatch): ReadonlyArray<number> {
    // An event corrected before it was recorded may have been scanned before the correction was known.
    const due = new Set(oneByOne);
    for (const position of this.correctedBefore) if (position <= positions.at(-1)!) due.add(position);
    const inOrder = [...due].sort((a, b) => a - b);
    const known: NameRow[] = [];
    const addNames = (upTo: number): void => {
      while (known.length < names.length && names[known.length]!.position <= upTo) {
        const { kind, name, position } = names[known.length]!;
        known.push(this.names.mention(kind, name, position));
      }
    };
    for (let index = 0; index < inOrder.length; index++) {
      const position = inOrder[index]!;
      addNames(position);
      this.correctedBefore.delete(position);
      const later = this.applyOne(position);
      if (later === undefined || later > positions.at(-1)! || due.has(later)) continue;
      due.add(later);
      inOrder.splice(firstAtLeast(inOrder, later), 0, later);
    }
    addNames(positions.at(-1)!);
    for (let at = 0; at < unregistered.length; at += 2) {
      if (!known[unregistered[at]!]!.registered) this.touch(unregistered[at + 1]!, possibleDiscrepancies);
    }
    for (const [index, { kind, name, registered }] of names.entries())
      if (registered) this.names.register(known[index]!, kind, name);
    return known.map(({ id }) => id);
  }

  /** @returns the position of this correction's target, if the target comes later. */
  private applyOne(position: number): number | undefined {
    this.mentionedAt = position;
    const stored = this.log.at(position)!;
    const shape = shapeOf(stored.bytes);
    if (E.isLeft(shape)) return undefined;
    try {
      if (concerns(shape.right.type, 'correction')) return this.applyCorrection(shape.right, position);
      // A correction precedes its target.
      for (const row of this.statements.correctionsOf.all(correctionKey(stored.source, stored.id)))
        this.indexCorrected(shape.right, position, asWritten('correction', row).position as number);
    } catch (error) {
      // An error of the file ends the batch; a fault of one event does not stop the others.
      if (isStoreError(error)) throw error;
      this.rows.add('set_aside', position, error instanceof Error ? error.name : 'an unknown error');
    }
    return undefined;
  }

  private touch(position: number, topic: Topic): void {
    if (!this.additions.touch(position, topic)) this.runs.touchLate(topic, position);
  }

  private applyCorrection(event: StoredShape, position: number): number | undefined {
    const reference = asJson(event.data.event);
    if (typeof reference?.source !== 'string' || typeof reference.id !== 'string') return undefined;
    const key = correctionKey(reference.source, reference.id);
    this.addCorrectionKey(key);
    this.rows.add('correction', key, position);
    this.touch(position, possibleDiscrepancies);
    for (const subject of subjectsIn(event.data.data)) this.touch(position, topic('subject', subject));
    const found = this.log.find(reference.source, reference.id);
    if (found === undefined) return undefined;
    if (found.position > position) {
      // It is indexed with its corrections when it is applied.
      this.correctedBefore.add(found.position);
      return found.position;
    }
    const shape = shapeOf(found.bytes);
    if (E.isRight(shape)) this.indexCorrected(shape.right, found.position, position);
    return undefined;
  }

  /** Indexes an event also under the topics of its correction; all subjects of either become individuals. */
  private indexCorrected(
    { type, data: original, time: at }: StoredShape,
    position: number,
    correctedBy: number,
  ): void {
    if (concerns(type, 'correction')) return;
    const stored = this.log.at(correctedBy);
    const correction = stored === undefined ? E.left('') : shapeOf(stored.bytes);
    if (E.isLeft(correction)) return;
    const data = asJson(correction.right.data.data);
    const { time } = correction.right.data;
    this.makeIndividuals(type, original);
    if (data !== undefined) {
      this.makeIndividuals(type, data);
      this.touchAll(type, data, position);
      this.touchAll(type, data, correctedBy);
      if (stored !== undefined) this.nameByCorrection(type, data, stored.source);
    }
    // A correction is found through its target.
    this.touchAll(type, original, correctedBy);
    if (traitsOf(type).moves) {
      const parsed = parseDateTime(typeof time === 'string' ? time : at);
      if (E.isRight(parsed)) this.additions.post(allMovements, parsed.right, position, 0);
    }
    if (traitsOf(type).vouches && data !== undefined) {
      const parsed = parseInstant(String(data.upTo));
      const source = this.log.at(position)!.source;
      if (E.isRight(parsed)) this.additions.post(vouchesOf(source), parsed.right, position, 0);
    }
    this.touch(position, possibleDiscrepancies);
    const { registers: kind } = traitsOf(type);
    const name = kind === undefined ? undefined : original[kind];
    // Events that name a thing may no longer fit when its registration changes.
    if (kind !== undefined && typeof name === 'string') this.rows.add('shaken', kind, name);
  }

  private touchAll(type: EventType, data: EventJson, position: number): void {
    visitTopics(type, data, {
      topic: (kind, name) => this.touch(position, topic(kind, name)),
      name: (kind, name) => void this.names.mention(kind, name, this.mentionedAt),
    });
  }

  /** The source of a correction names what its data contains. */
  private nameByCorrection(type: EventType, data: EventJson, source: string): void {
    const position = this.mentionedAt;
    const sourceId = this.kinds.sourceId(source, position);
    visitTopics(type, data, {
      topic: () => {},
      name: (kind, name) => {
        if (kind !== 'site' && kind !== 'party') return;
        this.rows.named(this.names.mention(kind, name, position).id, sourceId, position);
      },
    });
  }

  private makeIndividuals(type: EventType, data: EventJson): void {
    const position = this.mentionedAt;
    const subjects = [...subjectsIn(data)].map((subject) => topic('subject', subject));
    for (const subject of subjects) this.additions.post(ownDataMoved, 0, position, subject);
    if (!traitsOf(type).enrols || typeof data.population !== 'string') return;
    const population = this.names.mention('population', data.population, position).id;
    for (const subject of subjects)
      this.additions.post(correctedEnrolmentsIn(population), 0, position, subject);
  }
}
