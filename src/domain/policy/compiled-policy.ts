/**
 * A version of a policy, with the rules of its text compiled.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type CompiledRule, compileForbids } from './cedar/compile.ts';
import { Failure } from './cedar/evaluation-state.ts';
import { readPolicy } from './cedar/read-policy.ts';
import type { PolicyVersion } from './policy-versions.ts';

/** A version of a policy with its rules ready to judge. */
export interface CompiledPolicy {
  readonly version: PolicyVersion;
  readonly rules: ReadonlyArray<CompiledRule>;
}

const cannotBeRead = new Failure('the text of the policy cannot be read');

/**
 * Replaces the rules of a text that is not a valid policy, which a correction may cause: nothing can be judged by it
 * (R19).
 */
const unreadableRules: ReadonlyArray<CompiledRule> = [
  {
    rule: 'unreadable',
    effect: 'forbid',
    limits: null,
    satisfied: () => cannotBeRead,
    ofHolding: () => cannotBeRead,
    ofParty: () => cannotBeRead,
    actions: undefined,
  },
];

/** The rules of the text that can be broken; if the text is no policy, one rule that can never be judged. */
export const compileText = (cedar: string): ReadonlyArray<CompiledRule> =>
  pipe(
    readPolicy(cedar),
    E.match(
      () => unreadableRules,
      ({ rules }) => compileForbids(rules),
    ),
  );

/** The version with its rules. One that is not written in Cedar has none: it judges events. */
export const compilePolicy = (version: PolicyVersion): CompiledPolicy => ({
  version,
  rules: version.cedar === null ? [] : compileText(version.cedar),
});
