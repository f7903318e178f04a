/**
 * Wide questions whose answer is a list of people.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Asked } from '../../contract/asked.ts';
import type { AffectedQuestion } from '../../contract/questions/affected.ts';
import { type PeriodQuestion, type PlainQuestion, periodOf } from '../../contract/questions/question.ts';
import type { Affected, PersonRow } from '../../contract/rows/people.ts';
import { formatBound } from '../../domain/time/instant.ts';
import { cachedByQuestion } from '../cached-by-knowledge.ts';
import { heardUntil } from '../coverage.ts';
import { type FoundFinding, findingDetail, findingOf } from '../finding-by-id.ts';
import { knownNames } from '../known-name.ts';
import { affectedBy, affectedConcern } from '../people/affected.ts';
import { affectedCounts } from '../people/affected-counts.ts';
import { concernOf } from '../people/concerned.ts';
import { peoplePage } from '../people/people-page.ts';
import { staysDuring } from '../people/stays.ts';
import type { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

/** Lists of people to cache, so that further pages begin at once. */
const listsMax = 4;
const lists = cachedByQuestion<object>(listsMax);

/** What a list of people computes once and caches between pages. */
const kept = <A extends object>(view: View, asked: ReadonlyArray<unknown>, make: () => A): A =>
  lists.get(view, JSON.stringify(asked), make) as A;

/** One finding with its policy and events (R19). */
export const finding = (view: View, { clocks }: Asked<PlainQuestion>, { id }: About): Outcome<FoundFinding> =>
  pipe(
    findingOf(view, id),
    E.map((found) => ({ data: findingDetail(view, found, clocks.validAt) })),
  );

/** The people whom a finding concerns. */
export const peopleOfFinding = (
  view: View,
  asked: Asked<PlainQuestion>,
  { id }: About,
): Outcome<ReadonlyArray<PersonRow>> =>
  pipe(
    findingOf(view, id),
    E.map((found) =>
      peoplePage(
        view,
        kept(view, ['finding', id], () => concernOf(view, found)),
        asked,
      ),
    ),
  );

/** The people whose data a party could reach or accessed in a period, and their numbers (R13 to R16). */
export const affectedByParty = (
  view: View,
  asked: Asked<AffectedQuestion>,
  { id }: About,
): Outcome<Affected> => {
  const { site, dataset, via } = asked.parameters;
  return pipe(
    knownNames(view, { party: id, site, dataset }),
    E.map(() => {
      const by = affectedBy(id, asked.parameters, asked.clocks.validAt);
      const { during, observed } = by;
      const { concern, counts } = kept(view, ['affected', { ...by, via: via ?? null }], () => {
        const found = affectedConcern(view, by);
        return { concern: found, counts: affectedCounts(view, found, during) };
      });
      const { data: people, ...page } = peoplePage(view, concern, asked);
      const period = { from: formatBound(during.from), to: formatBound(during.to) };
      const data = { party: id, observed, ...period, ...counts, people };
      return { ...page, data, heardUntil: heardUntil(view, people, { party: id }) };
    }),
  );
};

/** Where everybody's data was in a period (R12). */
export const staysOfPeople = (
  view: View,
  asked: Asked<PeriodQuestion>,
): Outcome<ReadonlyArray<PersonRow>> => {
  const during = periodOf(asked.parameters);
  const page = peoplePage(
    view,
    kept(view, ['stays', during], () => staysDuring(view, during)),
    asked,
  );
  return E.right({ ...page, heardUntil: heardUntil(view, page.data, { everything: true }) });
};
