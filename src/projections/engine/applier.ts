/**
 * Applying stretches of the log to the tables, each in one transaction with the checkpoint, in log order.
 *
 * What is kept only says where to look and what may be counted without looking; whether an event holds, for whom and
 * since when is judged by the questions, from the events themselves. So late events and corrections need no undoing.
 */

import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { concerns, type EventType, traitsOf } from '../../domain/events/catalogue.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { StoredShape } from '../../domain/events/stored.ts';
import { subjectsIn } from '../../domain/events/subjects.ts';
import { parseDateTime } from '../../domain/time/instant.ts';
import { entryOf, firstAtLeast, mergedSorted } from '../../sorted-runs/sorted-runs.ts';
import type { StoredEvent } from '../../store/event-store.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { possibleDiscrepancies, type Topic, topic, visitTopics } from '../topics.ts';
import { correctedInto, touchedOtherwise } from './individuals.ts';
import { byTime, joined, movementsRoll, type NewRun, RunWriter } from './run-reader.ts';
import type { Stretch } from './scanned-batch.ts';
import { correctionTarget, type News, shapeOf } from './scanner.ts';

/** Tells an event of one log from that of another at the same position. */
const fingerprintOf = ({ source, id, recordedAt, bytes }: StoredEvent): number =>
  crc32(bytes, crc32(`${recordedAt}\n${source}\n${id}`));

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** An error of SQLite, or of the store: of the file, and not of an event. */
const isStoreError = (error: unknown): boolean =>
  error instanceof Error &&
  ('errcode' in error || '_tag' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR'));

interface Name {
  readonly id: number;
  registered: boolean;
}

/** What the events that are applied one by one add to a stretch. */
class Additions {
  readonly entries: number[] = [];
  readonly rolls = new Map<number, number[]>();
  private readonly positions: Float64Array;

  constructor(positions: Float64Array) {
    this.positions = positions;
  }

  /** Finds an event of the stretch under the topic: false if it is an earlier one. */
  touch(position: number, topic: Topic): boolean {
    if (position < this.positions[0]!) return false;
    this.entries.push(entryOf(topic, firstAtLeast(this.positions, position)));
    return true;
  }

  enter(roll: number, time: number, position: number, subject: number): void {
    const entered = this.rolls.get(roll) ?? [];
    this.rolls.set(roll, entered);
    entered.push(time, position, subject);
  }

  /** The run that the stretch becomes with them. */
  with(entries: Float64Array, rolls: ReadonlyMap<number, Float64Array>): NewRun {
    const all = new Map(rolls);
    for (const [roll, entered] of this.rolls)
      all.set(roll, byTime(joined([all.get(roll) ?? new Float64Array(0), Float64Array.from(entered)])));
    const { positions } = this;
    const [firstPosition, lastPosition] = [positions[0]!, positions.at(-1)!];
    const isDense = lastPosition - firstPosition + 1 === positions.length;
    return {
      firstPosition,
      lastPosition,
      events: positions.length,
      positions: isDense ? undefined : positions,
      entries: mergedSorted(entries, Float64Array.from(this.entries).sort()),
      rolls: all,
    };
  }
}

/** Fills the tables. One instance a writer connection; after an error it is of no more use. */
export class Applier {
  readonly database: DatabaseSync;
  readonly log: LogReader;
  private readonly statements;
  private readonly runs: RunWriter;
  private readonly names = new Map<string, Name>();
  private readonly correctedTargets = new Set<Topic>();
  /** Events of which it is known that they come later in the log than what corrects them. */
  private readonly correctedBefore = new Set<number>();
  private readonly registered: (readonly [RegisteredKind, string])[] = [];
  private readonly corrected: Topic[] = [];
  private position = 0;
  // Of the stretch that is being applied.
  private additions = new Additions(new Float64Array(0));
  private mentionedAt = 0;

  constructor(database: DatabaseSync, log: LogReader) {
    this.database = database;
    this.log = log;
    this.runs = new RunWriter(database);
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      correction: prepare('INSERT OR IGNORE INTO correction VALUES (?, ?)'),
      correctionsOf: prepare('SELECT position FROM correction WHERE target = ? ORDER BY position'),
      name: prepare('INSERT INTO name (kind, name, position, registered) VALUES (?, ?, ?, 0)'),
      registered: prepare('UPDATE name SET registered = 1 WHERE id = ?'),
      shaken: prepare('INSERT OR IGNORE INTO shaken VALUES (?, ?)'),
      setAside: prepare('INSERT OR REPLACE INTO set_aside VALUES (?, ?)'),
      checkpoint: prepare("UPDATE meta SET value = ? WHERE name = 'position'"),
      last: prepare("INSERT OR REPLACE INTO meta VALUES ('last', ?)"),
      lastApplied: prepare("SELECT value FROM meta WHERE name = 'last'"),
    };
    for (const row of database.prepare('SELECT * FROM name ORDER BY id').iterate()) {
      const [kind, name] = [row.kind as RegisteredKind, row.name as string];
      this.names.set(`${kind} ${name}`, { id: row.id as number, registered: row.registered === 1 });
      if (row.registered === 1) this.registered.push([kind, name]);
    }
    for (const row of database.prepare('SELECT DISTINCT target FROM correction').iterate())
      this.addTarget(row.target as number);
    this.position = database.prepare("SELECT value FROM meta WHERE name = 'position'").get()!.value as number;
  }

  private addTarget(target: Topic): void {
    if (this.correctedTargets.has(target)) return;
    this.correctedTargets.add(target);
    this.corrected.push(target);
  }

  /** For one scanner of the events to come: each call answers what it has to know beyond what it was told before. */
  teller(): () => News {
    const told = { registered: 0, corrected: 0 };
    return () => {
      const registered = this.registered.slice(told.registered);
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

  /** Whether the log holds, where the tables end, the event applied there: not so where an older log was put back. */
  isOfThisLog(): boolean {
    if (this.position === 0) return true;
    const last = this.log.at(this.position);
    return last !== undefined && this.statements.lastApplied.get()?.value === fingerprintOf(last);
  }

  /**
   * Applies the stretch that comes next, all of it in one transaction with the checkpoint, or nothing of it.
   * An event that cannot be applied is set aside with its reason and does not stop the others.
   */
  apply(stretch: Stretch): void {
    const last = this.log.at(stretch.positions.at(-1)!)!;
    this.additions = new Additions(stretch.positions);
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const { position, reason } of stretch.setAside) this.statements.setAside.run(position, reason);
      const ids = this.applyInOrder(stretch);
      const rolls = stretch.rolls.map(
        ([key, enrolments]) => ['name' in key ? ids[key.name]! : key.roll, enrolments] as const,
      );
      this.runs.write(this.position, this.additions.with(stretch.entries, new Map(rolls)));
      this.statements.checkpoint.run(last.position);
      this.statements.last.run(fingerprintOf(last));
      this.database.exec('COMMIT');
      this.position = last.position;
    } catch (error) {
      // Where the disk is full, SQLite has rolled back already.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Sees to what depends on the events before. @returns the ids of the names of the stretch. */
  private applyInOrder({ positions, names, unregistered, alone }: Stretch): ReadonlyArray<number> {
    // What was corrected before it was recorded may have been read before that was known.
    const due = new Set(alone);
    for (const position of this.correctedBefore) if (position <= positions.at(-1)!) due.add(position);
    const inOrder = [...due].sort((a, b) => a - b);
    const known: Name[] = [];
    const addNames = (upTo: number): void => {
      for (
        let next = names[known.length];
        next !== undefined && next.position <= upTo;
        next = names[known.length]
      )
        known.push(this.name(next.kind, next.name, next.position));
    };
    for (let index = 0; index < inOrder.length; index++) {
      const position = inOrder[index]!;
      addNames(position);
      this.correctedBefore.delete(position);
      const later = this.applyAlone(position);
      if (later === undefined || later > positions.at(-1)! || due.has(later)) continue;
      due.add(later);
      inOrder.splice(firstAtLeast(inOrder, later), 0, later);
    }
    addNames(positions.at(-1)!);
    for (let at = 0; at < unregistered.length; at += 2) {
      if (!known[unregistered[at]!]!.registered) this.touch(unregistered[at + 1]!, possibleDiscrepancies);
    }
    for (const [index, { kind, name, registered }] of names.entries()) {
      const each = known[index]!;
      if (!registered || each.registered) continue;
      this.statements.registered.run(each.id);
      each.registered = true;
      this.registered.push([kind, name]);
    }
    return known.map(({ id }) => id);
  }

  /** @returns where the event stands that this one corrects, if that is later. */
  private applyAlone(position: number): number | undefined {
    this.mentionedAt = position;
    const stored = this.log.at(position)!;
    const shape = shapeOf(stored.bytes);
    if (E.isLeft(shape)) return undefined;
    try {
      if (concerns(shape.right.type, 'correction')) return this.applyCorrection(shape.right, position);
      // A correction came before what it corrects.
      for (const row of this.statements.correctionsOf.all(correctionTarget(stored.source, stored.id)))
        this.indexCorrected(shape.right, position, row.position as number);
    } catch (error) {
      // What is wrong with the file ends the stretch; what is wrong with one event does not stop the others.
      if (isStoreError(error)) throw error;
      this.statements.setAside.run(position, error instanceof Error ? error.name : 'an unknown error');
    }
    return undefined;
  }

  private touch(position: number, topic: Topic): void {
    if (!this.additions.touch(position, topic)) this.runs.touchLate(topic, position);
  }

  private applyCorrection(event: StoredShape, position: number): number | undefined {
    const reference = asJson(event.data.event);
    if (typeof reference?.source !== 'string' || typeof reference.id !== 'string') return undefined;
    const target = correctionTarget(reference.source, reference.id);
    this.addTarget(target);
    this.statements.correction.run(target, position);
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

  /** Finds an event under the topics of a correction too, and takes nobody it names for a lone enrolment. */
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
    this.makeStoried(type, original);
    if (data !== undefined) {
      this.makeStoried(type, data);
      this.touchAll(type, data, position);
      this.touchAll(type, data, correctedBy);
    }
    // A correction is found by what it corrects.
    this.touchAll(type, original, correctedBy);
    if (traitsOf(type).moves) {
      const parsed = parseDateTime(typeof time === 'string' ? time : at);
      if (E.isRight(parsed)) this.additions.enter(movementsRoll, parsed.right, position, 0);
    }
    this.touch(position, possibleDiscrepancies);
    const kind = traitsOf(type).registers;
    const name = kind === undefined ? undefined : original[kind];
    // Whatever names a thing may no longer fit when its registration changes.
    if (kind !== undefined && typeof name === 'string') this.statements.shaken.run(kind, name);
  }

  private touchAll(type: EventType, data: Json, position: number): void {
    visitTopics(type, data, {
      topic: (kind, name) => this.touch(position, topic(kind, name)),
      name: (kind, name) => void this.name(kind, name, this.mentionedAt),
    });
  }

  private name(kind: RegisteredKind, name: string, position: number): Name {
    const key = `${kind} ${name}`;
    let known = this.names.get(key);
    if (known === undefined) {
      const id = Number(this.statements.name.run(kind, name, position).lastInsertRowid);
      known = { id, registered: false };
      this.names.set(key, known);
    }
    return known;
  }

  private makeStoried(type: EventType, data: Json): void {
    const position = this.mentionedAt;
    const subjects = [...subjectsIn(data)].map((subject) => topic('subject', subject));
    for (const subject of subjects) this.additions.enter(touchedOtherwise, 0, position, subject);
    if (!traitsOf(type).enrols || typeof data.population !== 'string') return;
    const population = this.name('population', data.population, position).id;
    for (const subject of subjects) this.additions.enter(correctedInto(population), 0, position, subject);
  }
}
