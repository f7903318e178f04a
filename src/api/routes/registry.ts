/**
 * Sites, parties, datasets and populations: lists, one of each, and what is asked of it.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import type { Mixed } from 'io-ts';
import type { Instant } from '../../domain/time.ts';
import {
  DatasetRow,
  Lineage,
  PartyRow,
  PopulationRow,
  SiteHoldingRow,
  SiteRow,
} from '../../projections/questions/answers.ts';
import { Descriptions } from '../../projections/questions/descriptions.ts';
import { holdingsAt } from '../../projections/questions/holdings.ts';
import { lineageOf } from '../../projections/questions/movements.ts';
import { datasetRow, partyRow, populationRow, siteRow } from '../../projections/questions/registry.ts';
import type { NameKind } from '../../projections/topics.ts';
import type { View } from '../../projections/view.ts';
import type { Ledger } from '../ledger.ts';
import { Answer, describeQuestion, ListAnswer } from '../openapi.ts';
import { type People, peopleOf } from '../people.ts';
import type { Problem } from '../problem.ts';
import { type Answered, type Asked, answer, pageOf, periodParameters } from '../questions.ts';

type RowOf = (view: View, descriptions: Descriptions, name: string, validAt: Instant) => unknown;

/** The name, if some known event mentions it. */
export const knownName = (view: View, kind: NameKind, name: string): E.Either<Problem, string> =>
  view.mentions(kind, name)
    ? E.right(name)
    : E.left({
        kind: 'unknown',
        what: kind,
        detail: `no event known at this moment mentions a ${kind} of this id`,
      });

const pageOfNames = (view: View, asked: Asked, kind: NameKind, row: RowOf): Answered => {
  const start = typeof asked.after === 'string' ? asked.after : '';
  const names = view.names(kind, start, asked.limit);
  const descriptions = new Descriptions(view);
  return {
    data: names.map((name) => row(view, descriptions, name, asked.clocks.validAt)),
    after: names.length === asked.limit ? names.at(-1)! : null,
  };
};

/** A list of things of a kind, and one of them: those that events mention and nobody registered, too. */
const listAndOne = (routes: Hono, ledger: Ledger, kind: NameKind, rowCodec: Mixed, row: RowOf): void => {
  const plural = kind === 'party' ? 'parties' : `${kind}s`;
  routes.get(`/${plural}`, describeQuestion(`All ${plural}, by id`, ListAnswer(rowCodec)), (context) =>
    answer(context, ledger, [], (view, asked) => E.right(pageOfNames(view, asked, kind, row))),
  );
  routes.get(`/${plural}/:id`, describeQuestion(`One ${kind}`, Answer(rowCodec), {}, ['id']), (context) =>
    answer(context, ledger, [], (view, { clocks }) => {
      const name = knownName(view, kind, context.req.param('id'));
      if (E.isLeft(name)) return name;
      return E.right({ data: row(view, new Descriptions(view), name.right, clocks.validAt) });
    }),
  );
};

/** The routes of things that are registered. */
export const registryRoutes = (ledger: Ledger): Hono => {
  const routes = new Hono();
  const people = (context: Context): People => peopleOf(context, ledger);
  listAndOne(routes, ledger, 'site', SiteRow, (_, descriptions, name, at) => siteRow(descriptions, name, at));
  listAndOne(routes, ledger, 'party', PartyRow, (_, descriptions, name, at) =>
    partyRow(descriptions, name, at),
  );
  listAndOne(routes, ledger, 'dataset', DatasetRow, (_, descriptions, name, at) =>
    datasetRow(descriptions, name, at),
  );
  listAndOne(routes, ledger, 'population', PopulationRow, populationRow);

  routes.get(
    '/sites/:id/holdings',
    describeQuestion('What the site holds at validAt, of how many subjects', ListAnswer(SiteHoldingRow), {}, [
      'id',
    ]),
    (context) =>
      answer(context, ledger, [], (view, asked) => {
        const site = knownName(view, 'site', context.req.param('id'));
        if (E.isLeft(site)) return site;
        return E.right(pageOf(holdingsAt(view, site.right, asked.clocks.validAt), asked));
      }),
  );

  routes.get(
    '/datasets/:id/lineage',
    describeQuestion(
      'The graph of the dataset’s movements, copies and backups: all up to validAt, or those of a period',
      Answer(Lineage),
      { from: '', to: '' },
      ['id'],
    ),
    (context) =>
      answer(
        context,
        ledger,
        ['from', 'to'],
        (view, { clocks, parameters }) => {
          const period = periodParameters(parameters);
          if (E.isLeft(period)) return period;
          const dataset = knownName(view, 'dataset', context.req.param('id'));
          if (E.isLeft(dataset)) return dataset;
          const to = parameters.has('from') || parameters.has('to') ? period.right.to : clocks.validAt + 1;
          return E.right({ data: lineageOf(view, dataset.right, period.right.from, to, clocks.validAt) });
        },
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
