/**
 * Puts the commands together. The reference in `docs/` is generated from their help.
 */
import { Command } from 'commander';
import { addAdopt } from './commands/adopt.ts';
import { addAffected } from './commands/affected.ts';
import { addBackup } from './commands/backup.ts';
import { addBench } from './commands/bench.ts';
import { addCopy } from './commands/copy.ts';
import { addDemo } from './commands/demo.ts';
import { addDiscrepancies } from './commands/discrepancies.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEmit } from './commands/emit.ts';
import { addErase } from './commands/erase.ts';
import { addExport } from './commands/export.ts';
import { addFindings } from './commands/findings.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addLearned } from './commands/learned.ts';
import { addLog } from './commands/log.ts';
import { addMonitor } from './commands/monitor.ts';
import { addPerson } from './commands/person.ts';
import { addReads } from './commands/reads.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addReplay } from './commands/replay.ts';
import { addReport } from './commands/report.ts';
import { addServe } from './commands/serve.ts';
import { addSetup } from './commands/setup.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSync } from './commands/sync.ts';
import { addTrail } from './commands/trail.ts';
import { addVerify } from './commands/verify.ts';
import { addWhere } from './commands/where.ts';
import { addWho } from './commands/who.ts';
import { addWitness } from './commands/witness.ts';
import { version } from './invocation/package-version.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The program. Its commands write to the terminal. */
export const programFor = (terminal: Terminal): Command => {
  const program = new Command('domicile')
    .description('A ledger of where people’s data lived, who could reach it, and which policies that broke.')
    .version(version())
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(use --help for usage)')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
Exit codes: 0 success, 1 a check failed, 2 invalid usage or input, 3 the ledger is unavailable.`,
    );
  addServe(program, terminal);
  addDemo(program, terminal);
  addEmit(program, terminal);
  addImport(program, terminal);
  addSync(program, terminal);
  addReconcile(program, terminal);
  addWhere(program, terminal);
  addHistory(program, terminal);
  addWho(program, terminal);
  addTrail(program, terminal);
  addPerson(program, terminal);
  addAffected(program, terminal);
  addFindings(program, terminal);
  addLearned(program, terminal);
  addDiscrepancies(program, terminal);
  addSimulate(program, terminal);
  addReport(program, terminal);
  addAdopt(program, terminal);
  addReplay(program, terminal);
  addErase(program, terminal);
  addReads(program, terminal);
  addKeys(program, terminal);
  addLog(program, terminal);
  addExport(program, terminal);
  addVerify(program, terminal);
  addWitness(program, terminal);
  addMonitor(program, terminal);
  addBackup(program, terminal);
  addCopy(program, terminal);
  addDoctor(program, terminal);
  addBench(program, terminal);
  addSetup(program, terminal);
  return program;
};
