/** Builds the filter of an event question, after checking that the names in it are known. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Context } from 'hono';
import type { Problem } from '../../contract/problem.ts';
import type { EventFilter as EventFilterQuestion } from '../../contract/questions/log.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import type { EventFilter } from '../../questions/events.ts';
import { knownName } from '../../questions/known-name.ts';
import type { View } from '../../questions/view.ts';
import type { ApiEnv } from '../http/caller.ts';
import { namedSubject, recordRead } from './subjects.ts';

/** The pseudonym of the subject in the question, if the question names one and the vault knows it. */
export const subjectNamedIn = async (
  { subject }: EventFilterQuestion,
  people: People,
): Promise<string | undefined> => (subject === undefined ? undefined : people.pseudonymOf(subject));

/**
 * The filter of a question. A name that no known event mentions is refused, since it is probably misspelt, and an
 * empty result would suggest that there are no events yet.
 *
 * @param subject the pseudonym of the named subject, if there is one.
 */
export const filterOf = (
  context: Context<ApiEnv>,
  view: View,
  subject: string | undefined,
  asked: EventFilterQuestion,
): E.Either<Problem, EventFilter> => {
  const known = <K extends 'site' | 'party' | 'dataset'>(
    kind: K,
  ): E.Either<Problem, { [N in K]?: string }> => {
    const name = asked[kind];
    if (name === undefined) return E.right({});
    return pipe(
      knownName(view, kind, name),
      E.map((each) => ({ [kind]: each }) as { [N in K]?: string }),
    );
  };
  return pipe(
    E.Do,
    E.bind('site', () => known('site')),
    E.bind('party', () => known('party')),
    E.bind('dataset', () => known('dataset')),
    E.bind('subject', () =>
      asked.subject === undefined
        ? E.right({})
        : pipe(
            namedSubject(context, view, subject),
            E.map((each) => ({ subject: each })),
          ),
    ),
    E.map((names) => ({
      ...(asked.type === undefined ? {} : { type: asked.type }),
      ...(asked.source === undefined ? {} : { source: asked.source }),
      ...names.site,
      ...names.party,
      ...names.dataset,
      ...names.subject,
    })),
  );
};

/** Records the lookup of the subject in a filter, if there is one, before any event is shown. */
export const recordFilter = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  { subject }: EventFilter,
): Promise<void> => {
  if (subject !== undefined) await recordRead(context, ledger, subject, 'events');
};
