/**
 * Policies, what they found, and what a change of them makes of history (R17 to R20).
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { TypeOf } from 'io-ts';
import { DateTimeOrDate, exact, Identifier } from '../../domain/codec.ts';
import { CedarText } from '../../domain/events/words.ts';
import { describeFault, readPolicy } from '../../policy-language/read-policy.ts';
import { FindingRow, PolicyRow, WireDifference } from '../../projections/questions/answers.ts';
import {
  allFindings,
  differenceOfKnowledge,
  differenceOfVersions,
  findingsOfSubject,
  policyRows,
  policyVersions,
  simulatePolicy,
  wireDifference,
  wireFinding,
} from '../../projections/questions/findings.ts';
import { View } from '../../projections/view.ts';
import { jsonBody } from '../json-body.ts';
import { jsonSchema } from '../json-schema.ts';
import type { Ledger } from '../ledger.ts';
import { Answer, describeQuestion, ListAnswer, problemResponse } from '../openapi.ts';

import { type Problem, problem } from '../problem.ts';
import { type Answered, type Asked, answer, pageOf, positionParameter, wordParameter } from '../questions.ts';
import { knownName } from './registry.ts';
import { answerAbout } from './subjects.ts';

const Proposal = exact(
  'a policy to simulate',
  { policy: Identifier, cedar: CedarText, effectiveFrom: DateTimeOrDate },
  { effectiveUntil: DateTimeOrDate },
);
type Proposal = TypeOf<typeof Proposal>;

const unknownPolicy: E.Either<Problem, never> = E.left({
  kind: 'unknown',
  what: 'policy',
  detail: 'no policy of this id, or no such version of it, is known at this moment',
});

const knownPolicy = (view: View, policy: string, version: number | undefined): E.Either<Problem, string> =>
  policyVersions(view).some(
    (each) => each.policy === policy && (version === undefined || each.version === version),
  )
    ? E.right(policy)
    : unknownPolicy;

const versionParameter = (
  parameters: ReadonlyMap<string, string>,
  name: string,
): E.Either<Problem, number | undefined> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(undefined);
  return /^[1-9]\d{0,8}$/.test(text)
    ? E.right(Number(text))
    : E.left({
        kind: 'bad-parameter',
        parameter: name,
        detail: `${name}: expected a version, a whole number from 1 on`,
      });
};

/** The routes of policies and findings. */
export const findingRoutes = (ledger: Ledger): Hono => {
  const routes = new Hono();

  routes.get(
    '/policies',
    describeQuestion('All policies, with their versions', ListAnswer(PolicyRow)),
    (context) => answer(context, ledger, [], (view, asked) => E.right(pageOf(policyRows(view), asked))),
  );

  routes.get('/policies/:id', describeQuestion('One policy', Answer(PolicyRow), {}, ['id']), (context) =>
    answer(context, ledger, [], (view) => {
      const row = policyRows(view).find(({ policy }) => policy === context.req.param('id'));
      return row === undefined ? unknownPolicy : E.right({ data: row });
    }),
  );

  routes.get(
    '/findings',
    describeQuestion('What broke a policy, or could not be judged', ListAnswer(FindingRow), {
      policy: 'Of this policy.',
      version: 'Of this version of it.',
      site: 'About holdings at this site.',
      party: 'About this party’s reach.',
      open: 'true: only findings that hold at validAt.',
    }),
    (context) =>
      answer(context, ledger, ['policy', 'version', 'site', 'party', 'open'], (view, asked) => {
        const { parameters, clocks } = asked;
        const version = versionParameter(parameters, 'version');
        if (E.isLeft(version)) return version;
        const open = wordParameter(parameters, 'open', ['true', 'false'] as const);
        if (E.isLeft(open)) return open;
        const [policy, site, party] = [
          parameters.get('policy'),
          parameters.get('site'),
          parameters.get('party'),
        ];
        // A name that nothing mentions is a slip of the pen: no findings of it would read as all is well.
        for (const name of [
          policy === undefined ? undefined : knownPolicy(view, policy, version.right),
          site === undefined ? undefined : knownName(view, 'site', site),
          party === undefined ? undefined : knownName(view, 'party', party),
        ]) {
          if (name !== undefined && E.isLeft(name)) return name;
        }
        const findings = allFindings(view).filter(
          (finding) =>
            (policy === undefined || finding.policy === policy) &&
            (version.right === undefined || finding.version === version.right) &&
            (site === undefined || finding.holding.site === site) &&
            (party === undefined || finding.party === party) &&
            (open.right !== 'true' || (finding.from <= clocks.validAt && clocks.validAt < finding.to)),
        );
        const page = pageOf(findings, asked);
        const rows = page.data.map((finding) => wireFinding(view, finding, clocks.validAt));
        return E.right({ ...page, data: rows });
      }),
  );

  routes.get(
    '/subjects/:id/findings',
    describeQuestion('What it meant for this subject', ListAnswer(FindingRow), {}, ['id']),
    (context) =>
      answerAbout(context, ledger, 'findings', [], (view, asked, subject) => {
        const findings = findingsOfSubject(view, subject);
        return E.right(
          pageOf(
            findings.map((finding) => wireFinding(view, finding, asked.clocks.validAt)),
            asked,
          ),
        );
      }),
  );

  const diff = (view: View, { parameters, clocks }: Asked): E.Either<Problem, Answered> => {
    const numbers = ['fromVersion', 'toVersion'].map((name) => versionParameter(parameters, name));
    const positions = ['fromPosition', 'toPosition'].map((name) => positionParameter(parameters, name));
    for (const each of [...numbers, ...positions]) if (E.isLeft(each)) return each;
    const [fromVersion, toVersion] = numbers.map((each) => (E.isRight(each) ? each.right : undefined));
    const [fromPosition, toPosition] = positions.map((each) => (E.isRight(each) ? each.right : undefined));
    const policy = parameters.get('policy');
    if (fromVersion !== undefined && toVersion !== undefined && policy !== undefined) {
      const versions = policyVersions(view).filter((version) => version.policy === policy);
      const [from, to] = [versions[fromVersion - 1], versions[toVersion - 1]];
      if (from === undefined || to === undefined) return unknownPolicy;
      return E.right({ data: wireDifference(view, differenceOfVersions(view, from, to), clocks.validAt) });
    }
    if (fromPosition !== undefined && toPosition !== undefined) {
      const at = (position: number): View =>
        new View(view.index, { ...view.known, position: Math.min(position, view.known.position) });
      const difference = differenceOfKnowledge(at(fromPosition), at(toPosition), policy);
      return E.right({ data: wireDifference(view, difference, clocks.validAt) });
    }
    const detail =
      'expected policy with fromVersion and toVersion, or fromPosition and toPosition (and policy, if wanted)';
    return E.left({ kind: 'bad-parameter', parameter: 'fromVersion', detail });
  };

  routes.get(
    '/findings/diff',
    describeQuestion(
      'What a new version, or what was learned since, makes of history',
      Answer(WireDifference),
      {
        policy: 'The policy.',
        fromVersion: 'Between this version',
        toVersion: 'and this one.',
        fromPosition: 'Or as known at this position',
        toPosition: 'and at this one.',
      },
    ),
    (context) =>
      answer(context, ledger, ['policy', 'fromVersion', 'toVersion', 'fromPosition', 'toPosition'], diff),
  );

  routes.post(
    '/policies/simulate',
    describeRoute({
      summary:
        'What adopting a policy would make of history, against the version in force; nothing is recorded',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(Proposal) as object } },
      },
      responses: {
        200: {
          description: 'The difference',
          content: { 'application/json': { schema: jsonSchema(Answer(WireDifference)) as object } },
        },
        422: problemResponse('The policy cannot be adopted: each error with its line and column'),
      },
    }),
    async (context) => {
      const body = await jsonBody(context, Proposal);
      if (E.isLeft(body)) return problem(context, body.left);
      return simulate(context, body.right);
    },
  );

  const simulate = (context: Context, proposal: Proposal): Promise<Response> | Response => {
    const read = readPolicy(proposal.cedar);
    if (E.isLeft(read)) {
      const errors = read.left.map((fault) => ({
        index: 0,
        pointer: '/cedar',
        message: describeFault(fault),
      }));
      return problem(context, { kind: 'invalid-events', errors });
    }
    return answer(context, ledger, [], (view, { clocks }) => {
      const difference = simulatePolicy(view, { title: proposal.policy, ...proposal }, clocks.validAt);
      return E.right({ data: wireDifference(view, difference, clocks.validAt) });
    });
  };

  return routes;
};
