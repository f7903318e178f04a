/**
 * Cedar's `like`: a pattern of literal text and wildcards against a whole string.
 */
import type { PatternPart } from './ast.ts';

/**
 * Compiles a pattern. A wildcard stands for any text, also for none. Matching takes each stretch of literal text where
 * it first fits, so it is linear in the string for each stretch.
 */
export const compileLike = (pattern: ReadonlyArray<PatternPart>): ((text: string) => boolean) => {
  const stretches: string[] = [''];
  for (const part of pattern) {
    if (part === 'Wildcard') stretches.push('');
    else stretches[stretches.length - 1] += part.Literal;
  }
  const [first = '', ...rest] = stretches;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let from = first.length;
    for (const stretch of rest) {
      const found = text.indexOf(stretch, from);
      if (found === -1) return false;
      from = found + stretch.length;
    }
    return from + last.length <= text.length;
  };
};
