/**
 * `domicile simulate`: what a policy would find over the whole history if it were adopted (R20).
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { FindingRow } from '../../contract/rows/policy.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, invalidUsage, success } from '../invocation/exit-codes.ts';
import { type Failure, failureOf } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { findingColumns } from '../terminal/finding-lines.ts';
import { show } from '../terminal/formats.ts';
import { limitsOfRules } from '../terminal/limits-of-rules.ts';
import { warningLine } from '../terminal/policy-warnings.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface SimulateOptions extends LedgerOptions, FormatOptions {
  readonly policy?: string;
  readonly effectiveFrom: string;
  readonly effectiveUntil?: string;
  readonly fail?: boolean;
}

/** Before the first event: by default a policy is tried over the whole history. */
const beginning = '0000-01-01';

const changes = ['opened', 'closed', 'lengthened', 'shortened'] as const;
type Change = (typeof changes)[number];

/** A finding, and how adopting the policy would change it. */
type Line = FindingRow & { readonly change: Change };

const lineOf = (change: Change, finding: FindingRow): Line => ({ ...finding, change });

const columns: ReadonlyArray<Column<Line>> = [
  { title: 'Change', cell: ({ change }) => change },
  ...findingColumns,
];

const fields = [
  'change',
  'policy',
  'rule',
  'verdict',
  'action',
  'holding',
  'party',
  'from',
  'to',
  'subjects',
  'events',
];

const cedarIn = (file: string): E.Either<Failure, string> => {
  try {
    return E.right(readFileSync(file, 'utf8'));
  } catch {
    return E.left({
      exitCode: invalidUsage,
      message: `${file} cannot be read; expected a file with a Cedar policy`,
      hint: 'See docs/how-to/write-a-policy.md for examples.',
    });
  }
};

const simulate = async (file: string, options: SimulateOptions, terminal: Terminal) => {
  const cedar = cedarIn(file);
  if (E.isLeft(cedar)) return cedar;
  const { effectiveFrom, effectiveUntil } = options;
  const policy = options.policy ?? basename(file).replace(/\.cedar$/, '');
  return withLedger(options, terminal, false, async (ledger) => {
    const answer = await ledger.policies.simulate({
      policy,
      cedar: cedar.right,
      effectiveFrom,
      ...(effectiveUntil === undefined ? {} : { effectiveUntil }),
    });
    if (E.isLeft(answer)) return E.left(refusal(failureOf(answer.left, options.url), file));
    const { data, warnings = [] } = answer.right;
    for (const warning of warnings) terminal.note(warningLine(warning));
    const lines: ReadonlyArray<Line> = changes.flatMap((change) =>
      data[change].map((finding: FindingRow) => lineOf(change, finding)),
    );
    show(
      answer.right,
      lines,
      options.format,
      {
        fields,
        columns,
        title: `How adopting ${terminal.style('bold', policy)} would change the findings, compared with the version in force, if any`,
        empty: ['Nothing would change.'],
        footer: [
          `${changes.map((change) => `${data[change].length} ${change}`).join(', ')}: ${counted(lines.length, 'finding', 'findings')}. Nothing was recorded. Times are UTC.`,
          ...(answer.right.next === null
            ? []
            : ['There are more than are shown: try fewer rules at a time.']),
          ...limitsOfRules(lines),
        ],
      },
      terminal,
    );
    return E.right(options.fail === true && lines.length > 0 ? checkFailed : success);
  });
};

/** Faults of a policy are shown with their place in the file instead of in the request. */
const refusal = (failure: Failure, file: string): Failure =>
  failure.details === undefined
    ? failure
    : {
        ...failure,
        message: `${file} cannot be adopted as it is`,
        details: failure.details.map((detail) => detail.replace(/^\/cedar: /, '')),
      };

/** Adds the command. */
export const addSimulate = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('simulate <file>')
        .summary('try a policy before you adopt it')
        .description(
          'Shows how adopting a policy would change the findings over the whole history: findings opened, closed, lengthened and shortened, compared with the version in force. Records nothing.',
        ),
    ),
  )
    .option('--policy <policy>', 'the id of the policy (default: the name of the file)')
    .option('--effective-from <time>', 'when it would take effect', beginning)
    .option('--effective-until <time>', 'when it would end (default: never)')
    .option('--fail', 'exit with 1 if anything would change')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile simulate policies/padfaa.cedar
  $ domicile simulate my-policy.cedar --policy keep-out --effective-from 2022-06-17
  $ domicile simulate my-policy.cedar --fail --format ndjson`,
    )
    .action((file: string, options: SimulateOptions) =>
      runCommand(terminal, () => simulate(file, options, terminal)),
    );
};
