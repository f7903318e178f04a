/** Runs a command, shows its failure if it fails, and sets the exit code of the process. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { shownLines } from '../../contract/shown-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type CommandResult, type Failure, failureOfThrown } from './failure.ts';

/** Shows what is wrong and what to do. The texts may come from a server. */
const showFailure = ({ message, details = [], hint }: Failure, terminal: Terminal): void => {
  terminal.note(shownLines(`domicile: ${message}`));
  for (const detail of details) terminal.note(shownLines(`  ${detail}`));
  if (hint !== undefined) terminal.note(hint);
};

/** Runs a command, shows its failure if it fails, and sets the exit code. A thrown error is a failure too. */
export const runCommand = async (
  terminal: Terminal,
  command: () => Promise<CommandResult>,
): Promise<void> => {
  const result = await command().catch((error: unknown) => E.left(failureOfThrown(error)));
  process.exitCode = pipe(
    result,
    E.getOrElse((failure) => {
      showFailure(failure, terminal);
      return failure.exitCode;
    }),
  );
};
