/**
 * A monitor (V9): follows the checkpoint, the entries and the stored bytes of a ledger, verifies them, and
 * cross-examines the operator.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { knownFieldsOf } from '../contract/known-fields.ts';
import { CheckpointsAnswer } from '../contract/rows/integrity.ts';
import { type Checkpoint, parseCheckpoint } from '../integrity/checkpoint.ts';
import type { VerifierKey } from '../integrity/keys.ts';
import { sameHash } from '../integrity/merkle-tree.ts';
import { parseNote, toBase64 } from '../integrity/signed-note.ts';
import { type TlogPolicy, verifyByPolicy } from '../integrity/tlog-policy.ts';
import { indexKeysOf } from '../sealed-index/index-origin.ts';
import { copyEvents } from './copy-events.ts';
import { deriveAnswer, differs, makeUp, ownText } from './cross-examine.ts';
import type { Evidence } from './evidence.ts';
import type { Operator } from './operator.ts';
import type { OwnLedger } from './own-ledger.ts';
import { type Checked, lie, needed, noAnswer, type Round, utf8 } from './round.ts';

/** Checkpoints of the operator's history to compare in a round. */
const historyMax = 1_000;

export interface MonitorOptions {
  readonly policy: TlogPolicy;
  /** Trusted keys of the log, in addition to those of the policy. */
  readonly keys: ReadonlyArray<VerifierKey>;
  /** The number of questions in a round. */
  readonly questions: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly onProgress: (done: number, of: number) => void;
}

/** A signed checkpoint as the operator showed it. */
interface ShownCheckpoint extends Checkpoint {
  readonly note: string;
  readonly shown: Evidence['operator'];
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

export class Monitor {
  private readonly operator: Operator;
  private readonly own: OwnLedger;
  private readonly options: MonitorOptions;

  constructor(operator: Operator, own: OwnLedger, options: MonitorOptions) {
    this.operator = operator;
    this.own = own;
    this.options = options;
  }

  /** One round: the checkpoint, its new events, the history of checkpoints, and questions. */
  round(): Promise<Round> {
    return pipe(
      this.checkpoint(),
      TE.tap(({ size, shown }) =>
        copyEvents(
          { operator: this.operator, own: this.own, checkpoint: shown, size },
          this.options.onProgress,
        ),
      ),
      TE.tap((checkpoint) => TE.fromEither(this.compareRoot(checkpoint))),
      TE.tap(() => this.compareHistory()),
      TE.tap(() => this.compareIndex()),
      TE.flatMap(({ size }) => this.crossExamine(size)),
      TE.toUnion,
    )();
  }

  /** The operator's served checkpoint, signed as the policy or the keys require. */
  private checkpoint(): Checked<ShownCheckpoint> {
    const { policy, keys } = this.options;
    return pipe(
      needed(this.operator, '/log/checkpoint'),
      TE.flatMapEither(({ path, bytes }) => {
        const shown = { [path]: bytes };
        const note = textOf(bytes);
        return pipe(
          parseNote(note),
          E.flatMap((parsed) => verifyByPolicy(parsed, policy, keys)),
          E.flatMap(({ text }) => parseCheckpoint(text)),
          E.bimap(
            (fault) => lie(this.own, 'checkpoint', fault, shown),
            (checkpoint) => ({ ...checkpoint, note, shown }),
          ),
        );
      }),
    );
  }

  /** Compares the root of the checkpoint with that of the copy, and stores the checkpoint if they agree. */
  private compareRoot({ size, root, note, shown }: ShownCheckpoint): E.Either<Round, void> {
    const found = this.own.tree.rootAt(size);
    if (!sameHash(found, root)) {
      const what = `the root of the checkpoint of ${size} events does not match the events that the operator showed: it shows two versions of its log`;
      return E.left(lie(this.own, 'fork', what, shown, { root: utf8(toBase64(found)) }));
    }
    if (size >= this.verifiedSize()) this.own.keepVerified(note);
    return E.right(undefined);
  }

