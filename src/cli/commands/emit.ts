/**
 * `domicile emit`: records events from a file or standard input.
 */
import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { type EmitFailure, type EmitProgress, sentenceOf } from '../../client/client.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type Failure, failureOf } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { writeCsv } from '../terminal/formats.ts';
import { warningLine } from '../terminal/policy-warnings.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';
import { misfitLine, SentSources } from './emitted-misfits.ts';

type EmitOptions = LedgerOptions & FormatOptions;

interface Source {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Its length in bytes, if known. */
  readonly size: number | undefined;
}

const openSource = (file: string): E.Either<Failure, Source> => {
  if (file === '-') return E.right({ name: 'standard input', bytes: process.stdin, size: undefined });
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) {
      return E.left({
        exitCode: invalidUsage,
        message: `${file} is a directory; expected an NDJSON file, one event per line`,
      });
    }
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
    return E.left({
      exitCode: invalidUsage,
      message: `${file} ${why}; expected an NDJSON file, one event per line, or - for standard input`,
    });
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

const emit = async (file: string, options: EmitOptions, terminal: Terminal) => {
  const source = openSource(file);
  if (E.isLeft(source)) return source;
  const { bytes, size } = source.right;
  return withLedger(options, terminal, true, async (ledger) => {
    // Recording is repeated patiently where an answer is lost; an address where nobody answers is told at once.
    const ready = await ledger.health.ready();
    if (E.isLeft(ready) && ready.left.kind === 'network') return E.left(failureOf(ready.left, options.url));
    const bar = new ProgressBar(terminal, () => performance.now());
    const begun = performance.now();
    const sent = new SentSources();
    const before = E.isRight(ready) ? ready.right.head : undefined;
    const done = await ledger.events.emitBytes(sent.noting(bytes), {
      onProgress: ({ recorded, duplicates, bytes: sent }) => {
        const events = recorded + duplicates;
        const rate = Math.round(events / Math.max(0.001, (performance.now() - begun) / 1_000));
        bar.update(sent, size, `${counted(events, 'event', 'events')}, ${wholeNumber(rate)}/s`);
      },
      onRetry: (error, waitMs) => {
        bar.end();
        terminal.note(`${sentenceOf(error)}; retrying in ${(waitMs / 1_000).toFixed(1)} s`);
      },
    });
    bar.end();
    if (E.isLeft(done)) return E.left(stopped(done.left, source.right, options.url));
    report(done.right, options, source.right, terminal);
    if (done.right.recorded > 0 && before !== undefined) {
      const line = await misfitLine(ledger, sent.sources, before, done.right.position, options.url);
      if (line !== undefined) terminal.note(line);
    }
    return E.right(success);
  });
};

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
