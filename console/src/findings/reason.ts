/**
 * Why a policy was adopted. An adoption has no field for it, so it stands as a comment above the rules, in the text that
 * is adopted and kept: it is part of the log, and of what every reader of the policy sees.
 */

const opening = '// Reason: ';
/** Whatever ends a line for anybody who reads the text: a reason must not become a rule. */
const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** The rules with the reason above them, and an empty line between. */
export const withReason = (cedar: string, reason: string): string => {
  const [first = '', ...others] = reason.trim().split(lineBreak);
  return [opening + first, ...others.map((line) => `// ${line}`), '', cedar].join('\n');
};

/** What was adopted, taken apart again. */
export const readReason = (text: string): { readonly reason: string | undefined; readonly cedar: string } => {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  if (end === -1 || !text.startsWith(opening) || !lines.every((line) => line.startsWith('// ')))
    return { reason: undefined, cedar: text };
  const reason = lines.map((line, index) => line.slice(index === 0 ? opening.length : 3)).join('\n');
  return { reason, cedar: text.slice(end + 2) };
};
