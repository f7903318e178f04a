/**
 * `domicile reconcile`: what one source says and another does not.
 */
import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { formatInstant, parseInstant } from '../../domain/time/instant.ts';
import type { Fact } from '../../import/imported/foreign-event.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, invalidUsage, success } from '../invocation/exit-codes.ts';
import type { CommandResult } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { eventsOfSource } from '../invocation/source-events.ts';
import { writeCsv } from '../terminal/formats.ts';
import { tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface ReconcileOptions extends LedgerOptions, FormatOptions {
  readonly validAt?: string;
  readonly fail?: boolean;
}

interface Row {
  readonly says: string;
  readonly type: string;
  readonly first: string;
  readonly second: string;
}

const written = (fact: Fact | undefined): string => (fact === undefined ? '' : JSON.stringify(fact.data));

const reconciled = async (
  first: string,
  second: string,
  options: ReconcileOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const at = parseInstant(options.validAt ?? formatInstant(Date.now()));
  if (E.isLeft(at)) return E.left({ exitCode: invalidUsage, message: `--valid-at: expected ${at.left}` });
  return withLedger(options, terminal, false, async (ledger) => {
    const events = [];
    for (const source of [first, second]) {
      const known = await eventsOfSource(ledger, source, options.url);
      if (E.isLeft(known)) return known;
      if (known.right.length === 0) {
        const message = `the ledger knows no event of ${source}`;
        return E.left({ exitCode: invalidUsage, message, hint: 'Sources are case-sensitive.' });
      }
      events.push(known.right);
    }
    const { disagreements } = await import('../../import/facts/reconcile.ts');
    const { saidAt } = await import('../../import/facts/said.ts');
    const rows = disagreements(saidAt(events[0]!, at.right), saidAt(events[1]!, at.right)).map(
      (each): Row => ({
        says:
          each.second === undefined
            ? 'the first alone'
            : each.first === undefined
              ? 'the second alone'
              : 'both, not the same',
        type: (each.first ?? each.second)!.type,
        first: written(each.first),
        second: written(each.second),
      }),
    );
    if (options.format === 'csv') writeCsv(['says', 'type', 'first', 'second'], rows, terminal);
    else if (options.format === 'json') terminal.out(JSON.stringify(rows, undefined, 2));
    else if (options.format === 'ndjson') for (const row of rows) terminal.out(JSON.stringify(row));
    else {
      terminal.out(
        rows.length === 0
          ? 'The two sources say the same.'
          : `${counted(rows.length, 'fact', 'facts')} on which the two sources do not agree`,
      );
      if (rows.length > 0) {
        terminal.out('');
        terminal.out(
          tableOf(
            rows,
            [
              { title: 'says', cell: ({ says }) => says },
              { title: 'type', cell: ({ type }) => type },
              { title: 'first', cell: (row) => row.first },
              { title: 'second', cell: (row) => row.second },
            ],
            terminal,
          ),
        );
      }
    }
    return E.right(options.fail === true && rows.length > 0 ? checkFailed : success);
  });
};

/** Adds the command. */
export const addReconcile = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('reconcile <first> <second>')
        .summary('show what one source says and another does not')
        .description(
          'Compares what two sources say to hold: memberships, controls, grants, data at sites, descriptions and enrolments. Shows what only one of them says, and what they say differently.',
        )
        .addOption(new Option('--valid-at <time>', 'the time to compare at: RFC 3339 (default: now)'))
        .option('--fail', 'exit with code 1 if they do not agree'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile reconcile urn:domicile:import:terraform urn:aws:cloudtrail:123456789012
  $ domicile reconcile https://hr.example https://id.example/scim --valid-at 2024-06-01 --fail`,
    )
    .action((first: string, second: string, options: ReconcileOptions) =>
      runCommand(terminal, () => reconciled(first, second, options, terminal)),
    );
};
