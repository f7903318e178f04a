/**
 * `domicile backup` and `domicile restore`: write a ledger as of one moment to a directory of backups, and restore
 * it.
 */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { BackupFault } from '../../ledger/backup/backup-format.ts';
import { size } from '../../ledger/examine/check.ts';
import { configOption, dataOption } from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import type { CommandResult, Failure } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { withProgress } from '../invocation/with-progress.ts';
import { checkTable } from '../terminal/check-table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface BackupOptions {
  readonly data?: string;
  readonly config?: string;
  readonly keep?: number;
}

interface RestoreOptions {
  readonly data?: string;
  readonly config?: string;
  readonly backup?: string;
  readonly replace?: boolean;
  readonly discardNewer?: boolean;
}

const failureOf = ({ message, remedy }: BackupFault): Failure => ({
  exitCode: checkFailed,
  message,
  hint: remedy,
});

const keepOf = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return Number(text);
};

const back = (directory: string, options: BackupOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.Do,
    TE.bind('settings', () => TE.fromEither(settingsOf(options))),
    TE.bind('made', ({ settings }) =>
      withProgress(terminal, async (bar) => {
        const { makeBackup } = await import('../../ledger/backup/make-backup.ts');
        const made = await makeBackup(settings, directory, {
          now: () => Date.now(),
          keep: options.keep,
          onBytes: (done, of) => bar.update(done, of, `${size(done)} of ${size(of)} kept`),
        });
        return E.mapLeft(failureOf)(made);
      }),
    ),
    TE.map(({ settings, made: { name, manifest, bytes, written, dropped } }) => {
      const what =
        manifest.events === null
          ? 'there is no log yet'
          : `${counted(manifest.events, 'event', 'events')}, verified`;
      terminal.out(`Backup ${name}: ${what}. ${size(bytes)}, ${size(written)} of it new.`);
      if (settings.vault !== undefined)
        terminal.note('It does not contain the vault: back up the vault in the process at LEDGER_VAULT.');
      if (dropped.length > 0)
        terminal.out(`Deleted ${counted(dropped.length, 'older backup', 'older backups')}.`);
      return success;
    }),
  )();

const restore = (directory: string, options: RestoreOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.Do,
    TE.bind('settings', () => TE.fromEither(settingsOf(options))),
    TE.bind('restored', ({ settings }) =>
      withProgress(terminal, async (bar) => {
        const { restoreBackup } = await import('../../ledger/backup/restore-backup.ts');
        const restored = await restoreBackup(directory, settings, {
          now: () => Date.now(),
          name: options.backup,
          replace: options.replace === true,
          discardNewer: options.discardNewer === true,
          onFile: (done, of) => bar.update(done, of, `${done} of ${counted(of, 'file', 'files')} restored`),
        });
        return E.mapLeft(failureOf)(restored);
      }),
    ),
    TE.map(({ settings, restored: { name, manifest, checks, erasedAgain, leftLogOut } }) => {
      terminal.out(
        `Restored the backup ${name} of ${manifest.madeAt} into ${resolve(settings.dataDirectory)}.`,
      );
      if (leftLogOut)
        terminal.note(
          'The log of the backup was left out: this ledger goes on with the one in KurrentDB. To restore the log too, restore with LEDGER_STORE=sqlite:DIR, and copy that into KurrentDB with domicile copy.',
        );
      if (erasedAgain > 0)
        terminal.out(
          `Erased again ${counted(erasedAgain, 'person who was', 'people who were')} erased after the backup.`,
        );
      terminal.note(
        `The backup does not contain erasures after ${manifest.madeAt}. Check your own records, and erase these people again.`,
      );
      if (checks.length === 0) return success;
      terminal.out('');
      terminal.out(checkTable(checks, terminal));
      return checks.some(({ state }) => state === 'failed') ? checkFailed : success;
    }),
  )();

/** Adds the command. */
export const addBackup = (program: Command, terminal: Terminal): void => {
  program
    .command('backup <dir>')
    .summary('back up a ledger, even while it is serving')
    .description(
      'Backs up the log, the vault, the keys, the reads, and the signed tree with its signing keys, all as they were at one moment, and verifies the backup. The ledger can go on serving. The directory can contain earlier backups of the same ledger: unchanged data is not written again. Anyone who has the backup can identify everybody who was in the vault at that time.',
    )
    .addOption(dataOption())
    .addOption(configOption())
    .option('--keep <number>', 'keep only the latest backups, this many (default: all)', keepOf)
    .addHelpText(
      'after',
      `
Examples:
  $ domicile backup /mnt/backups/ledger
  $ domicile backup /mnt/backups/ledger --data /var/lib/domicile --keep 14`,
    )
    .action((directory: string, options: BackupOptions) =>
      runCommand(terminal, () => back(directory, options, terminal)),
    );
  program
    .command('restore <dir>')
    .summary('restore a ledger from a backup')
    .description(
      'Restores a backup made by `domicile backup` into the directory of a ledger, and verifies the result. Checks every part of the backup before it changes anything. If it replaces a ledger, it erases again the people who were erased from that ledger.',
    )
    .addOption(dataOption())
    .addOption(configOption())
    .option('--backup <name>', 'which backup (default: the latest)')
    .option('--replace', 'replace the ledger in that directory')
    .option('--discard-newer', 'with --replace: even if that ledger has events that the backup lacks')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile restore /mnt/backups/ledger --data /var/lib/domicile
  $ domicile restore /mnt/backups/ledger --backup 2026-11-30T02-00-00.000Z --data ./then`,
    )
    .action((directory: string, options: RestoreOptions) =>
      runCommand(terminal, () => restore(directory, options, terminal)),
    );
};
