/**
 * Records a body chunk by chunk, in order. While one chunk is written, the next one gets its pseudonyms, and the one
 * after that is read and decoded.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import { correctionTypes } from '../../domain/recording/corrections.ts';
import type { Given } from './decode-batch.ts';
import type { Emitter } from './emitter.ts';
import type { CheckedBatch, PreparedBatch } from './prepared-batch.ts';
import type { RecordedChunk, Recorder } from './recorder.ts';

/** What a recorder does with a chunk. */
type RecordsChunks = Pick<Recorder, 'check' | 'prepare' | 'recordLines'>;

/** What is told of the chunks, in order. */
export interface ChunkListener {
  /** A chunk is about to be written. */
  writing(chunk: PreparedBatch): void;
  /** A chunk was written, completely or up to its problem. */
  written(done: RecordedChunk): void;
}

/** A member of an undecoded item, if it is a text: others are refused when the item is decoded. */
const memberOf = (given: Given, name: 'id' | 'type'): string | undefined => {
  const json = 'json' in given ? given.json : undefined;
  if (typeof json !== 'object' || json === null) return undefined;
  const member = (json as Readonly<Record<string, unknown>>)[name];
  return typeof member === 'string' ? member : undefined;
};

const idsOf = (chunk: ReadonlyArray<Given>): ReadonlySet<string> =>
  new Set(chunk.flatMap((given) => memberOf(given, 'id') ?? []));

/** Whether a chunk may contain a correction. Its type may have a prefix. */
const mayCorrect = (chunk: ReadonlyArray<Given>): boolean =>
  chunk.some((given) => {
    const type = memberOf(given, 'type');
    return type !== undefined && correctionTypes.some((each) => type.endsWith(each));
  });

const intersect = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => {
  for (const each of a) if (b.has(each)) return true;
  return false;
};

const none: ReadonlySet<string> = new Set();

/** The chunks of one body. A problem of one stops the body: no later chunk is written. */
export class ChunksUnderWay {
  private readonly recorder: RecordsChunks;
  private readonly by: Emitter;
  private readonly listener: ChunkListener;
  /** The chunk that is being prepared: resolves once its writing has begun, with the problem that stops the body. */
  private preparing: Promise<Problem | undefined> = Promise.resolve(undefined);
  private idsBefore = none;
  /** The chunk that is being written. */
  private writing: Promise<RecordedChunk> | undefined;

  constructor(recorder: RecordsChunks, by: Emitter, listener: ChunkListener) {
    this.recorder = recorder;
    this.by = by;
    this.listener = listener;
  }

  /**
   * Takes the next chunk, or the problem in its place. If it may depend on the previous one, that is recorded first: what
   * repeats an event is compared with it, and corrections are checked against what they correct.
   *
   * If this throws, no chunk is being written any more.
   *
   * @returns the problem that stops the body, of this chunk or an earlier one.
   */
  async add(given: E.Either<Problem, ReadonlyArray<Given>>): Promise<Problem | undefined> {
    try {
      return await this.take(given);
    } catch (error) {
      // An error of an earlier chunk is this one, or came after it.
      await this.end().catch(() => undefined);
      throw error;
    }
  }

  private async take(given: E.Either<Problem, ReadonlyArray<Given>>): Promise<Problem | undefined> {
    const chunk = E.isRight(given) ? given.right : [];
    const ids = idsOf(chunk);
    if (mayCorrect(chunk) || intersect(ids, this.idsBefore)) {
      const stopped = await this.end();
      if (stopped !== undefined) return stopped;
    }
    const checked = await pipe(
      TE.fromEither(given),
      TE.flatMap((chunk) => () => this.recorder.check(chunk, this.by)),
    )();
    if (E.isLeft(checked)) return (await this.end()) ?? checked.left;
    const stopped = await this.preparing;
    if (stopped !== undefined) return stopped;
    this.idsBefore = ids;
    this.preparing = this.prepare(checked.right);
    // An error is reported where the chunk is awaited.
    this.preparing.catch(() => undefined);
    return undefined;
  }

  /** Waits until all chunks are written. Returns the problem that stops the body, if there is one. */
  async end(): Promise<Problem | undefined> {
    return (await this.preparing) ?? (await this.settled());
  }

  /** Prepares a chunk, and begins to write it once the previous one is written. */
  private async prepare(chunk: CheckedBatch): Promise<Problem | undefined> {
    const prepared = await this.recorder.prepare(chunk);
    const stopped = (await this.settled()) ?? (E.isLeft(prepared) ? prepared.left : undefined);
    if (stopped !== undefined || E.isLeft(prepared)) return stopped;
    if (chunk.given.length === 0) return undefined;
    this.listener.writing(prepared.right);
    this.writing = this.recorder.recordLines(prepared.right);
    // An error is reported where the chunk is awaited.
    this.writing.catch(() => undefined);
    return undefined;
  }

  /** Waits for the chunk that is being written, if there is one. */
  private async settled(): Promise<Problem | undefined> {
    const done = await this.writing;
    this.writing = undefined;
    if (done === undefined) return undefined;
    this.listener.written(done);
    return done.problem;
  }
}
