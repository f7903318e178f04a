/** The result of a monitor's round, and how its checks end it. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Evidence } from './evidence.ts';
import type { Operator, OperatorAnswer } from './operator.ts';
import type { OwnLedger } from './own-ledger.ts';

/** The result of a round. */
export type Round =
  /** The operator gives no answer, or not yet. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Everything was verified: the size, and how many answers match the derived ones. */
  | { readonly kind: 'holds'; readonly size: number; readonly asked: number }
  /** Something is wrong. `final`: the copy cannot follow this operator any further. */
  | { readonly kind: 'lie'; readonly evidence: Evidence; readonly final: boolean };

/** A check of a round: a left ends the round. */
export type Checked<A> = TE.TaskEither<Round, A>;

/** The end of a round without an answer. */
export const noAnswer = (reason: string): Round => ({ kind: 'no-answer', reason });

/** A text in UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The end of a round that found something wrong. */
export const lie = (
  copy: OwnLedger,
  kind: Evidence['kind'],
  what: string,
  operator: Evidence['operator'],
  own: Evidence['own'] = {},
): Round => ({
  kind: 'lie',
  final: kind !== 'answer',
  evidence: { kind, what, verified: copy.verified(), operator, own },
});

/** The operator's answer to a path that must exist. */
export const needed = (operator: Operator, path: string): Checked<OperatorAnswer> =>
  pipe(() => operator.need(path), TE.mapLeft(noAnswer));
