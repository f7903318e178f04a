/** Policies, their findings, and how a change of policies would change these (R17 to R20). */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import { pageOfMade } from '../../contract/asked.ts';
import { DifferenceQuestion, FindingsQuestion } from '../../contract/questions/policy.ts';
import { PlainQuestion } from '../../contract/questions/question.ts';
import { PersonRow } from '../../contract/rows/people.ts';
import { FindingDetail, FindingRow, PolicyRow, WireDifference } from '../../contract/rows/policy.ts';
import { type DecodedPolicyDraft, PolicyDraft } from '../../contract/simulations.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { faultsOfAdoption } from '../../ledger/recording/decode-batch.ts';
import { unknownPolicy } from '../../questions/known-name.ts';
import { policyRows } from '../../questions/policies.ts';
import { answer, answerWide } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { describeQuestion, problemResponse } from '../http/openapi.ts';
import { answerPeople } from '../http/people-lists.ts';
import { problem } from '../http/problem.ts';
import { answerAbout } from './subjects.ts';

/** The approximate size of a policy in bytes of JSON: nearly all of it is the texts of its versions. */
const bytesOfPolicy = ({ versions }: PolicyRow): number =>
  versions.reduce((bytes, { cedar }) => bytes + 500 + (cedar?.length ?? 0), 200);

/** The routes of policies and findings. */
export const findingRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();

  routes.get(
    '/policies',
    describeQuestion('All policies, with their versions', PlainQuestion, listAnswerOf(PolicyRow)),
    (context) =>
      answer(context, ledger, PlainQuestion, (view, asked) =>
        E.right(pageOfMade(policyRows(view), asked, (row) => row, bytesOfPolicy)),
      ),
  );

  routes.get(
    '/policies/:id',
    describeQuestion('One policy', PlainQuestion, answerOf(PolicyRow), ['id']),
    (context) =>
      answer(context, ledger, PlainQuestion, (view) => {
        const row = policyRows(view).find(({ policy }) => policy === context.req.param('id'));
        return row === undefined ? unknownPolicy : E.right({ data: row });
      }),
  );

  routes.get(
    '/findings',
    describeQuestion(
      'Findings: where a policy was broken or could not be judged',
      FindingsQuestion,
      listAnswerOf(FindingRow),
    ),
    (context) => answerWide(context, ledger, FindingsQuestion, 'findings', {}),
  );

  routes.get(
    '/subjects/:id/findings',
    describeQuestion('Findings about this subject', PlainQuestion, listAnswerOf(FindingRow), ['id']),
    (context) => answerAbout(context, ledger, 'findings', PlainQuestion, 'findingsOfPerson'),
  );

  routes.get(
    '/findings/diff',
    describeQuestion(
      'How a new version, or later knowledge, changes the findings',
      DifferenceQuestion,
      answerOf(WireDifference),
    ),
    (context) => answerWide(context, ledger, DifferenceQuestion, 'findingsDifference', {}),
  );

  routes.get(
    '/findings/:finding',
    describeQuestion(
      'One finding, with the text of its policy and rule, and the events that prove it',
      PlainQuestion,
      answerOf(FindingDetail),
      ['finding'],
    ),
    (context) =>
      answerWide(
        context,
        ledger,
        PlainQuestion,
        'finding',
        { id: context.req.param('finding') },
        async ({ detail, proof }) => ({
          ...detail,
          proof: await peopleOf(context, ledger).wire(proof),
        }),
      ),
  );

  routes.get(
    '/findings/:finding/subjects',
    describeQuestion(
      'The people whom the finding concerns, each with intervals; Accept: application/x-ndjson or text/csv returns all of them',
      PlainQuestion,
      listAnswerOf(PersonRow),
      ['finding'],
    ),
    (context) =>
      answerPeople(
        context,
        ledger,
        PlainQuestion,
        'peopleOfFinding',
        { id: context.req.param('finding') },
        { name: 'finding', rows: (found) => found, shown: (_, rows) => rows },
      ),
  );

  routes.post(
    '/policies/simulate',
    describeRoute({
      summary:
        'How adopting a policy would change the findings, compared with the version in force; records nothing',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(PolicyDraft) as object } },
      },
      responses: {
        200: {
          description: 'The difference',
          content: { 'application/json': { schema: jsonSchema(answerOf(WireDifference)) as object } },
        },
        422: problemResponse(
          'Invalid body, or invalid policy: errors lists every fault; faults of a policy have a line and column',
        ),
      },
    }),
    async (context) => {
      const body = await jsonBody(context, PolicyDraft);
      if (E.isLeft(body)) return problem(context, body.left);
      return simulate(context, body.right);
    },
  );

  const simulate = (context: Context<ApiEnv>, draft: DecodedPolicyDraft): Promise<Response> | Response => {
    const errors = faultsOfAdoption(draft, '');
    if (errors.length > 0) return problem(context, { kind: 'invalid-policy', errors });
    return answerWide(context, ledger, PlainQuestion, 'policySimulation', {
      proposal: { title: draft.policy, ...draft },
    });
  };

  return routes;
};
