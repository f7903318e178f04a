/**
 * The reason for adopting a policy. The event has no field for it, so it is a comment above the rules: part of the log, and
 * visible to every reader of the policy.
 */

const opening = '// Reason: ';
/** Every line break of Unicode: no line of a reason may become a rule. */
const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** The reason as a comment, an empty line, and the rules. */
export const withReason = (cedar: string, reason: string): string => {
  const [first = '', ...others] = reason.trim().split(lineBreak);
  return [opening + first, ...others.map((line) => `// ${line}`), '', cedar].join('\n');
};

/** Separates the reason from the rules. */
export const readReason = (text: string): { readonly reason: string | undefined; readonly cedar: string } => {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  if (end === -1 || !text.startsWith(opening) || !lines.every((line) => line.startsWith('// ')))
    return { reason: undefined, cedar: text };
  const reason = lines.map((line, index) => line.slice(index === 0 ? opening.length : 3)).join('\n');
  return { reason, cedar: text.slice(end + 2) };
};
