/** Erases a person (R21): first the log records it under the pseudonym, then the vault destroys its entry. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import type { Event } from '../../domain/events/event.ts';
import type { Attribution } from '../../domain/recording/attribution.ts';
import { forgottenId, ledgerSource } from '../../domain/recording/authority.ts';
import type { Position } from '../../store/event-store.ts';
import type { Ledger } from '../ledger.ts';
import { storable } from './prepared-batch.ts';
import { appendProblem } from './refusals.ts';

/**
 * Records in the log that the person was forgotten, unless it is recorded. Returns the position up to which the log
 * says so.
 */
const recordForgotten = (
  ledger: Ledger,
  pseudonym: string,
  by: Attribution,
): TE.TaskEither<Problem, Position> => {
  const { store, log, now } = ledger.parts;
  const id = forgottenId(pseudonym);
  const recorded = log.find(ledgerSource, id);
  if (recorded !== undefined) return TE.right(recorded.position);
  const event: Event = {
    id,
    source: ledgerSource,
    type: 'SubjectForgotten',
    time: now(),
    assurance: 'verified',
    data: { subject: pseudonym },
  };
  return pipe(
    () =>
      ledger.timings.time(
        (seconds) => ({ kind: 'append', seconds }),
        () => store.append([storable(event, by)]),
      ),
    TE.map(({ position }) => position),
    // A conflict means that a concurrent request to erase the same person has recorded it.
    TE.orElse((error) => (error.kind === 'conflict' ? TE.right(log.head()) : TE.left(appendProblem(error)))),
    TE.tapIO(() => () => ledger.grown()),
  );
};

/**
 * Erases a person. If it is interrupted, calling it again completes the erasure.
 *
 * @param by who erases the person.
 * @returns whether there was such a person.
 */
export const forgetPerson = async (
  ledger: Ledger,
  pseudonym: string,
  by: Attribution,
): Promise<E.Either<Problem, boolean>> => {
  const { vault } = ledger.parts;
  const { people } = await vault.find({ names: [], pseudonyms: [pseudonym] });
  if (typeof people.get(pseudonym) !== 'string') return E.right(false);
  return pipe(
    recordForgotten(ledger, pseudonym, by),
    TE.flatMap((saidAt) => async () => {
      await vault.forget(pseudonym, saidAt);
      return E.right(true);
    }),
  )();
};
