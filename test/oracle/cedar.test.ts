/**
 * Cedar's own engine as the oracle: at every sampled instant it agrees about a random policy with our evaluation
 * over intervals, including errors.
 */

import { policyToJson, preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import type { CedarPolicy } from '../../src/domain/policy/cedar/ast.ts';
import { checkRule } from '../../src/domain/policy/cedar/check-rule.ts';
import { compileRule } from '../../src/domain/policy/cedar/compile.ts';
import type { Entities } from '../../src/domain/policy/cedar/request-history.ts';
import { always, holdsAt, subtract } from '../../src/domain/time/timeline.ts';
import {
  type CedarWorld,
  cedarWorld,
  forbidText,
  lastInstant,
  timeline,
} from '../support/cedar-arbitraries.ts';
import { type Verdicts, verdictsOf } from '../support/verdicts.ts';

type Outcome = 'satisfied' | 'not satisfied' | 'error';

const parse = (text: string): CedarPolicy => {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') throw new Error(`${parsed.errors[0]?.message}\n${text}`);
  const checked = checkRule(parsed.json);
  if (E.isLeft(checked)) throw new Error(`${checked.left[0]?.construct}\n${text}`);
  return checked.right;
};

const compile = (text: string, index: number) => compileRule({ rule: `p${index}`, ast: parse(text) });

const prepare = (texts: ReadonlyArray<string>): void => {
  preparsePolicySet('policies', {
    staticPolicies: Object.fromEntries(texts.map((text, index) => [`p${index}`, text])),
  });
};

const ourOutcome = ({ satisfied, failed }: Verdicts, at: number): Outcome =>
  holdsAt(satisfied, at) ? 'satisfied' : holdsAt(failed, at) ? 'error' : 'not satisfied';

const theirOutcomes = (
  world: CedarWorld,
  texts: ReadonlyArray<string>,
  at: number,
): ReadonlyArray<Outcome> => {
  const answer = statefulIsAuthorized({ ...world.at(at), preparsedPolicySetId: 'policies' });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join());
  const { reason, errors } = answer.response.diagnostics;
  const erred = new Set(errors.map(({ policyId }) => policyId));
  return texts.map((_, index) =>
    erred.has(`p${index}`) ? 'error' : reason.includes(`p${index}`) ? 'satisfied' : 'not satisfied',
  );
};

it('agrees with the stock engine on every policy at every sampled instant, errors included', () => {
  const seen: Record<Outcome, number> = { satisfied: 0, 'not satisfied': 0, error: 0 };
  let instants = 0;
  let changing = 0;
  fc.assert(
    fc.property(
      cedarWorld,
      fc.array(forbidText, { minLength: 1, maxLength: 8 }),
      fc.uniqueArray(fc.integer({ min: -1, max: lastInstant + 1 }), { minLength: 25, maxLength: 25 }),
      (world, texts, samples) => {
        const verdicts = texts.map((text, index) =>
          verdictsOf(compile(text, index), world.request, world.entities, always),
        );
        for (const { satisfied, failed } of verdicts) if (satisfied.length + failed.length > 1) changing++;
        prepare(texts);
        for (const at of samples) {
          const theirs = theirOutcomes(world, texts, at);
          const ours = verdicts.map((verdict) => ourOutcome(verdict, at));
          expect(ours, `at ${at}`).toEqual(theirs);
          for (const outcome of ours) seen[outcome]++;
          instants++;
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(instants).toBeGreaterThanOrEqual(4_500);
  // The sample is meaningful only if every outcome is frequent and histories change.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(instants / 10);
  expect(changing).toBeGreaterThan(instants / 100);
});

it('answers the unknown with what every possible truth answers, or with an error', () => {
  let hidden = 0;
  fc.assert(
    fc.property(
      cedarWorld,
      fc.array(forbidText, { minLength: 1, maxLength: 8 }),
      timeline,
      timeline,
      (world, texts, noPrincipal, noCountry) => {
        const request = {
          ...world.request,
          principal: world.request.principal.flatMap((piece) =>
            subtract([piece], noPrincipal).map((interval) => ({ ...piece, ...interval })),
          ),
        };
        const entities: Entities = {
          ...world.entities,
          ancestry: (entity, ancestor) => {
            const { within } = world.entities.ancestry(entity, ancestor);
            return entity.type === 'Site' && ancestor.type === 'Country'
              ? { within: subtract(within, noCountry), unknown: noCountry }
              : { within, unknown: [] };
          },
        };
        prepare(texts);
        for (let at = -1; at <= lastInstant; at += 3) {
          const theirs = theirOutcomes(world, texts, at);
          const isHidden = holdsAt(noPrincipal, at) || holdsAt(noCountry, at);
          texts.forEach((text, index) => {
            const verdicts = verdictsOf(compile(text, index), request, entities, always);
            const ours = ourOutcome(verdicts, at);
            if (ours === 'error' && isHidden && theirs[index] !== 'error') hidden++;
            else expect(ours, `${text} at ${at}`).toBe(theirs[index]);
          });
        }
      },
    ),
    { numRuns: 50 },
  );
  expect(hidden).toBeGreaterThan(100);
});
