/** Assembles the commands. The reference in `docs/` is generated from their help. */
import { Command } from 'commander';
import { version } from './invocation/package-version.ts';
import type { Terminal } from './terminal/terminal.ts';

/** A file that adds commands to the program. */
interface CommandFile {
  /** The commands of the file that do not need the others. */
  readonly alone: ReadonlyArray<string>;
  readonly load: () => Promise<(program: Command, terminal: Terminal) => void>;
}

/** The files, in the order of the help. `completion` and `man` list every command, and so need the others. */
const commandFiles: ReadonlyArray<CommandFile> = [
  { alone: ['serve'], load: async () => (await import('./commands/serve.ts')).addServe },
  { alone: ['demo'], load: async () => (await import('./commands/demo.ts')).addDemo },
  { alone: ['emit'], load: async () => (await import('./commands/emit.ts')).addEmit },
  { alone: ['import'], load: async () => (await import('./commands/import.ts')).addImport },
  { alone: ['sync'], load: async () => (await import('./commands/sync.ts')).addSync },
  { alone: ['reconcile'], load: async () => (await import('./commands/reconcile.ts')).addReconcile },
  { alone: ['where'], load: async () => (await import('./commands/where.ts')).addWhere },
  { alone: ['history'], load: async () => (await import('./commands/history.ts')).addHistory },
  { alone: ['who'], load: async () => (await import('./commands/who.ts')).addWho },
  { alone: ['trail'], load: async () => (await import('./commands/trail.ts')).addTrail },
  { alone: ['person'], load: async () => (await import('./commands/person.ts')).addPerson },
  { alone: ['affected'], load: async () => (await import('./commands/affected.ts')).addAffected },
  { alone: ['findings'], load: async () => (await import('./commands/findings.ts')).addFindings },
  { alone: ['learned'], load: async () => (await import('./commands/learned.ts')).addLearned },
  { alone: ['deliver'], load: async () => (await import('./commands/deliver.ts')).addDeliver },
  {
    alone: ['discrepancies'],
    load: async () => (await import('./commands/discrepancies.ts')).addDiscrepancies,
  },
  { alone: ['simulate'], load: async () => (await import('./commands/simulate.ts')).addSimulate },
  { alone: ['report'], load: async () => (await import('./commands/report.ts')).addReport },
  { alone: ['adopt'], load: async () => (await import('./commands/adopt.ts')).addAdopt },
  { alone: ['replay'], load: async () => (await import('./commands/replay.ts')).addReplay },
  { alone: ['erase'], load: async () => (await import('./commands/erase.ts')).addErase },
  { alone: ['reads'], load: async () => (await import('./commands/reads.ts')).addReads },
  { alone: ['keys'], load: async () => (await import('./commands/keys.ts')).addKeys },
  { alone: ['log'], load: async () => (await import('./commands/log.ts')).addLog },
  { alone: ['export'], load: async () => (await import('./commands/export.ts')).addExport },
  { alone: ['sql'], load: async () => (await import('./commands/sql.ts')).addSql },
  { alone: ['verify'], load: async () => (await import('./commands/verify.ts')).addVerify },
  { alone: ['witness'], load: async () => (await import('./commands/witness.ts')).addWitness },
  { alone: ['monitor'], load: async () => (await import('./commands/monitor.ts')).addMonitor },
  { alone: ['backup', 'restore'], load: async () => (await import('./commands/backup.ts')).addBackup },
  { alone: ['copy'], load: async () => (await import('./commands/copy.ts')).addCopy },
  { alone: ['doctor'], load: async () => (await import('./commands/doctor.ts')).addDoctor },
  { alone: ['bench'], load: async () => (await import('./commands/bench.ts')).addBench },
  { alone: ['init', 'service'], load: async () => (await import('./commands/setup.ts')).addSetup },
];

const versionFlags: ReadonlyArray<string> = ['-V', '--version'];

/** The files for a command line by its first word; all of them unless it names a command. */
const filesFor = (first: string | undefined): ReadonlyArray<CommandFile> => {
  if (first === undefined) return commandFiles;
  if (versionFlags.includes(first)) return [];
  const own = commandFiles.filter(({ alone }) => alone.includes(first));
  return own.length === 0 ? commandFiles : own;
};

/**
 * The program, whose commands write to the terminal.
 *
 * @param first the first word of the command line; if it names a command, only that command's code is loaded.
 */
export const programFor = async (terminal: Terminal, first?: string): Promise<Command> => {
  const program = new Command('domicile')
    .description('A ledger of where people’s data lived, who could reach it, and which policies that broke.')
    .version(version())
    .exitOverride()
    // Options after the name of a command belong to that command.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(use --help for usage)')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
Exit codes: 0 success, 1 a check failed, 2 invalid usage or input, 3 the ledger is unavailable.`,
    );
  for (const add of await Promise.all(filesFor(first).map(({ load }) => load()))) add(program, terminal);
  return program;
};
