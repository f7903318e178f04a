/**
 * From the text of a policy to rules that judge. A text is read and compiled once.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type CompiledRule, compileForbids } from './cedar/compile.ts';
import { readPolicy } from './cedar/read-policy.ts';
import { type JudgingPolicy, unreadableRules } from './judge.ts';
import type { PolicyVersion } from './policy-versions.ts';

const textsMax = 1_000;
const compiled = new Map<string, ReadonlyArray<CompiledRule>>();

/**
 * The rules of the text that can be broken. Of a text that is no policy, as a correction of an adoption may bring it
 * in, one rule that can never be judged.
 */
const forbidsIn = (cedar: string): ReadonlyArray<CompiledRule> => {
  let rules = compiled.get(cedar);
  if (rules === undefined) {
    const read = readPolicy(cedar);
    rules = E.isRight(read) ? compileForbids(read.right.rules) : unreadableRules;
    if (compiled.size >= textsMax) compiled.clear();
    compiled.set(cedar, rules);
  }
  return rules;
};

/** A version ready to judge. One that is not written in Cedar has no rules: what it judges are events. */
export const judgingPolicy = (version: PolicyVersion): JudgingPolicy => ({
  version,
  rules: version.cedar === null ? [] : forbidsIn(version.cedar),
});
