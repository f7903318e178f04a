/**
 * `domicile report`: a report for an authority, as a page, CSV or JSON.
 */
import { Argument, type Command, Option } from 'commander';
import { ReportName } from '../../contract/rows/reports.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  type PeriodOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
  withPeriodOptions,
} from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ReportOptions extends Omit<PeriodOptions, 'format'> {
  readonly format: 'html' | 'csv' | 'json';
}

const write = async (name: ReportName, options: ReportOptions, terminal: Terminal) =>
  askLedger(
    options,
    terminal,
    (ledger) =>
      ledger.reports.text(name, options.format, {
        ...questionOf(options),
        from: options.from,
        to: options.to,
      }),
    (report) => {
      // The terminal adds the last line feed.
      terminal.out(report.replace(/\n$/, ''));
      return success;
    },
  );

/** Adds the command. */
export const addReport = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withClockOptions(
      withPeriodOptions(
        program
          .command('report')
          .addArgument(new Argument('<name>', 'which report').choices(ReportName.words))
          .summary('a report for an authority')
          .description(
            'Writes a report in which each cell names its events: processing (GDPR, Article 30), transfers between countries, backups, 28-cfr-202 (the record of 28 CFR 202.1101 (b)), or the assessment of the adopted policies (as JSON: OSCAL assessment results). A report at the same position is always the same, byte for byte.',
          ),
      ),
    ),
  )
    .addOption(
      new Option('--format <format>', 'the format of the report')
        .choices(['html', 'csv', 'json'])
        .default('html'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile report processing > processing.html
  $ domicile report 28-cfr-202 --from 2025-01-01 --to 2026-01-01 --format csv
  $ domicile report assessment --format json > assessment-results.json`,
    )
    .action((name: ReportName, options: ReportOptions) =>
      runCommand(terminal, () => write(name, options, terminal)),
    );
};
