/**
 * Cedar's `like`: a pattern of literal text and wildcards against a whole string.
 */
import type { PatternPart } from './ast.ts';

/**
 * Compiles a pattern. A wildcard stands for any text, also for none. Matching takes each literal text where
 * it first fits, so it is linear in the string for each of them.
 */
export const compileLike = (pattern: ReadonlyArray<PatternPart>): ((text: string) => boolean) => {
  const literals: string[] = [''];
  for (const part of pattern) {
    if (part === 'Wildcard') literals.push('');
    else literals[literals.length - 1] += part.Literal;
  }
  const [first = '', ...rest] = literals;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let from = first.length;
    for (const literal of rest) {
      const found = text.indexOf(literal, from);
      if (found === -1) return false;
      from = found + literal.length;
    }
    return from + last.length <= text.length;
  };
};
