/**
 * The options that commands share, and how a command is run: what it fails with is shown in one place.
 */
import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Clocks, Question } from '../../client/client.ts';
import { Assurance } from '../../domain/events/words.ts';
import { type Format, formats } from '../terminal/formats.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { moment, spoken } from '../terminal/wording.ts';
import type { LedgerOptions } from './connection.ts';
import { type Failure, failureOfThrown } from './failure.ts';

export interface FormatOptions {
  readonly format: Format;
}

/** The options of a question, as commander gives them. */
export interface QuestionOptions extends LedgerOptions, FormatOptions {
  readonly validAt?: string;
  readonly knownAt?: string;
  readonly knownPosition?: string;
  readonly minAssurance?: Assurance;
}

export interface PeriodOptions extends QuestionOptions {
  readonly from?: string;
  readonly to?: string;
}

/** Adds the options that say which ledger. */
export const withLedgerOptions = (command: Command): Command =>
  command
    .addOption(new Option('--data <dir>', 'the directory of the ledger (default: ./data, or LEDGER_STORE)'))
    .addOption(new Option('--url <url>', 'the address of a running server, instead').conflicts('data'))
    .addOption(new Option('--token <token>', 'a key of that server').env('LEDGER_TOKEN'));

/** Adds the option that says in which form. */
export const withFormatOption = (command: Command, choices: ReadonlyArray<Format> = formats): Command =>
  command.addOption(
    new Option('--format <form>', 'the form of the answer').choices(choices).default('table'),
  );

/** Adds what every question takes. */
export const withQuestionOptions = (command: Command): Command =>
  withLedgerOptions(
    withFormatOption(
      command
        .addOption(
          new Option('--valid-at <time>', 'when it was true: an RFC 3339 time or date, UTC (default: now)'),
        )
        .addOption(new Option('--known-at <time>', 'as known when (default: the latest)'))
        .addOption(
          new Option('--known-position <position>', 'as known at a position in the log').conflicts('knownAt'),
        )
        .addOption(
          new Option('--min-assurance <word>', 'leaves out what is attested less well').choices(
            Assurance.words,
          ),
        ),
    ),
  );

/** Adds the bounds of a question over time. */
export const withPeriodOptions = (command: Command): Command =>
  command
    .addOption(new Option('--from <time>', 'where the period begins (default: the beginning)'))
    .addOption(new Option('--to <time>', 'before which it ends (default: never)'));

/** The question that the options put. */
export const questionOf = ({ validAt, knownAt, knownPosition, minAssurance }: QuestionOptions): Question => ({
  validAt,
  knownAt,
  knownPosition,
  minAssurance,
});

/** The clocks of an answer in words: as known when. */
export const knownWords = ({ knownAt, position }: Clocks, options: QuestionOptions): string => {
  const known =
    options.knownAt === undefined && options.knownPosition === undefined
      ? 'as known now'
      : options.knownPosition === undefined
        ? `as known on ${spoken(knownAt)}`
        : 'as known';
  const assurance =
    options.minAssurance === undefined || options.minAssurance === 'claimed'
      ? ''
      : `, counting only what is ${options.minAssurance === 'observed' ? 'observed or verified' : 'verified'}`;
  return `${known} (position ${position})${assurance}`;
};

/** The moment of an answer in words. */
export const validWords = ({ validAt }: Clocks, options: QuestionOptions): string =>
  options.validAt === undefined ? `now, ${moment(validAt).slice(0, 16)} UTC` : `on ${spoken(validAt)}`;

/** Says what went wrong: what, where, and what would be right. */
export const tell = ({ message, details = [], hint }: Failure, terminal: Terminal): void => {
  terminal.note(`domicile: ${message}`);
  for (const detail of details) terminal.note(`  ${detail}`);
  if (hint !== undefined) terminal.note(hint);
};

/** Runs a command, shows what it fails with, and leaves the exit code. */
export const running = async (
  terminal: Terminal,
  command: () => Promise<E.Either<Failure, number>>,
): Promise<void> => {
  const done = await command().catch((error: unknown) => E.left(failureOfThrown(error)));
  if (E.isLeft(done)) tell(done.left, terminal);
  process.exitCode = E.isLeft(done) ? done.left.exitCode : done.right;
};
