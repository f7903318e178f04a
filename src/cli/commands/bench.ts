/**
 * `domicile bench`: measures this machine with a ledger of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { running } from '../invocation/command-options.ts';
import { unreachable } from '../invocation/exit-codes.ts';
import type { Failure } from '../invocation/failure.ts';
import type { Terminal } from '../terminal/terminal.ts';

const measuring = fileURLToPath(new URL('../../../bench/run.ts', import.meta.url));

const run = async (measurements: ReadonlyArray<string>): Promise<E.Either<Failure, number>> => {
  if (!existsSync(measuring)) {
    const hint = 'Clone the repository to have them.';
    return E.left({ exitCode: unreachable, message: 'the measurements are not installed here', hint });
  }
  const child = spawn(process.execPath, [measuring, ...measurements], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return E.right(code ?? unreachable);
};

/** Adds the command. */
export const addBench = (program: Command, terminal: Terminal): void => {
  program
    .command('bench')
    .argument('[measurements...]', 'some of them: ledger, reach, policy (default: all)')
    .summary('measure how fast this machine is')
    .description(
      'Measures how fast this machine records events, rebuilds projections and answers, on ledgers made for it and removed again, each beside a raw baseline. Takes minutes.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile bench
  $ domicile bench ledger reach`,
    )
    .action((measurements: ReadonlyArray<string>) => running(terminal, () => run(measurements)));
};
