/** `domicile export parquet`: writes the answers of a ledger as Apache Parquet tables for other tools. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { ClientFailure } from '../../client/client.ts';
import {
  type QuestionOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
} from '../invocation/command-options.ts';
import { withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, failureOf, failureOfThrown, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface ExportParquetOptions extends Omit<QuestionOptions, 'format'> {
  readonly identify?: boolean;
  readonly replace?: boolean;
}

const exported = async (
  directory: string,
  options: ExportParquetOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const { refusalOf, writeExport, IdentifiersShown } = await import('../parquet/write-export.ts');
  const { identify = false, replace = false } = options;
  const refusal = refusalOf(directory, replace);
  if (refusal !== undefined) return E.left(refusal);
  return withLedger({ ...options, pseudonyms: !identify }, terminal, false, async (ledger) => {
    const bar = new ProgressBar(terminal, () => performance.now());
    try {
      const { tables, cut, identifiers, position } = await writeExport(ledger, directory, {
        question: questionOf(options),
        identify,
        onRows: (table, rows) => bar.update(0, undefined, `${table}: ${counted(rows, 'row', 'rows')}`),
      });
      bar.end();
      terminal.out(
        `Wrote ${directory}, as known at position ${position}: ${tables.map(({ name, rows }) => `${name} ${wholeNumber(rows)}`).join(', ')}.`,
      );
      terminal.out(
        identifiers ? 'People are named by their own identifiers.' : 'People are named by pseudonyms.',
      );
      terminal.note(`Ask it with: domicile sql ${directory} "SELECT …"`);
      for (const name of cut) terminal.note(`${name} is incomplete: a limit of the ledger was reached.`);
      return E.right(cut.length === 0 ? success : checkFailed);
    } catch (error) {
      if (error instanceof ClientFailure) return E.left(failureOf(error.error, options.url));
      if (error instanceof IdentifiersShown)
        return E.left(
          invalidUse(
            'the server sent people’s own identifiers, although --identify was not given',
            'The server is of an earlier version: use a key without the scope identify.',
          ),
        );
      return E.left(failureOfThrown(error));
    } finally {
      bar.end();
    }
  });
};

/** Adds the command under `export`. */
export const addExportParquet = (exporting: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withClockOptions(
      exporting
        .command('parquet <dir>')
        .summary('export tables in Apache Parquet for other tools')
        .description(
          'Writes the answers about everybody into a new directory, as tables in Apache Parquet: stays (where the data of each person was), reach (who could reach it), findings, transfers, sites and parties. Each row has its valid interval and the known position of the export. People appear under their pseudonyms.',
        ),
    ),
  )
    .option('--identify', 'name people by their own identifiers, if the key may see them')
    .option('--replace', 'replace an existing export')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile export parquet ./answers
  $ domicile export parquet ./answers-2022 --known-at 2022-06-30
  $ domicile sql ./answers "SELECT site, count(DISTINCT subject) FROM stays GROUP BY site"`,
    )
    .action((directory: string, options: ExportParquetOptions) =>
      runCommand(terminal, () => exported(directory, options, terminal)),
    );
};
