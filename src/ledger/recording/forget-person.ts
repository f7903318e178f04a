/**
 * Erasing a person (R21): the log says so, about the pseudonym, and then the vault destroys its entry.
 */
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

/** Says in the log that the person was forgotten, unless it says so already; answers the position by which it does. */
const sayForgotten = (
  ledger: Ledger,
  pseudonym: string,
  by: Attribution,
): TE.TaskEither<Problem, Position> => {
  const { store, log, now } = ledger.parts;
  const id = forgottenId(pseudonym);
  const said = log.find(ledgerSource, id);
  if (said !== undefined) return TE.right(said.position);
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
    // On a conflict, another request to erase the same person has said so in the meantime.
    TE.orElse((error) => (error.kind === 'conflict' ? TE.right(log.head()) : TE.left(appendProblem(error)))),
    TE.tapIO(() => () => ledger.grown()),
  );
};

/**
 * Erases a person. If it stops half-way, erasing again finishes it.
 *
 * @param by who erases it.
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
    sayForgotten(ledger, pseudonym, by),
    TE.flatMap((saidAt) => async () => {
      await vault.forget(pseudonym, saidAt);
      return E.right(true);
    }),
  )();
};
