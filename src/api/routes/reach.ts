/**
 * Who could reach data: of a subject, by a party, and if some events were recorded (R13 to R15).
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import * as t from 'io-ts';
import { listAnswerOf } from '../../contract/answers.ts';
import { type Asked, pageOf } from '../../contract/asked.ts';
import { periodParameters, wordParameter } from '../../contract/parameters.ts';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import { PartyReachRow, ReachRow, SimulatedReachRow } from '../../contract/rows/reach.ts';
import { exact, listOf } from '../../domain/events/codec.ts';
import { decodeEvent, type Event } from '../../domain/events/event.ts';
import { subjectsOf, withSubjects } from '../../domain/events/subjects.ts';
import { edgeKinds } from '../../domain/reach/edge.ts';
import type { ReachQuestion } from '../../domain/reach/reach-of.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { knownName } from '../../questions/known-name.ts';
import { holdingParameters } from '../../questions/party-cut.ts';
import { cutOf, reachRows } from '../../questions/reach.ts';
import { answerWide } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { describeQuestion, problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { answerAbout } from './subjects.ts';

/** How many events can be simulated at once. */
const simulatedEventsMax = 100;

const viaOf = (parameters: ReadonlyMap<string, string>): E.Either<Problem, Pick<ReachQuestion, 'via'>> => {
  const text = parameters.get('via');
  if (text === undefined) return E.right({});
  const kinds = text.split(',').map((each) => each.trim());
  const known = edgeKinds.filter((kind) => kinds.includes(kind));
  if (known.length !== new Set(kinds).size) {
    const detail = `via: expected kinds of edges, with commas between: ${edgeKinds.join(', ')}`;
    return E.left({ kind: 'bad-parameter', parameter: 'via', detail });
  }
  return E.right({ via: new Set(known) });
};

const questionOf = ({ clocks, parameters }: Asked): E.Either<Problem, ReachQuestion> => {
  const period = periodParameters(parameters);
  if (E.isLeft(period)) return period;
  const paths = wordParameter(parameters, 'paths', ['all', 'first'] as const);
  if (E.isLeft(paths)) return paths;
  const via = viaOf(parameters);
  if (E.isLeft(via)) return via;
  const party = parameters.get('party');
  return E.right({
    at: clocks.validAt,
    ...(parameters.has('from') || parameters.has('to') ? { during: period.right } : {}),
    ...(party === undefined ? {} : { party }),
    ...(paths.right === 'all' ? { paths: 'all' as const } : {}),
    ...via.right,
  });
};

const reachParameters = ['from', 'to', 'party', 'via', 'paths', 'explain'];

/** The routes of reach. */
export const reachRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);

  routes.get(
    '/subjects/:id/reach',
    describeQuestion(
      'Who could reach the subject’s data: at validAt (the intervals that contain it, whole), or over a period',
      listAnswerOf(ReachRow),
      {
        from: '',
        to: '',
        party: 'This party alone.',
        via: 'Kinds of edges that paths may have, with commas between.',
        paths: 'all: every path that visits no party twice; first (default): the one of R15.',
        explain: 'cut, with party: why it cannot reach the data, or the smallest set of edges to close.',
      },
      ['id'],
    ),
    (context) =>
      answerAbout<unknown>(context, ledger, 'reach', reachParameters, (view, asked, subject) => {
        const question = questionOf(asked);
        if (E.isLeft(question)) return question;
        const explain = wordParameter(asked.parameters, 'explain', ['cut'] as const);
        if (E.isLeft(explain)) return explain;
        const party = asked.parameters.get('party');
        const known = party === undefined ? undefined : knownName(view, 'party', party);
        if (known !== undefined && E.isLeft(known)) return known;
        if (explain.right === 'cut') {
          if (party === undefined) {
            const detail = 'party: is missing; explain=cut is about one party';
            return E.left({ kind: 'bad-parameter', parameter: 'party', detail });
          }
          return E.right({ data: cutOf(view, subject, party, asked.clocks.validAt) });
        }
        const { rows, limitMet } = reachRows(view, subject, question.right);
        const page = pageOf(rows, asked);
        return E.right(question.right.paths === 'all' ? { ...page, also: { limitMet } } : page);
      }),
  );

  routes.get(
    '/parties/:id/reach',
    describeQuestion(
      'Every holding that the party could reach, of how many subjects, and how',
      listAnswerOf(PartyReachRow),
      {
        from: '',
        to: '',
        explain:
          'cut: instead of the holdings, the graph of the ways to them at validAt, and the smallest set of edges to close.',
        dataset: 'With explain: holdings of this dataset.',
        population: 'With explain: holdings of this population.',
        site: 'With explain: holdings at this site.',
        backup: 'With explain: this backup.',
      },
      ['id'],
    ),
    (context) =>
      answerWide(context, ledger, ['from', 'to', 'explain', ...holdingParameters], 'partyReach', {
        id: context.req.param('id'),
      }),
  );

  const Simulated = exact(
    'events to simulate',
    { events: listOf(`1 to ${simulatedEventsMax} events`, t.unknown, 1, simulatedEventsMax) },
    {},
  );

  routes.post(
    '/reach/simulate',
    describeRoute({
      summary: 'Who would newly reach what, of how many people, if some events were recorded; nothing is',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(Simulated) as object } },
      },
      responses: {
        200: {
          description: 'What would newly be reached, from validAt on',
          content: { 'application/json': { schema: jsonSchema(listAnswerOf(SimulatedReachRow)) as object } },
        },
        422: problemResponse('Malformed events'),
      },
    }),
    async (context) => {
      const body = await jsonBody(context, Simulated);
      if (E.isLeft(body)) return problem(context, body.left);
      const named: Event[] = [];
      const errors: BodyFault[] = [];
      body.right.events.forEach((input, index) => {
        const decoded = decodeEvent(input);
        if (E.isLeft(decoded)) errors.push(...decoded.left.map((fault) => ({ index, ...fault })));
        else named.push(decoded.right);
      });
      if (errors.length > 0) return problem(context, { kind: 'invalid-events', errors });
      const subjects = new Set(named.flatMap((event) => [...subjectsOf(event)]));
      const pseudonyms = await people(context).pseudonymsOf([...subjects]);
      const events = named.map((event) =>
        withSubjects(event, (subject) => pseudonyms.get(subject) ?? subject),
      );
      return answerWide(context, ledger, [], 'reachSimulation', { events });
    },
  );

  return routes;
};
