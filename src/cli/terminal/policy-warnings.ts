/** Warnings about policies as lines, with their places in the text. */
import type { PolicyWarning } from '../../contract/answers.ts';

/** A warning in one line: `warning: event 3: line 1, column 12: rule policy0: …`. */
export const warningLine = ({ index, rule, line, column, message }: PolicyWarning): string =>
  [
    'warning: ',
    index === undefined ? '' : `event ${index + 1}: `,
    line === null ? '' : `line ${line}, column ${column}: `,
    rule === null ? '' : `rule ${rule}: `,
    message,
  ].join('');
