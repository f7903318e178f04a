/** `domicile simulate`: what a policy would find over the whole history if it were adopted (R20). */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Answer } from '../../contract/answers.ts';
import type { FindingRow, WireDifference } from '../../contract/rows/policy.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf } from '../invocation/failure.ts';
import { readPolicyFile } from '../invocation/policy-file.ts';
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

/** Before the first event: by default, a policy is simulated over the whole history. */
const beginning = '0000-01-01';

const changes = ['opened', 'closed', 'lengthened', 'shortened'] as const;

/** A finding, and how adopting the policy would change it. */
type Line = FindingRow & { readonly change: (typeof changes)[number] };

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

/** Faults of a policy are shown with their places in the file instead of in the request. */
const refusal = (failure: Failure, file: string): Failure =>
  failure.details === undefined
    ? failure
    : {
        ...failure,
        message: `${file} cannot be adopted as it is`,
        details: failure.details.map((detail) => detail.replace(/^\/cedar: /, '')),
      };

const report = (
  answer: Answer<WireDifference>,
  policy: string,
  options: SimulateOptions,
  terminal: Terminal,
): number => {
  const { data, warnings = [], next } = answer;
  for (const warning of warnings) terminal.note(warningLine(warning));
  const lines = changes.flatMap((change) => data[change].map((finding): Line => ({ ...finding, change })));
  show(
    answer,
    lines,
    options.format,
    {
      fields,
      columns,
      title: `How adopting ${terminal.style('bold', policy)} would change the findings, compared with the version in force, if any`,
      empty: ['Nothing would change.'],
      footer: [
        `${changes.map((change) => `${data[change].length} ${change}`).join(', ')}: ${counted(lines.length, 'finding', 'findings')}. Nothing was recorded. Times are UTC.`,
        ...(next === null ? [] : ['There are more than shown: try fewer rules at a time.']),
        ...limitsOfRules(lines),
      ],
    },
    terminal,
  );
  return options.fail === true && lines.length > 0 ? checkFailed : success;
};

const simulate = (file: string, options: SimulateOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(readPolicyFile(file)),
    TE.flatMap(({ name, cedar }) => () => {
      const { policy = name, effectiveFrom, effectiveUntil } = options;
      const until = effectiveUntil === undefined ? {} : { effectiveUntil };
      return withLedger(options, terminal, false, async ({ policies }) =>
        pipe(
          await policies.simulate({ policy, cedar, effectiveFrom, ...until }),
          E.bimap(
            (error) => refusal(failureOf(error, options.url), file),
            (answer) => report(answer, policy, options, terminal),
          ),
        ),
      );
    }),
  )();

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
