/** Sites, parties, datasets and populations: lists, single ones, and questions about one. */

import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import * as t from 'io-ts';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import { PeriodQuestion, PlainQuestion } from '../../contract/questions/question.ts';
import { Lineage } from '../../contract/rows/movements.ts';
import { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../../contract/rows/registry.ts';
import { HoldingStayRow, SiteHoldingRow } from '../../contract/rows/residency.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { heardUntil } from '../../questions/coverage.ts';
import { Descriptions } from '../../questions/descriptions.ts';
import { knownName } from '../../questions/known-name.ts';
import { datasetRow, pageOfNames, partyRow, siteRow } from '../../questions/registry.ts';
import type { View } from '../../questions/view.ts';
import { answer, answerWide } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';

type RowOf = (view: View, descriptions: Descriptions, name: string, validAt: Instant) => unknown;

/**
 * The routes for a list of things and for one of them. Things that events mention without a registration are
 * included.
 */
const listAndOne = (
  routes: Hono<ApiEnv>,
  ledger: Ledger,
  kind: RegisteredKind,
  rowCodec: t.Mixed,
  row: RowOf,
): void => {
  const plural = kind === 'party' ? 'parties' : `${kind}s`;
  routes.get(
    `/${plural}`,
    describeQuestion(`All ${plural}, by id`, PlainQuestion, listAnswerOf(rowCodec)),
    (context) =>
      answer(context, ledger, PlainQuestion, (view, asked) => {
        const page = pageOfNames(view, asked, kind, row);
        return E.right({ ...page, heardUntil: heardUntil(view, page.data, { everything: true }) });
      }),
  );
  routes.get(
    `/${plural}/:id`,
    describeQuestion(`One ${kind}`, PlainQuestion, answerOf(rowCodec), ['id']),
    (context) =>
      answer(context, ledger, PlainQuestion, (view, { clocks }) => {
        const name = knownName(view, kind, context.req.param('id'));
        if (E.isLeft(name)) return name;
        const data = row(view, new Descriptions(view), name.right, clocks.validAt);
        // The index does not know which sources name a dataset, so all sources are listed.
        const behind = kind === 'dataset' ? { everything: true } : { [kind]: name.right };
        return E.right({ data, heardUntil: heardUntil(view, data, behind) });
      }),
  );
};

/** The routes of registered things. */
export const registryRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);
  listAndOne(routes, ledger, 'site', SiteRow, (_, descriptions, name, at) => siteRow(descriptions, name, at));
  listAndOne(routes, ledger, 'party', PartyRow, (_, descriptions, name, at) =>
    partyRow(descriptions, name, at),
  );
  listAndOne(routes, ledger, 'dataset', DatasetRow, (_, descriptions, name, at) =>
    datasetRow(descriptions, name, at),
  );

  // The number of people in each is a wide question.
  routes.get(
    '/populations',
    describeQuestion('All populations, by id', PlainQuestion, listAnswerOf(PopulationRow)),
    (context) => answerWide(context, ledger, PlainQuestion, 'populations', {}),
  );
  routes.get(
    '/populations/:id',
    describeQuestion('One population', PlainQuestion, answerOf(PopulationRow), ['id']),
    (context) => answerWide(context, ledger, PlainQuestion, 'population', { id: context.req.param('id') }),
  );

  routes.get(
    '/sites/:id/holdings',
    describeQuestion(
      'What the site holds at validAt, with the number of subjects; or over a period, every stay that overlaps it',
      PeriodQuestion,
      listAnswerOf(t.union([SiteHoldingRow, HoldingStayRow])),
      ['id'],
    ),
    (context) => answerWide(context, ledger, PeriodQuestion, 'holdings', { id: context.req.param('id') }),
  );

  routes.get(
    '/datasets/:id/holdings',
    describeQuestion(
      'Where the dataset is held at validAt, or was over a period: every stay that overlaps it, whole',
      PeriodQuestion,
      listAnswerOf(HoldingStayRow),
      ['id'],
    ),
    (context) =>
      answerWide(context, ledger, PeriodQuestion, 'holdingsOfDataset', { id: context.req.param('id') }),
  );

  routes.get(
    '/datasets/:id/lineage',
    describeQuestion(
      'The graph of the dataset’s movements, copies and backups, up to validAt or in a period',
      PeriodQuestion,
      answerOf(Lineage),
      ['id'],
    ),
    (context) =>
      answerWide(
        context,
        ledger,
        PeriodQuestion,
        'lineage',
        { id: context.req.param('id') },
        async (lineage) => {
          const reveal = await people(context).seen(
            lineage.edges.flatMap(({ subject }) => (subject === null ? [] : [subject])),
          );
          const edges = lineage.edges.map((edge) =>
            edge.subject === null ? edge : { ...edge, subject: reveal(edge.subject) },
          );
          return { ...lineage, edges };
        },
      ),
  );
  return routes;
};
