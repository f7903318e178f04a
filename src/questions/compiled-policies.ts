/** Compiled policies, cached by their text. */
import { LRUCache } from 'lru-cache';
import type { CompiledRule } from '../domain/policy/cedar/compile.ts';
import { type CompiledPolicy, compileText } from '../domain/policy/compiled-policy.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';

/** How many texts to cache; the least recently used is dropped. */
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

/** The version with its compiled rules. Each text is compiled once. */
export const compiledPolicy = (version: PolicyVersion): CompiledPolicy => ({
  version,
  rules: version.cedar === null ? [] : remembered(version.cedar),
});
