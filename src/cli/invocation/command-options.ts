/** Options of several commands, and the description of an answer's clocks. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Clocks, Question } from '../../client/client.ts';
import { Assurance } from '../../domain/events/words.ts';
import { type Instant, parseInstant } from '../../domain/time/instant.ts';
import { type Format, formats } from '../terminal/formats.ts';
import { moment, spoken } from '../terminal/wording.ts';
import type { LedgerOptions } from './connection.ts';
import { type Failure, invalidUse } from './failure.ts';

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

const portMax = 65_535;

/** Parses a port from the command line. */
export const portOf = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > portMax) {
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${portMax}; 0 takes any free port.`);
  }
  return port;
};

/** The option that selects the directory of a ledger. */
export const dataOption = (): Option =>
  new Option('--data <dir>', 'the directory of the ledger (default: LEDGER_STORE, or ./data)');

/** The option that selects the configuration file. */
export const configOption = (): Option =>
  new Option(
    '--config <file>',
    'the file with the settings (default: LEDGER_CONFIG, or ./domicile.yaml if there is one)',
  );

/** Adds the options that select the ledger. */
export const withLedgerOptions = (command: Command): Command =>
  command
    .addOption(dataOption())
    .addOption(configOption())
    .addOption(new Option('--url <url>', 'ask the running server at this address instead').conflicts('data'))
    .addOption(new Option('--token <token>', 'the token of a key for that server').env('LEDGER_TOKEN'));

/** Adds the option that selects the format of the answer. */
export const withFormatOption = (command: Command, choices: ReadonlyArray<Format> = formats): Command =>
  command.addOption(
    new Option('--format <format>', 'the format of the answer').choices(choices).default('table'),
  );

/** Adds the options for valid time and known time. */
export const withClockOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--valid-at <time>', 'the time to ask about: an RFC 3339 time or date, UTC (default: now)'),
    )
    .addOption(new Option('--known-at <time>', 'answer as known at this time (default: the latest)'))
    .addOption(
      new Option('--known-position <position>', 'answer as known at this position in the log').conflicts(
        'knownAt',
      ),
    )
    .addOption(
      new Option('--min-assurance <level>', 'leave out events that are attested less well').choices(
        Assurance.words,
      ),
    );

/** Adds the options of every question. */
export const withQuestionOptions = (command: Command): Command =>
  withLedgerOptions(withFormatOption(withClockOptions(command)));

/** Adds the bounds of a question's period. */
export const withPeriodOptions = (command: Command): Command =>
  command
    .addOption(new Option('--from <time>', 'the start of the period (default: the beginning)'))
    .addOption(new Option('--to <time>', 'the end of the period, exclusive (default: none)'));

/** The instant in an option. */
export const instantOf = (flag: string, text: string): E.Either<Failure, Instant> =>
  pipe(
    parseInstant(text),
    E.mapLeft((expected) => invalidUse(`${flag}: expected ${expected}`)),
  );

/** The question in the options. */
export const questionOf = ({
  validAt,
  knownAt,
  knownPosition,
  minAssurance,
}: Omit<QuestionOptions, 'format'>): Question => ({
  validAt,
  knownAt,
  knownPosition,
  minAssurance,
});

/** The known time of an answer in words, and the required assurance. */
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

/** The valid time of an answer in words. */
export const validWords = ({ validAt }: Clocks, options: QuestionOptions): string =>
  options.validAt === undefined ? `now, ${moment(validAt).slice(0, 16)} UTC` : `on ${spoken(validAt)}`;
