/**
 * Wide questions: those about everybody, a whole site, a policy, a party. They can take long, so a thread of their own
 * answers them where the ledger is not small (`answering.ts`); here they are as functions of what is known.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Answered, type Asked, pageOf } from '../contract/asked.ts';
import {
  periodParameters,
  positionParameter,
  versionParameter,
  wordParameter,
} from '../contract/parameters.ts';
import type { Problem } from '../contract/problem.ts';
import type { Event } from '../domain/events/event.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import type { Proposal } from '../domain/policy/policy-versions.ts';
import { Descriptions } from './descriptions.ts';
import { discrepanciesAfter } from './discrepancies.ts';
import {
  allFindings,
  differenceOfKnowledge,
  differenceOfVersions,
  policyVersions,
  simulatePolicy,
  wireDifference,
  wireFinding,
} from './findings.ts';
import { holdingsAt } from './holdings.ts';
import { knownName } from './known-name.ts';
import { lineageOf, transfersBetween } from './movements.ts';
import { partyCut } from './party-cut.ts';
import { newlyReached, reachOfParty } from './party-reach.ts';
import { populationRow } from './registry.ts';
import { View } from './view.ts';

/** An answer, or why there is none. */
type Outcome<A = unknown> = E.Either<Problem, Answered<A>>;

