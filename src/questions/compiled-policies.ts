/**
 * Compiled policies, remembered by their text.
 */
import { LRUCache } from 'lru-cache';
import type { CompiledRule } from '../domain/policy/cedar/compile.ts';
import { type CompiledPolicy, compileText } from '../domain/policy/compiled-policy.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';

/** How many texts are remembered; the one asked for longest ago goes first. */
const textsMax = 1_000;
const texts = new LRUCache<string, ReadonlyArray<CompiledRule>>({ max: textsMax });

const remembered = (cedar: string): ReadonlyArray<CompiledRule> => {
  let rules = texts.get(cedar);
  if (rules === undefined) {
    rules = compileText(cedar);
    texts.set(cedar, rules);
  }
  return rules;
};

/** The version with its rules, as `compilePolicy` gives it; a text is compiled once. */
export const compiledPolicy = (version: PolicyVersion): CompiledPolicy => ({
  version,
  rules: version.cedar === null ? [] : remembered(version.cedar),
});
