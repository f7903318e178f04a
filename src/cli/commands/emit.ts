/**
 * `domicile emit`: records events from a file or standard input.
 */
import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, EmitFailure, EmitProgress } from '../../client/client.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { ratePerSecond, tellRetry, withProgress } from '../invocation/with-progress.ts';
import { writeCsv } from '../terminal/formats.ts';
import { warningLine } from '../terminal/policy-warnings.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';
import { discrepancyLine, SentSources } from './emitted-discrepancies.ts';

type EmitOptions = LedgerOptions & FormatOptions;

interface Source {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array> & { destroy(): unknown };
  /** Its length in bytes, if known. */
  readonly size: number | undefined;
}

const openSource = (file: string): E.Either<Failure, Source> => {
  if (file === '-') return E.right({ name: 'standard input', bytes: process.stdin, size: undefined });
  try {
    const stats = statSync(file);
    if (stats.isDirectory())
      return E.left(invalidUse(`${file} is a directory; expected an NDJSON file, one event per line`));
    return E.right({
      name: file,
      bytes: createReadStream(file),
      size: stats.isFile() ? stats.size : undefined,
    });
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'does not exist'
        : 'cannot be read';
    return E.left(
      invalidUse(`${file} ${why}; expected an NDJSON file, one event per line, or - for standard input`),
    );
  }
};

const stopped = ({ error, soFar }: EmitFailure, source: Source, url: string | undefined): Failure => {
  const failure = failureOf(error, url);
  const before = `${counted(soFar.recorded, 'event', 'events')} recorded, ${wholeNumber(soFar.duplicates)} already there.`;
  const hint =
    error.kind === 'problem' && error.problem.errors !== undefined
      ? 'Correct it and send everything again; events already recorded are not recorded twice.'
      : 'Then send everything again; events already recorded are not recorded twice.';
  return {
    ...failure,
    message: `${source.name}: ${failure.message}`,
    hint: `${failure.hint === undefined ? '' : `${failure.hint}\n`}So far: ${before} ${hint}`,
  };
};

const report = (done: EmitProgress, { format }: EmitOptions, source: Source, terminal: Terminal): void => {
  const { recorded, duplicates, position, warnings = [] } = done;
  for (const warning of warnings) terminal.note(warningLine(warning));
  if (format === 'csv') {
    writeCsv(['recorded', 'duplicates', 'position'], [done], terminal);
  } else if (format === 'json' || format === 'ndjson') {
    terminal.out(
      JSON.stringify({ recorded, duplicates, position, ...(warnings.length === 0 ? {} : { warnings }) }),
    );
  } else if (recorded + duplicates === 0) {
    terminal.out(`${source.name} has no events, so nothing was recorded. Expected one JSON event per line.`);
  } else {
    const already = duplicates === 0 ? '' : `, ${wholeNumber(duplicates)} already there`;
    terminal.out(
      `Recorded ${counted(recorded, 'event', 'events')}${already}. The log is at position ${position}.`,
    );
  }
};

/** The end of the log; undefined if the ledger does not reveal it. An address without a server fails at once. */
const headOf = (ledger: Client, url: string | undefined): TE.TaskEither<Failure, string | undefined> =>
  pipe(
    () => ledger.health.ready(),
    TE.map(({ head }): string | undefined => head),
    TE.orElse((error) => (error.kind === 'network' ? TE.left(failureOf(error, url)) : TE.right(undefined))),
  );

/** Sends the events with a progress bar over the bytes. */
const send = (
  ledger: Client,
  source: Source,
  sources: SentSources,
  url: string | undefined,
  terminal: Terminal,
): TE.TaskEither<Failure, EmitProgress> =>
  withProgress(terminal, async (bar) => {
    const rate = ratePerSecond();
    const sent = await ledger.events.emitBytes(sources.noting(source.bytes), {
      onProgress: ({ recorded, duplicates, bytes }) => {
        const events = recorded + duplicates;
        bar.update(bytes, source.size, `${counted(events, 'event', 'events')}, ${rate(events)}`);
      },
      onRetry: tellRetry(bar, terminal),
    });
    // After an early stop, standard input may never end.
    source.bytes.destroy();
    return E.mapLeft((failure: EmitFailure) => stopped(failure, source, url))(sent);
  });

const record = (
  ledger: Client,
  source: Source,
  options: EmitOptions,
  terminal: Terminal,
): TE.TaskEither<Failure, number> => {
  const sent = new SentSources();
  return pipe(
    TE.Do,
    // Recording retries lost responses for a long time, so first check that a server answers at all.
    TE.bind('before', () => headOf(ledger, options.url)),
    TE.bind('done', () => send(ledger, source, sent, options.url, terminal)),
    TE.flatMapTask(({ before, done }) => async () => {
      report(done, options, source, terminal);
      if (done.recorded > 0 && before !== undefined) {
        const line = await discrepancyLine(ledger, sent.sources, before, done.position, options.url);
        if (line !== undefined) terminal.note(line);
      }
      return success;
    }),
  );
};

const emit = (file: string, options: EmitOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(openSource(file)),
    TE.flatMap(
      (source) => () =>
        withLedger(options, terminal, true, (ledger) => record(ledger, source, options, terminal)()),
    ),
  )();

/** Adds the command. */
export const addEmit = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('emit <file>')
        .summary('record events from an NDJSON file')
        .description(
          'Records events from an NDJSON file, or from standard input (-), with one CloudEvents event per line. Running it again is safe: source and id identify an event, and it is recorded once. Lines are recorded in chunks of up to 1,000; a chunk is recorded completely or not at all. The first invalid line stops the command, which then names that line.',
        ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile emit scenarios/tiktok-us/events.ndjson
  $ domicile emit events.ndjson --url http://127.0.0.1:8484
  $ gunzip -c events.ndjson.gz | domicile emit -`,
    )
    .action((file: string, options: EmitOptions) =>
      runCommand(terminal, () => emit(file, options, terminal)),
    );
};
