/** Records events: a batch is decoded (R2), gets pseudonyms (R21), and is appended as a whole or not at all. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { PolicyWarning } from '../../contract/answers.ts';
import type { Problem } from '../../contract/problem.ts';
import type { AppendError, Position } from '../../store/event-store.ts';
import type { Ledger } from '../ledger.ts';
import { withoutCarried } from './carried-identifiers.ts';
import { checkAuthority } from './check-authority.ts';
import { decodeBatch, type Given } from './decode-batch.ts';
import type { Emitter } from './emitter.ts';
import { type CheckedBatch, type DecodedBatch, halvesOf, type PreparedBatch } from './prepared-batch.ts';
import { Pseudonymiser } from './pseudonymise.ts';
import { appendProblem, conflictAt, orPassingProblem, refusedByTree } from './refusals.ts';

/** The result of recording a batch. */
export interface Recorded {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: Position;
  /** Warnings for the authors of its policies. */
  readonly warnings?: ReadonlyArray<PolicyWarning>;
}

/** The result of recording a chunk of lines, and the problem that stopped it, if any. */
export interface RecordedChunk extends Recorded {
  readonly problem?: Problem;
}

const nothingRecorded: Recorded = { recorded: 0, duplicates: 0, position: 0 };

/** The sum of two results. */
const sum = (a: Recorded, b: Recorded): Recorded => ({
  recorded: a.recorded + b.recorded,
  duplicates: a.duplicates + b.duplicates,
  position: Math.max(a.position, b.position),
});

const problemIn =
  ({ decoded, places }: PreparedBatch) =>
  (error: AppendError): Problem =>
    error.kind === 'conflict' ? conflictAt(decoded.given[places[error.index]!]!) : appendProblem(error);

/** Records batches. Every refusal is a `Problem`; damage is thrown. */
export class Recorder {
  private readonly ledger: Ledger;
  private readonly pseudonymiser: Pseudonymiser;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
    this.pseudonymiser = new Pseudonymiser(ledger.parts);
  }

  /**
   * Records the whole batch or nothing.
   *
   * @param by who records it.
   */
  record(
    batch: ReadonlyArray<Given>,
    by: Emitter,
  ): Promise<E.Either<Problem, Recorded & { readonly decoded: DecodedBatch }>> {
    return pipe(
      this.checked(batch, by, false),
      TE.flatMap((checked) => this.prepared(checked)),
      TE.flatMap((prepared) =>
        pipe(
          this.appended(prepared),
          TE.map((done) => ({ ...done, warnings: prepared.warnings ?? [], decoded: prepared.decoded })),
        ),
      ),
    )();
  }

  /** Decodes a chunk of lines, and refuses what its sender may not record. It admits nobody to the vault yet. */
  check(batch: ReadonlyArray<Given>, by: Emitter): Promise<E.Either<Problem, CheckedBatch>> {
    return this.checked(batch, by, true)();
  }

  /** Replaces identifiers by pseudonyms. It records nothing yet. */
  prepare(checked: CheckedBatch): Promise<E.Either<Problem, PreparedBatch>> {
    return this.prepared(checked)();
  }

  /**
   * Records the lines of a chunk, which need not be recorded together. If the log does not take so many at once, it
   * records them in smaller and smaller pieces, in order. A single line that is too large stops it and is named.
   */
  async recordLines(chunk: PreparedBatch): Promise<RecordedChunk> {
    const pieces = [chunk];
    let done = nothingRecorded;
    for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
      const recorded = await this.appended(piece)();
      if (E.isRight(recorded)) done = sum(done, recorded.right);
      else if (recorded.left.kind !== 'too-large') return { ...done, problem: recorded.left };
      else if (piece.toAppend.length > 1) pieces.push(...halvesOf(piece).toReversed());
      else {
        const { line } = piece.decoded.given[piece.places[0]!]!;
        return { ...done, problem: { ...recorded.left, detail: `line ${line}: ${recorded.left.detail}` } };
      }
    }
    return done;
  }

  private checked(
    given: ReadonlyArray<Given>,
    by: Emitter,
    areApart: boolean,
  ): TE.TaskEither<Problem, CheckedBatch> {
    const stopped = refusedByTree(this.ledger.parts.merkle.state.stop);
    if (stopped !== undefined) return TE.left(stopped);
    const warnings: PolicyWarning[] = [];
    return pipe(
      () => decodeBatch(given, areApart, warnings, this.ledger.parts.typePrefix),
      TE.flatMapEither(checkAuthority(given, by, this.ledger.parts.log)),
      TE.flatMap((events) => orPassingProblem(() => withoutCarried(events, given, this.ledger.parts))),
      TE.flatMapEither((events) => events),
      TE.map((events) => ({ given, events, by, warnings })),
    );
  }

  private prepared({ warnings, ...decoded }: CheckedBatch): TE.TaskEither<Problem, PreparedBatch> {
    return pipe(
      this.pseudonymiser.prepare(decoded),
      TE.map((prepared) => (warnings.length === 0 ? prepared : { ...prepared, warnings })),
    );
  }

  /**
   * Appends a batch. An apparent conflict is checked once: two requests may bring the same event with other
   * attributes at once, or with other pseudonyms if a person was forgotten in between. So it searches the log again
   * and appends once more.
   */
  private appended(prepared: PreparedBatch): TE.TaskEither<Problem, Recorded> {
    // The log may have been stopped since the batch was checked.
    const stopped = refusedByTree(this.ledger.parts.merkle.state.stop);
    if (stopped !== undefined) return TE.left(stopped);
    return pipe(
      this.append(prepared),
      TE.orElse((error) => {
        if (error.kind !== 'conflict') return TE.left(problemIn(prepared)(error));
        return pipe(
          this.pseudonymiser.prepare(prepared.decoded),
          TE.flatMap((again) => pipe(this.append(again), TE.mapLeft(problemIn(again)))),
        );
      }),
    );
  }

  private append({
    toAppend,
    entriesOf,
    recordedAlready,
  }: PreparedBatch): TE.TaskEither<AppendError, Recorded> {
    const already: Recorded = {
      recorded: 0,
      duplicates: recordedAlready.size,
      position: Math.max(0, ...recordedAlready.values()),
    };
    if (toAppend.length === 0) return TE.right(already);
    return pipe(
      () =>
        this.ledger.timings.time(
          (seconds) => ({ kind: 'append', seconds }),
          () => this.ledger.parts.store.append(toAppend),
        ),
      TE.map((appended) => {
        if (appended.recorded === toAppend.length && this.ledger.parts.store.appendsInSequence)
          this.ledger.namedEntries.appended(appended.position - toAppend.length + 1, entriesOf);
        this.ledger.grown();
        return sum(appended, already);
      }),
    );
  }
}
