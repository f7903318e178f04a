/**
 * The commands, put together. Its help is also what the reference in `docs/` is made from.
 */
import { Command } from 'commander';
import { addBench } from './commands/bench.ts';
import { addCopy } from './commands/copy.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEmit } from './commands/emit.ts';
import { addFindings } from './commands/findings.ts';
import { addHistory } from './commands/history.ts';
import { addKeys } from './commands/keys.ts';
import { addReplay } from './commands/replay.ts';
import { addServe } from './commands/serve.ts';
import { addSimulate } from './commands/simulate.ts';
import { addTrail } from './commands/trail.ts';
import { addWhere } from './commands/where.ts';
import { addWho } from './commands/who.ts';
import { version } from './invocation/package-version.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The program, its commands writing to the terminal. */
export const programFor = (terminal: Terminal): Command => {
  const program = new Command('domicile')
    .description('A ledger of where people’s data lived, who could reach it, and which policy that broke.')
    .version(version())
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows how it is used)')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 a check failed, 2 wrong use, 3 the ledger cannot be reached.`,
    );
  addServe(program, terminal);
  addDemo(program, terminal);
  addEmit(program, terminal);
  addWhere(program, terminal);
  addHistory(program, terminal);
  addWho(program, terminal);
  addTrail(program, terminal);
  addFindings(program, terminal);
  addSimulate(program, terminal);
  addReplay(program, terminal);
  addKeys(program, terminal);
  addCopy(program, terminal);
  addDoctor(program, terminal);
  addBench(program, terminal);
  return program;
};
