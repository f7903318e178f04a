/** The output of a command: answers on standard output, everything else on standard error. */
import { styleText } from 'node:util';

/** The styles that the command line uses. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

export interface Terminal {
  /** Writes a line of the answer to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  note(line: string): void;
  /** Replaces the current line of standard error. */
  overwrite(text: string): void;
  /** Whether standard error is a terminal. */
  readonly interactive: boolean;
  /** The width of standard output; undefined if it is not a terminal. */
  readonly columns: number | undefined;
  /** Applies a style, unless standard output supports none or `NO_COLOR` is set (https://no-color.org). */
  style(style: Style, text: string): string;
}

/** The standard streams of this process. */
export const processTerminal = (): Terminal => {
  // A reader such as `head` closes the pipe once it has enough; that is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    overwrite: (text) => void process.stderr.write(`\r\u001b[2K${text}`),
    interactive: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
  };
};