  private verifiedSize(): number {
    return pipe(
      parseNote(this.own.verified() ?? ''),
      E.flatMap(({ text }) => parseCheckpoint(text)),
      E.match(
        () => 0,
        ({ size }) => size,
      ),
    );
  }

  /** Compares the operator's list of signed checkpoints with the copy. */
  private compareHistory(): Checked<void> {
    const { own } = this;
    const path = `/v1/log/checkpoints?limit=${historyMax}&upTo=${own.head()}`;
    return pipe(
      needed(this.operator, path),
      TE.flatMapEither(({ bytes }) =>
        pipe(
          E.tryCatch(
            (): unknown => JSON.parse(textOf(bytes)),
            () => undefined,
          ),
          E.flatMap((json) => CheckpointsAnswer.decode(knownFieldsOf(CheckpointsAnswer, json))),
          E.mapLeft(() => noAnswer(`${path}: the answer is not a list of checkpoints`)),
          E.flatMap(({ data }): E.Either<Round, void> => {
            const wrong = data.find(
              ({ size, root }) => size > own.head() || toBase64(own.tree.rootAt(size)) !== root,
            );
            if (wrong === undefined) return E.right(undefined);
            const root = toBase64(own.tree.rootAt(Math.min(wrong.size, own.head())));
            const what = `the operator signed another root for ${wrong.size} events`;
            return E.left(lie(own, 'history', what, { [path]: bytes }, { root: utf8(root) }));
          }),
        ),
      ),
    );
  }

  /** Compares the operator's sealed index, signed as the policy or the keys require, with that of the copy. */
  private compareIndex(): Checked<void> {
    const { own, operator } = this;
    const { policy, keys } = this.options;
    const path = '/log/index/checkpoint';
    return pipe(
      () => operator.get(path),
      TE.mapLeft(noAnswer),
      TE.flatMapEither(({ status, bytes }): E.Either<Round, void> => {
        // Nothing is sealed and cosigned yet, or the operator's version does not seal.
        if (status !== 200) return E.right(undefined);
        const shown = { [path]: bytes };
        const trusted = indexKeysOf([...policy.logs.map(({ key }) => key), ...keys]);
        return pipe(
          parseNote(textOf(bytes)),
          E.flatMap((note) => verifyByPolicy(note, policy, trusted)),
          E.flatMap(({ text }) => parseCheckpoint(text)),
          E.mapLeft((fault) => lie(own, 'checkpoint', `${path}: ${fault}`, shown)),
          E.flatMap(({ size, root }) => {
            own.index.grow();
            const found = own.index.rootAt(size);
            // The next round compares stretches sealed after the checkpoint of this one.
            if (found === undefined || sameHash(found, root)) return E.right(undefined);
            const what = `the root of the index of ${size} stretches does not match the events`;
            return E.left(lie(own, 'index', what, shown, { root: utf8(toBase64(found)) }));
          }),
        );
      }),
    );
  }

  /** Asks the operator questions, and derives each answer. */
  private crossExamine(size: number): Checked<Round> {
    const { questions, now, random } = this.options;
    const { log } = this.own;
    return async () => {
      const derived = this.own.ask((reader) =>
        Array.from({ length: questions }, () => makeUp(log, reader, now(), random)).flatMap((question) =>
          question === undefined ? [] : [{ question, own: deriveAnswer(log, reader, question) }],
        ),
      );
      let asked = 0;
      for (const { question, own } of derived) {
        const answer = await this.operator.get(question.path);
        if (E.isLeft(answer)) return E.left(noAnswer(answer.left));
        const found = differs(own, answer.right);
        if (found === 'other') {
          const what = `the operator's answer to ${question.path} differs from what its own events lead to`;
          const shown = { [`${question.path} (status ${answer.right.status})`]: answer.right.bytes };
          return E.left(lie(this.own, 'answer', what, shown, { answer: utf8(ownText(own)) }));
        }
        if (found === 'same') asked++;
      }
      return E.right({ kind: 'holds', size, asked });
    };
  }
}
