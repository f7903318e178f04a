/**
 * `domicile learned`: what was learned since a position, as findings: those by new facts, and separately those by
 * new rules.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { DifferingFindingRow } from '../../contract/rows/policy.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import type { LedgerOptions } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { findingColumns } from '../terminal/finding-lines.ts';
import { show } from '../terminal/formats.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface LearnedOptions extends LedgerOptions, FormatOptions {
  readonly until?: string;
  readonly policy?: string;
  readonly fail?: boolean;
}

const changes = ['opened', 'closed', 'lengthened', 'shortened'] as const;

/** A finding with its change and the cause. */
type Line = DifferingFindingRow & { readonly change: (typeof changes)[number] };

const columns: ReadonlyArray<Column<Line>> = [
  { title: 'By', cell: ({ learned }) => learned ?? '' },
  { title: 'Change', cell: ({ change }) => change },
  ...findingColumns,
];

const fields = [
  ...['learned', 'change', 'policy', 'version', 'rule', 'verdict', 'action', 'holding', 'party'],
  ...['from', 'to', 'subjects', 'events'],
];

/** A position beyond every other one, for the latest. */
const latest = '9007199254740991';

const ask = async (position: string, options: LearnedOptions, terminal: Terminal) => {
  const { until = latest, policy } = options;
  return askLedger(
    options,
    terminal,
    (ledger) =>
      ledger.findings.diff({
        fromPosition: position,
        toPosition: until,
        ...(policy === undefined ? {} : { policy }),
      }),
    (answer) => {
      const { data, next } = answer;
      const all = changes.flatMap((change) => data[change].map((finding): Line => ({ ...finding, change })));
      // Findings by new rules come after those by new facts.
      const lines = [
        ...all.filter(({ learned }) => learned !== 'rules'),
        ...all.filter(({ learned }) => learned === 'rules'),
      ];
      const byFacts = lines.filter(({ learned }) => learned === 'facts').length;
      show(
        answer,
        lines,
        options.format,
        {
          fields,
          columns,
          title: `What was learned since position ${terminal.style('bold', position)}: how the findings changed`,
          empty: ['Nothing changed.'],
          footer: [
            `${counted(byFacts, 'change', 'changes')} due to facts learned later, ${lines.length - byFacts} due to rules adopted, suspended or corrected later. Times are UTC.`,
            ...(next === null
              ? []
              : ['There are more than shown: ask about one policy, or fewer positions.']),
          ],
        },
        terminal,
      );
      return options.fail === true && lines.length > 0 ? checkFailed : success;
    },
  );
};

const positionOf = (text: string): string => {
  if (!/^\d{1,16}$/.test(text))
    throw new InvalidArgumentError('Expected a position in the log, such as 1234.');
  return text;
};

/** Adds the command. */
export const addLearned = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('learned')
        .argument('<position>', 'a position in the log', positionOf)
        .summary('how the findings changed since a position')
        .description(
          'Shows how the findings changed since a position in the log: due to facts learned later, and separately due to rules adopted, suspended or corrected later.',
        ),
    ),
  )
    .option('--until <position>', 'up to this position (default: the latest)', positionOf)
    .option('--policy <policy>', 'only findings of this policy')
    .option('--fail', 'exit with 1 if anything changed')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile learned 45
  $ domicile learned 45 --until 60 --policy usds --format ndjson`,
    )
    .action((position: string, options: LearnedOptions) =>
      runCommand(terminal, () => ask(position, options, terminal)),
    );
};
