/**
 * The entry point of the command line `domicile`.
 */
import { CommanderError } from 'commander';
import { invalidUsage } from './invocation/exit-codes.ts';
import { programFor } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';

try {
  const program = await programFor(processTerminal(), process.argv[2]);
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has already printed the error. Help and version requests also end here, with exit code 0.
  process.exitCode = error.exitCode === 0 ? 0 : invalidUsage;
}
