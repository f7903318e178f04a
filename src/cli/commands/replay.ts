/** `domicile replay`: rebuilds the projections from the log while the old ones keep serving. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, Replay } from '../../client/client.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, replyFrom } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { withProgress } from '../invocation/with-progress.ts';
import { writeCsv } from '../terminal/formats.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface ReplayOptions extends LedgerOptions, FormatOptions {
  readonly fail?: boolean;
  readonly rollback?: boolean;
}

const fields = [
  'id',
  'state',
  'processed',
  'total',
  'rate',
  'startedAt',
  'endedAt',
  'failure',
  'differences',
];

const report = (replay: Replay, { format, rollback }: ReplayOptions, terminal: Terminal): void => {
  if (format === 'csv') {
    writeCsv(fields, [replay], terminal);
    return;
  }
  if (format !== 'table') {
    terminal.out(JSON.stringify(replay, undefined, format === 'json' ? 2 : undefined));
    return;
  }
  const { state, processed, rate, differences, failure } = replay;
  const read = `${counted(processed, 'event', 'events')} read, ${wholeNumber(Math.round(rate))}/s`;
  if (state !== 'serving') {
    terminal.out(`The replay ${state === 'failed' ? 'failed' : 'was cancelled'}: ${failure ?? read}.`);
    terminal.out('The previous projections keep serving.');
    return;
  }
  const what =
    rollback === true
      ? 'The previous projections are serving again'
      : 'The projections are rebuilt and serving';
  terminal.out(`${what}: ${read}.`);
  if (differences === null) return;
  const { compared, changed, examples } = differences;
  terminal.out(
    changed === 0
      ? `${counted(compared, 'answer', 'answers')} compared with the previous projections; none differ.`
      : `${wholeNumber(changed)} of ${counted(compared, 'answer', 'answers')} differ from those of the previous projections, for example:`,
  );
  for (const { question, before, after } of examples) {
    terminal.out(`  ${question}`);
    terminal.out(`    before ${JSON.stringify(before)}`);
    terminal.out(`    now    ${JSON.stringify(after)}`);
  }
};

const exitCodeOf = ({ state, differences }: Replay, { fail }: ReplayOptions): number => {
  if (state !== 'serving') return checkFailed;
  return fail === true && (differences?.changed ?? 0) > 0 ? checkFailed : success;
};

/** Follows a replay to its end. */
const followed = (
  { replays }: Client,
  started: Replay,
  url: string | undefined,
  terminal: Terminal,
): TE.TaskEither<Failure, Replay> =>
  withProgress(terminal, async (bar) => {
    let last = started;
    for await (const next of replays.follow(started.id)) {
      if (E.isLeft(next)) return E.left(failureOf(next.left, url));
      last = next.right;
      const { processed, total, rate, etaMs } = last;
      const left = etaMs === null ? '' : `, ${Math.ceil(etaMs / 1_000)} s left`;
      bar.update(
        processed,
        total,
        `${wholeNumber(processed)} of ${counted(total, 'event', 'events')}, ${wholeNumber(Math.round(rate))}/s${left}`,
      );
    }
    return E.right(last);
  });

const replay = (options: ReplayOptions, terminal: Terminal): Promise<CommandResult> =>
  withLedger(options, terminal, false, (ledger) =>
    pipe(
      replyFrom(options.url, () =>
        options.rollback === true ? ledger.replays.rollBack() : ledger.replays.start(),
      ),
      TE.flatMap((started) => followed(ledger, started, options.url, terminal)),
      TE.map((ended) => {
        report(ended, options, terminal);
        return exitCodeOf(ended, options);
      }),
    )(),
  );

/** Adds the command. */
export const addReplay = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('replay')
        .summary('rebuild the projections from the log')
        .description(
          'Rebuilds the projections, which questions are answered from, while the old ones keep serving. Compares the answers of both, then switches to the new ones. Never changes the log. Exits with 1 if the replay fails.',
        ),
    ),
  )
    .option('--rollback', 'instead, return to the projections that served before the last replay')
    .option('--fail', 'also exit with 1 if an answer differs from before')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile replay
  $ domicile replay --url http://127.0.0.1:8484 --fail
  $ domicile replay --rollback`,
    )
    .action((options: ReplayOptions) => runCommand(terminal, () => replay(options, terminal)));
};
