/** `domicile reconcile`: compares the facts of two sources. */
import { type Command, Option } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client } from '../../client/client.ts';
import type { Event } from '../../domain/events/event.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import type { Disagreement } from '../../import/facts/reconcile.ts';
import type { Fact } from '../../import/imported/foreign-event.ts';
import {
  type FormatOptions,
  instantOf,
  withFormatOption,
  withLedgerOptions,
} from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { eventsOfSource } from '../invocation/source-events.ts';
import { writeCsv } from '../terminal/formats.ts';
import { type Column, tableOf } from '../terminal/table.ts';
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

const columns: ReadonlyArray<Column<Row>> = [
  { title: 'says', cell: ({ says }) => says },
  { title: 'type', cell: ({ type }) => type },
  { title: 'first', cell: ({ first }) => first },
  { title: 'second', cell: ({ second }) => second },
];

const written = (fact: Fact | undefined): string => (fact === undefined ? '' : JSON.stringify(fact.data));

const rowOf = ({ first, second }: Disagreement): Row => ({
  says:
    second === undefined ? 'only the first' : first === undefined ? 'only the second' : 'both, differently',
  type: (first ?? second)!.type,
  first: written(first),
  second: written(second),
});

const report = (rows: ReadonlyArray<Row>, { format }: ReconcileOptions, terminal: Terminal): void => {
  if (format === 'csv') writeCsv(['says', 'type', 'first', 'second'], rows, terminal);
  else if (format === 'json') terminal.out(JSON.stringify(rows, undefined, 2));
  else if (format === 'ndjson') for (const row of rows) terminal.out(JSON.stringify(row));
  else if (rows.length === 0) terminal.out('The two sources agree.');
  else {
    terminal.out(`${counted(rows.length, 'fact', 'facts')} on which the two sources differ`);
    terminal.out('');
    terminal.out(tableOf(rows, columns, terminal));
  }
};

/** The events of a source, which must have at least one. */
const knownEvents = (
  ledger: Client,
  source: string,
  url: string | undefined,
): TE.TaskEither<Failure, ReadonlyArray<Event>> =>
  pipe(
    eventsOfSource(ledger, source, url),
    TE.filterOrElse(
      (events) => events.length > 0,
      () => invalidUse(`the ledger knows no event of ${source}`, 'Sources are case-sensitive.'),
    ),
  );

const reconciled = (
  first: string,
  second: string,
  options: ReconcileOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const compare = (ledger: Client, at: Instant): TE.TaskEither<Failure, number> =>
    pipe(
      TE.Do,
      TE.bind('first', () => knownEvents(ledger, first, options.url)),
      TE.bind('second', () => knownEvents(ledger, second, options.url)),
      TE.flatMapTask((known) => async () => {
        const { disagreements } = await import('../../import/facts/reconcile.ts');
        const { factsAt } = await import('../../import/facts/facts-at.ts');
        const rows = disagreements(factsAt(known.first, at), factsAt(known.second, at)).map(rowOf);
        report(rows, options, terminal);
        return options.fail === true && rows.length > 0 ? checkFailed : success;
      }),
    );
  return pipe(
    TE.fromEither(instantOf('--valid-at', options.validAt ?? formatInstant(Date.now()))),
    TE.flatMap((at) => () => withLedger(options, terminal, false, (ledger) => compare(ledger, at)())),
  )();
};

/** Adds the command. */
export const addReconcile = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('reconcile <first> <second>')
        .summary('show differences between two sources')
        .description(
          'Compares the facts that two sources state: memberships, controls, grants, data at sites, descriptions and enrolments. Shows facts that only one of them states, and facts that they state differently.',
        )
        .addOption(new Option('--valid-at <time>', 'the time to compare at: RFC 3339 (default: now)'))
        .option('--fail', 'exit with code 1 if they differ'),
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
