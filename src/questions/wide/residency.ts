/** Wide questions about residency: populations, the holdings of a site, lineage and transfers. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Answered, type Asked, cutShort, pageOf, pageOfMade } from '../../contract/asked.ts';
import {
  isOverPeriod,
  type PeriodQuestion,
  type PlainQuestion,
  periodOf,
  periodOrMoment,
} from '../../contract/questions/question.ts';
import type { Lineage } from '../../contract/rows/movements.ts';
import type { HoldingStayRow } from '../../contract/rows/residency.ts';
import { heardUntil } from '../coverage.ts';
import { Descriptions } from '../descriptions.ts';
import { bytesOf, type HoldingStay, staysAt, staysOfDataset, wireStay } from '../holding-stays.ts';
import { holdingsAt } from '../holdings.ts';
import { knownName } from '../known-name.ts';
import { lineageOf, transfersBetween } from '../movements.ts';
import { pageOfNames, populationRow } from '../registry.ts';
import type { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

/** A page of populations with their members. */
export const populations = (view: View, asked: Asked<PlainQuestion>): Outcome => {
  const page = pageOfNames(view, asked, 'population', populationRow);
  return E.right({ ...page, heardUntil: heardUntil(view, page.data, { everything: true }) });
};

/** One population with its members. */
export const population = (view: View, { clocks }: Asked<PlainQuestion>, { id }: About): Outcome =>
  pipe(
    knownName(view, 'population', id),
    E.map((name) => {
      const data = populationRow(view, new Descriptions(view), name, clocks.validAt);
      return { data, heardUntil: heardUntil(view, data, { everything: true }) };
    }),
  );

const pageOfStays = (
  view: View,
  stays: ReadonlyArray<HoldingStay>,
  asked: Asked,
): Answered<ReadonlyArray<HoldingStayRow>> =>
  pageOfMade(stays, asked, (stay) => wireStay(view, stay), bytesOf);

/** What a site holds, and of how many subjects (R12); over a period, its stays. */
export const holdings = (view: View, asked: Asked<PeriodQuestion>, { id }: About): Outcome =>
  pipe(
    knownName(view, 'site', id),
    E.map((site) => {
      const { clocks, parameters } = asked;
      const page: Answered = isOverPeriod(parameters)
        ? pageOfStays(view, staysAt(view, site, periodOf(parameters)), asked)
        : pageOf(holdingsAt(view, site, clocks.validAt), asked);
      return { ...page, heardUntil: heardUntil(view, page.data, { site }) };
    }),
  );

/** Where a dataset is held at `validAt`, or was in a period: its stays. */
export const holdingsOfDataset = (
  view: View,
  asked: Asked<PeriodQuestion>,
  { id }: About,
): Outcome<ReadonlyArray<HoldingStayRow>> =>
  pipe(
    knownName(view, 'dataset', id),
    E.map((dataset) => {
      const { clocks, parameters } = asked;
      const during = periodOrMoment(parameters, clocks.validAt);
      const page = pageOfStays(view, staysOfDataset(view, dataset, during), asked);
      return { ...page, heardUntil: heardUntil(view, page.data, {}) };
    }),
  );

/** The lineage of a dataset in a period. */
export const lineage = (
  view: View,
  { clocks, parameters }: Asked<PeriodQuestion>,
  { id }: About,
): Outcome<Lineage> =>
  pipe(
    knownName(view, 'dataset', id),
    E.map((dataset) => {
      const { from, to } = periodOf(parameters);
      const until = isOverPeriod(parameters) ? to : clocks.validAt + 1;
      const { lineage: data, limitMet } = lineageOf(view, dataset, from, until, clocks.validAt);
      const heard = { data, heardUntil: heardUntil(view, data, {}) };
      return limitMet ? { ...heard, also: cutShort } : heard;
    }),
  );

/** Transfers between countries in a period. */
export const transfers = (view: View, asked: Asked<PeriodQuestion>): Outcome => {
  const { from, to } = periodOf(asked.parameters);
  const page = pageOf(transfersBetween(view, from, to), asked);
  return E.right({ ...page, heardUntil: heardUntil(view, page.data, { everything: true }) });
};
