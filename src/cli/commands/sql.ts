/** `domicile sql`: queries an export in SQL. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { csvLines } from '../../contract/csv.ts';
import { type FormatOptions, withFormatOption } from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { SqlAnswer, SqlRow } from '../parquet/query.ts';
import type { Format } from '../terminal/formats.ts';
import { tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment, wholeNumber } from '../terminal/wording.ts';

/** The maximum length of a statement from standard input, in characters. */
const statementCharactersMax = 1_000_000;
/** Rows in the table format; other formats have all rows. */
const tableRowsMax = 1_000;

const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? moment(value) : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const showTable = async ({ columns, rows }: SqlAnswer, terminal: Terminal): Promise<void> => {
  const shown: SqlRow[] = [];
  let count = 0;
  for await (const page of rows) {
    count += page.length;
    shown.push(...page.slice(0, tableRowsMax - shown.length));
  }
  if (shown.length > 0)
    terminal.out(
      tableOf(
        shown,
        columns.map((title) => ({ title, cell: (row: SqlRow) => cellText(row[title]) })),
        terminal,
      ),
    );
  const more =
    count > shown.length
      ? `, the first ${wholeNumber(shown.length)} are shown: --format ndjson or csv gives all`
      : '';
  terminal.note(`${counted(count, 'row', 'rows')}${more}. Times are UTC.`);
};

const show = async (answer: SqlAnswer, format: Format, terminal: Terminal): Promise<void> => {
  const { columns, rows } = answer;
  switch (format) {
    case 'table':
      return showTable(answer, terminal);
    case 'json': {
      const all: SqlRow[] = [];
      for await (const page of rows) all.push(...page);
      terminal.out(JSON.stringify(all, undefined, 2));
      return;
    }
    case 'ndjson':
      for await (const page of rows) for (const row of page) terminal.out(JSON.stringify(row));
      return;
    case 'csv': {
      // RFC 4180 ends lines with CR LF; the terminal adds the LF.
      const [head] = csvLines(columns, []);
      terminal.out(`${head}\r`);
      for await (const page of rows) {
        const [, ...lines] = csvLines(
          columns,
          page.map((row) => columns.map((column) => row[column])),
        );
        for (const line of lines) terminal.out(`${line}\r`);
      }
    }
  }
};

const statementFromInput = async (): Promise<string> => {
  let text = '';
  for await (const part of process.stdin) {
    text += String(part);
    if (text.length > statementCharactersMax) break;
  }
  return text;
};

const ask = async (
  directory: string,
  given: string | undefined,
  { format }: FormatOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const { manifestIn } = await import('../parquet/write-export.ts');
  const { askInSql, howToInstall, NoDuckDb, RefusedStatement } = await import('../parquet/query.ts');
  const manifest = manifestIn(directory);
  if (manifest === undefined)
    return E.left(invalidUse(`${directory} holds no export`, 'Make one with: domicile export parquet DIR'));
  const statement = given ?? (await statementFromInput());
  if (statement.length > statementCharactersMax)
    return E.left(
      invalidUse(`the statement is longer than ${wholeNumber(statementCharactersMax)} characters`),
    );
  try {
    await askInSql(directory, manifest, statement, (answer) => show(answer, format, terminal));
    for (const name of manifest.cut)
      terminal.note(`${name} is not all: a limit of the ledger was met when it was exported.`);
    return E.right(success);
  } catch (error) {
    if (error instanceof NoDuckDb)
      return E.left(invalidUse('this needs DuckDB, which is not installed', howToInstall));
    if (error instanceof RefusedStatement)
      return E.left(
        invalidUse(
          error.message,
          `The tables are ${manifest.tables.map(({ name }) => name).join(', ')}; DESCRIBE names their columns.`,
        ),
      );
    throw error;
  }
};

/** Adds the command. */
export const addSql = (program: Command, terminal: Terminal): void => {
  withFormatOption(
    program
      .command('sql <dir> [statement]')
      .summary('ask an export in SQL')
      .description(
        'Asks an export of `domicile export parquet` in SQL, with DuckDB. The statement is the argument, or comes from standard input. The command only reads the export.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile sql ./answers "DESCRIBE stays"
  $ domicile sql ./answers "SELECT site, count(DISTINCT subject) FROM stays WHERE valid_to IS NULL GROUP BY site"
  $ domicile sql ./answers --format csv < question.sql`,
    )
    .action((directory: string, statement: string | undefined, options: FormatOptions) =>
      runCommand(terminal, () => ask(directory, statement, options, terminal)),
    );
};
