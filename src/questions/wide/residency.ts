/**
 * Wide questions about where data is: populations, the holdings of a site, lineage and transfers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Asked, pageOf } from '../../contract/asked.ts';
import { periodParameters } from '../../contract/parameters.ts';
import { Descriptions } from '../descriptions.ts';
import { holdingsAt } from '../holdings.ts';
import { knownName } from '../known-name.ts';
import { lineageOf, transfersBetween } from '../movements.ts';
import { pageOfNames, populationRow } from '../registry.ts';
import type { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

export const populations = (view: View, asked: Asked): Outcome =>
  E.right(pageOfNames(view, asked, 'population', populationRow));

export const population = (view: View, { clocks }: Asked, { id }: About): Outcome =>
  pipe(
    knownName(view, 'population', id),
    E.map((name) => ({ data: populationRow(view, new Descriptions(view), name, clocks.validAt) })),
  );

export const holdings = (view: View, asked: Asked, { id }: About): Outcome =>
  pipe(
    knownName(view, 'site', id),
    E.map((site) => pageOf(holdingsAt(view, site, asked.clocks.validAt), asked)),
  );

export const lineage = (
  view: View,
  { clocks, parameters }: Asked,
  { id }: About,
): Outcome<ReturnType<typeof lineageOf>> =>
  pipe(
    E.Do,
    E.bind('period', () => periodParameters(parameters)),
    E.bind('dataset', () => knownName(view, 'dataset', id)),
    E.map(({ period, dataset }) => {
      const to = parameters.has('from') || parameters.has('to') ? period.to : clocks.validAt + 1;
      return { data: lineageOf(view, dataset, period.from, to, clocks.validAt) };
    }),
  );

export const transfers = (view: View, asked: Asked): Outcome =>
  pipe(
    periodParameters(asked.parameters),
    E.map(({ from, to }) => pageOf(transfersBetween(view, from, to), asked)),
  );
