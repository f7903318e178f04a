/** Who could reach data: of a subject, by a party, and if some events were recorded (R13 to R15). */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import type { BodyFault } from '../../contract/problem.ts';
import { AffectedQuestion } from '../../contract/questions/affected.ts';
import {
  PartyReachQuestion,
  ReachQuestion,
  ReachSimulationQuestion,
} from '../../contract/questions/reach.ts';
import { Affected } from '../../contract/rows/people.ts';
import { PartyReachRow, ReachRow, SimulatedReachRow } from '../../contract/rows/reach.ts';
import { SimulatedEvents } from '../../contract/simulations.ts';
import { decodeEvent, type Event } from '../../domain/events/event.ts';
import { subjectsOf, withSubjects } from '../../domain/events/subjects.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { withBareType } from '../../ledger/recording/decode-batch.ts';
import { answerWide } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { describeQuestion, parametersIn, problemResponse } from '../http/openapi.ts';
import { answerPeople } from '../http/people-lists.ts';
import { problem } from '../http/problem.ts';
import { answerAbout } from './subjects.ts';

/** The routes about reach. */
export const reachRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);

  routes.get(
    '/subjects/:id/reach',
    describeQuestion(
      'Who could reach the subject’s data at validAt (with the full intervals around it), or over a period',
      ReachQuestion,
      listAnswerOf(ReachRow),
      ['id'],
    ),
    (context) => answerAbout(context, ledger, 'reach', ReachQuestion, 'reachOfPerson'),
  );

  routes.get(
    '/parties/:id/reach',
    describeQuestion(
      'Every holding that the party could reach, with the number of subjects and the path',
      PartyReachQuestion,
      listAnswerOf(PartyReachRow),
      ['id'],
    ),
    (context) =>
      answerWide(context, ledger, PartyReachQuestion, 'partyReach', { id: context.req.param('id') }),
  );

  routes.get(
    '/parties/:id/affected',
    describeQuestion(
      'Everybody whose data the party could reach (or accessed) at validAt or in a period: counts, then people; Accept: application/x-ndjson or text/csv returns all of them',
      AffectedQuestion,
      answerOf(Affected),
      ['id'],
    ),
    (context) =>
      answerPeople(
        context,
        ledger,
        AffectedQuestion,
        'affectedByParty',
        { id: context.req.param('id') },
        {
          name: 'affected',
          rows: (found) => found.people,
          shown: (found, people) => ({ ...found, people }),
        },
      ),
  );

  routes.post(
    '/reach/simulate',
    describeRoute({
      summary:
        'Who would gain access to what, or no more, of how many people, if some events were recorded; nothing is',
      parameters: parametersIn(ReachSimulationQuestion),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(SimulatedEvents) as object } },
      },
      responses: {
        200: {
          description: 'What would newly be reached, or no more, from validAt on',
          content: { 'application/json': { schema: jsonSchema(listAnswerOf(SimulatedReachRow)) as object } },
        },
        422: problemResponse('Invalid body, or invalid events: errors lists every fault'),
      },
    }),
    async (context) => {
      const body = await jsonBody(context, SimulatedEvents);
      if (E.isLeft(body)) return problem(context, body.left);
      const named: Event[] = [];
      const errors: BodyFault[] = [];
      body.right.events.forEach((input, index) => {
        const decoded = decodeEvent(withBareType(input, ledger.parts.typePrefix));
        if (E.isLeft(decoded)) errors.push(...decoded.left.map((fault) => ({ index, ...fault })));
        else named.push(decoded.right);
      });
      if (errors.length > 0) return problem(context, { kind: 'invalid-events', errors });
      const subjects = new Set(named.flatMap((event) => [...subjectsOf(event)]));
      const pseudonyms = await people(context).pseudonymsOf([...subjects]);
      const events = named.map((event) =>
        withSubjects(event, (subject) => pseudonyms.get(subject) ?? subject),
      );
      return answerWide(context, ledger, ReachSimulationQuestion, 'reachSimulation', { events });
    },
  );

  return routes;
};
