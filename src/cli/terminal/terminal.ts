/**
 * Where a command writes: answers to standard output, everything about the way there to standard error.
 */
import { styleText } from 'node:util';

/** The styles that the command line uses. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

export interface Terminal {
  /** Writes a line of the answer. */
  out(line: string): void;
  /** Writes a line about the way there. */
  note(line: string): void;
  /** Writes on the current line of standard error, over what is there. */
  overwrite(text: string): void;
  /** Whether a person watches standard error. */
  readonly watched: boolean;
  /** How wide the answer may be; undefined where nobody watches. */
  readonly columns: number | undefined;
  /** Styled for standard output, if it shows styles and the user did not ask for none (https://no-color.org). */
  style(style: Style, text: string): string;
}

/** The terminal, or the pipes, of this process. */
export const processTerminal = (): Terminal => {
  // A reader such as `head` that has enough is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    overwrite: (text) => void process.stderr.write(`\r\u001b[2K${text}`),
    watched: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
  };
};
