/** `domicile bench`: measures the performance of Domicile on this machine, with temporary ledgers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { unavailable } from '../invocation/exit-codes.ts';
import type { CommandResult } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

const benchmarks = fileURLToPath(new URL('../../../bench/run.ts', import.meta.url));

const run = async (names: ReadonlyArray<string>, people: string | undefined): Promise<CommandResult> => {
  if (!existsSync(benchmarks)) {
    const hint = 'Clone the repository to get them.';
    return E.left({ exitCode: unavailable, message: 'the benchmarks are not installed', hint });
  }
  const options = people === undefined ? [] : ['--people', people];
  const child = spawn(process.execPath, [benchmarks, ...names, ...options], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return E.right(code ?? unavailable);
};

/** Adds the command. */
export const addBench = (program: Command, terminal: Terminal): void => {
  program
    .command('bench')
    .argument(
      '[benchmarks...]',
      'which to run: ledger, reach, policy, findings, replay, integrity, growth, kurrentdb (default: all of these), or peers (first: npm --prefix bench/peers ci)',
    )
    .option('--people <numbers>', 'growth: how many people, such as 100000,1000000')
    .summary('measure how fast Domicile is on this machine')
    .description(
      'Measures how fast Domicile records events, rebuilds projections and answers questions on this machine. Compares each result with a raw baseline. Uses temporary ledgers and takes several minutes.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile bench
  $ domicile bench ledger reach
  $ domicile bench growth --people 100000,1000000`,
    )
    .action((names: ReadonlyArray<string>, { people }: { readonly people?: string }) =>
      runCommand(terminal, () => run(names, people)),
    );
};
