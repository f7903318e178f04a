/** Wide questions about policies: findings, differences between them, and the simulation of a policy. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Asked, pageOfMade } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';
import type { DifferenceQuestion, FindingsQuestion } from '../../contract/questions/policy.ts';
import { invalidParameter, type PlainQuestion } from '../../contract/questions/question.ts';
import { readPolicyToAdopt, warningOf } from '../../domain/policy/cedar/read-policy.ts';
import type { Difference } from '../../domain/policy/findings-difference.ts';
import type { Proposal } from '../../domain/policy/proposed-version.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { cachedByQuestion } from '../cached-by-knowledge.ts';
import { heardUntil } from '../coverage.ts';
import { differencePage, type LearnedOf } from '../difference-pages.ts';
import { allFindings } from '../findings.ts';
import { differenceOfKnowledge, differenceOfVersions, learnedBetween } from '../findings-differences.ts';
import { unknownPolicy } from '../known-name.ts';
import { policyVersions } from '../policies.ts';
import { simulatePolicy } from '../simulate-policy.ts';
import { isSought, knownFilter } from '../sought-findings.ts';
import type { View } from '../view.ts';
import { bytesOfFinding, wireFinding } from '../wire-finding.ts';
import type { Outcome } from './outcome.ts';

/** A page of findings, filtered (R16 to R19). */
export const findings = (view: View, asked: Asked<FindingsQuestion>): Outcome => {
  const { parameters, clocks } = asked;
  const { site, party } = parameters;
  return pipe(
    knownFilter(view, parameters),
    E.map(() => {
      const page = pageOfMade(
        allFindings(view).filter((finding) => isSought(finding, parameters, clocks.validAt)),
        asked,
        (finding) => wireFinding(view, finding, clocks.validAt),
        bytesOfFinding,
      );
      const isNarrow = site !== undefined || party !== undefined;
      const behind = isNarrow ? { ...(site && { site }), ...(party && { party }) } : { everything: true };
      return { ...page, heardUntil: heardUntil(view, page.data, behind) };
    }),
  );
};

/** A difference and, for one between two positions, what was learned. */
interface Compared {
  readonly difference: Difference;
  readonly learnedOf?: LearnedOf;
}

/** Between two versions of a policy. */
const betweenVersions = (
  view: View,
  policy: string,
  fromVersion: number,
  toVersion: number,
): E.Either<Problem, Difference> => {
  const versions = policyVersions(view).filter((version) => version.policy === policy);
  const [from, to] = [versions[fromVersion - 1], versions[toVersion - 1]];
  return from === undefined || to === undefined
    ? unknownPolicy
    : E.right(differenceOfVersions(view, from, to));
};

/** Between what was known at two positions. */
const betweenPositions = (
  view: View,
  policy: string | undefined,
  fromPosition: number,
  toPosition: number,
): Compared => {
  const at = (position: number): View =>
    view.as({ ...view.known, position: Math.min(position, view.known.position) });
  const [before, after] = [at(fromPosition), at(toPosition)];
  return {
    difference: differenceOfKnowledge(before, after, policy),
    learnedOf: learnedBetween(before, after),
  };
};

const compared = (view: View, asked: DifferenceQuestion): E.Either<Problem, Compared> => {
  const { policy, fromVersion, toVersion, fromPosition, toPosition } = asked;
  if (fromVersion !== undefined && toVersion !== undefined && policy !== undefined)
    return pipe(
      betweenVersions(view, policy, fromVersion, toVersion),
      E.map((difference) => ({ difference })),
    );
  if (fromPosition !== undefined && toPosition !== undefined)
    return E.right(betweenPositions(view, policy, fromPosition, toPosition));
  return invalidParameter(
    'fromVersion',
    'expected policy with fromVersion and toVersion, or fromPosition and toPosition with an optional policy',
  );
};

/** The difference between the findings of two versions or two positions (R20). */
export const findingsDifference = (view: View, asked: Asked<DifferenceQuestion>): Outcome =>
  pipe(
    compared(view, asked.parameters),
    E.map(({ difference, learnedOf }) => differencePage(view, difference, asked, learnedOf)),
  );

/** Simulations to cache, so that further pages need not simulate again. */
const simulationsMax = 2;
const simulations = cachedByQuestion<Difference>(simulationsMax);

/** The difference that a proposal would make; the latest are cached. */
const simulated = (view: View, proposal: Proposal, at: Instant): Difference =>
  simulations.get(view, JSON.stringify([at, proposal]), () => simulatePolicy(view, proposal, at));

/** A page of the difference that adopting a policy would make (R20). */
export const policySimulation = (
  view: View,
  asked: Asked<PlainQuestion>,
  { proposal }: { readonly proposal: Proposal },
): Outcome => {
  const page = differencePage(view, simulated(view, proposal, asked.clocks.validAt), asked);
  const read = readPolicyToAdopt(proposal.cedar);
  const warnings = E.isRight(read) ? read.right.warnings.map(warningOf) : [];
  return E.right(warnings.length === 0 ? page : { ...page, also: { ...page.also, warnings } });
};