/** What is answered about a policy that nothing known adopts. */
export const unknownPolicy: E.Either<Problem, never> = E.left({
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

/** A page of the names of a kind, each as the row that describes it. */
export const pageOfNames = (
  view: View,
  asked: Asked,
  kind: RegisteredKind,
  row: (view: View, descriptions: Descriptions, name: string, validAt: number) => unknown,
): Answered => {
  const start = typeof asked.after === 'string' ? asked.after : '';
  const names = view.names(kind, start, asked.limit);
  const descriptions = new Descriptions(view);
  return {
    data: names.map((name) => row(view, descriptions, name, asked.clocks.validAt)),
    after: names.length === asked.limit ? names.at(-1)! : null,
  };
};

const populations = (view: View, asked: Asked): Outcome =>
  E.right(pageOfNames(view, asked, 'population', populationRow));

const population = (view: View, { clocks }: Asked, { id }: { readonly id: string }): Outcome => {
  const name = knownName(view, 'population', id);
  if (E.isLeft(name)) return name;
  return E.right({ data: populationRow(view, new Descriptions(view), name.right, clocks.validAt) });
};

const holdings = (view: View, asked: Asked, { id }: { readonly id: string }): Outcome => {
  const site = knownName(view, 'site', id);
  if (E.isLeft(site)) return site;
  return E.right(pageOf(holdingsAt(view, site.right, asked.clocks.validAt), asked));
};

const lineage = (
  view: View,
  { clocks, parameters }: Asked,
  { id }: { readonly id: string },
): Outcome<ReturnType<typeof lineageOf>> => {
  const period = periodParameters(parameters);
  if (E.isLeft(period)) return period;
  const dataset = knownName(view, 'dataset', id);
  if (E.isLeft(dataset)) return dataset;
  const to = parameters.has('from') || parameters.has('to') ? period.right.to : clocks.validAt + 1;
  return E.right({ data: lineageOf(view, dataset.right, period.right.from, to, clocks.validAt) });
};

const transfers = (view: View, asked: Asked): Outcome => {
  const period = periodParameters(asked.parameters);
  if (E.isLeft(period)) return period;
  return E.right(pageOf(transfersBetween(view, period.right.from, period.right.to), asked));
};

const discrepancies = (view: View, asked: Asked): Outcome => {
  const state = wordParameter(asked.parameters, 'state', ['open', 'resolved'] as const);
  if (E.isLeft(state)) return state;
  const start = typeof asked.after === 'number' ? asked.after : 0;
  const page = discrepanciesAfter(view, state.right ?? 'open', start, asked.limit);
  return E.right({ data: page.rows, after: page.next });
};

const findings = (view: View, asked: Asked): Outcome => {
  const { parameters, clocks } = asked;
  const version = versionParameter(parameters, 'version');
  if (E.isLeft(version)) return version;
  const open = wordParameter(parameters, 'open', ['true', 'false'] as const);
  if (E.isLeft(open)) return open;
  const [policy, site, party] = [parameters.get('policy'), parameters.get('site'), parameters.get('party')];
  // A name that nothing mentions is a slip of the pen: no findings of it would read as all is well.
  for (const name of [
    policy === undefined ? undefined : knownPolicy(view, policy, version.right),
    site === undefined ? undefined : knownName(view, 'site', site),
    party === undefined ? undefined : knownName(view, 'party', party),
  ]) {
    if (name !== undefined && E.isLeft(name)) return name;
  }
  const found = allFindings(view).filter(
    (finding) =>
      (policy === undefined || finding.policy === policy) &&
      (version.right === undefined || finding.version === version.right) &&
      (site === undefined || finding.holding.site === site) &&
      (party === undefined || finding.party === party) &&
      (open.right !== 'true' || (finding.from <= clocks.validAt && clocks.validAt < finding.to)),
  );
  const page = pageOf(found, asked);
  return E.right({ ...page, data: page.data.map((finding) => wireFinding(view, finding, clocks.validAt)) });
};

const findingsDifference = (view: View, { parameters, clocks }: Asked): Outcome => {
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

const policySimulation = (
  view: View,
  { clocks }: Asked,
  { proposal }: { readonly proposal: Proposal },
): Outcome => {
  const difference = simulatePolicy(view, proposal, clocks.validAt);
  return E.right({ data: wireDifference(view, difference, clocks.validAt) });
};

/** Which holdings an explanation of a party's reach is about. */
export const holdingParameters = ['dataset', 'population', 'site', 'backup'];

const partyReach = (view: View, asked: Asked, { id }: { readonly id: string }): Outcome => {
  const { parameters } = asked;
  const period = periodParameters(parameters);
  if (E.isLeft(period)) return period;
  const explain = wordParameter(parameters, 'explain', ['cut'] as const);
  if (E.isLeft(explain)) return explain;
  const party = knownName(view, 'party', id);
  if (E.isLeft(party)) return party;
  const at = asked.clocks.validAt;
  if (explain.right === 'cut') {
    const filter = Object.fromEntries(
      holdingParameters.flatMap((name) => {
        const value = parameters.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    return E.right({ data: partyCut(view, party.right, filter, at) });
  }
  const over = parameters.has('from') || parameters.has('to');
  const during = over ? period.right : { from: at, to: at + 1 };
  return E.right(pageOf(reachOfParty(view, party.right, at, during), asked));
};

const reachSimulation = (
  view: View,
  asked: Asked,
  { events }: { readonly events: ReadonlyArray<Event> },
): Outcome => {
  const { position } = view.known;
  const simulated = events.map((event, index) => ({
    position: position + index + 1,
    recordedAt: asked.clocks.knownAt,
    event,
  }));
  const known = { ...view.known, position: position + events.length };
  const rows = newlyReached(view, new View(view.index, known, simulated), asked.clocks.validAt);
  return E.right(pageOf(rows, asked));
};

/** All wide questions, by name. What they are given besides the parameters, and what they answer, is plain data. */
export const wideQuestions = {
  populations,
  population,
  holdings,
  lineage,
  transfers,
  discrepancies,
  findings,
  findingsDifference,
  policySimulation,
  partyReach,
  reachSimulation,
};

export type WideQuestion = keyof typeof wideQuestions;

/** What a question is given besides the parameters of its request. */
export type GivenTo<Q extends WideQuestion> =
  Parameters<(typeof wideQuestions)[Q]> extends [View, Asked, infer Given]
    ? Given
    : Readonly<Record<string, never>>;

/** What is found where a question is answered. */
export type FoundBy<Q extends WideQuestion> =
  ReturnType<(typeof wideQuestions)[Q]> extends Outcome<infer A> ? A : never;

/** A wide question, as it is handed on to whoever answers it. */
export interface AskedWidely<Q extends WideQuestion = WideQuestion> {
  readonly question: Q;
  readonly asked: Asked;
  readonly given: GivenTo<Q>;
}

/** Answers a wide question by what a view knows. */
export const answerWidely = <Q extends WideQuestion>(
  view: View,
  { question, asked, given }: AskedWidely<Q>,
): Outcome<FoundBy<Q>> =>
  (wideQuestions[question] as (view: View, asked: Asked, given: GivenTo<Q>) => Outcome<FoundBy<Q>>)(
    view,
    asked,
    given,
  );
