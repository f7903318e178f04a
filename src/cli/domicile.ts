/**
 * The command line `domicile`.
 */
import { CommanderError } from 'commander';
import { wrongUse } from './invocation/exit-codes.ts';
import { programFor } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';

try {
  await programFor(processTerminal()).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong; help and the version that were asked for are no mistake.
  process.exitCode = error.exitCode === 0 ? 0 : wrongUse;
}
