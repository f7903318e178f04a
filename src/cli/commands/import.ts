/** `domicile import`: converts records of other systems into events. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, EmitFailure, EmitProgress } from '../../client/client.ts';
import { type ImportKindName, importKindInfos, importKindNames } from '../../import/kind-names.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse } from '../invocation/failure.ts';
import { type ImportSourceOptions, importOf, openFile, type ReadFile } from '../invocation/import-source.ts';
import { RecordEvents, type RecordEventsOptions } from '../invocation/record-events.ts';
import { runCommand } from '../invocation/run-command.ts';
import { ratePerSecond, tellRetry, withProgress } from '../invocation/with-progress.ts';
import { firstLines, refusedLine, tellRecords } from '../terminal/record-lines.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface ImportOptions extends LedgerOptions, FormatOptions, ImportSourceOptions, RecordEventsOptions {
  readonly dryRun?: boolean;
}

/** Events that a dry run shows. */
const shownEventsMax = 10;

/** What was recorded so far, and where to resume. */
const soFarOf = (soFar: EmitProgress, read: RecordEvents): string => {
  const next = read.placeOf(soFar.recorded + soFar.duplicates)?.index;
  const skip = next === undefined || next === 0 ? '' : ` --skip ${next} begins where it stopped.`;
  return `So far: ${counted(soFar.recorded, 'event', 'events')} recorded, ${wholeNumber(soFar.duplicates)} already there. You can import everything again: nothing is recorded twice.${skip}`;
};

/** Why the ledger refused an event, with the places of records. */
const refusedByLedger = (
  { error, soFar }: EmitFailure,
  read: RecordEvents,
  url: string | undefined,
): Failure => {
  const failure = failureOf(error, url);
  const errors = error.kind === 'problem' ? (error.problem.errors ?? []) : [];
  const details = errors.map(({ index = 0, pointer, message }) =>
    refusedLine({ ...(read.placeOf(index) ?? { index }), pointer, message }),
  );
  return {
    ...failure,
    ...(details.length === 0 ? {} : { details: firstLines(details) }),
    hint: [...(failure.hint === undefined ? [] : [failure.hint]), soFarOf(soFar, read)].join('\n'),
  };
};

/** Shows the first events and each record that would be refused; records nothing. */
const tried = async (
  read: RecordEvents,
  options: ImportOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  let shown = 0;
  for await (const event of read.events(true)) {
    read.acknowledge(++shown);
    if (shown <= shownEventsMax) terminal.out(JSON.stringify(event));
  }
  await read.close();
  const { tally } = read;
  terminal.note(
    `${counted(tally.events, 'event', 'events')} would be recorded of ${counted(tally.records, 'record', 'records')}.`,
  );
  tellRecords(tally, options.aside, terminal);
  return E.right(tally.refusedRecords === 0 ? success : checkFailed);
};

const report = (
  { recorded, duplicates, position }: EmitProgress,
  { tally }: RecordEvents,
  options: ImportOptions,
  terminal: Terminal,
): void => {
  const { records, refusedRecords, unmappedRecords } = tally;
  if (options.format === 'json') {
    terminal.out(
      JSON.stringify({ records, recorded, duplicates, position, refusedRecords, unmappedRecords }),
    );
    return;
  }
  const already = duplicates === 0 ? '' : `, ${wholeNumber(duplicates)} already there`;
  terminal.out(
    `Recorded ${counted(recorded, 'event', 'events')}${already}, of ${counted(records, 'record', 'records')}. The log is at position ${position}.`,
  );
};

/** Sends the events with a progress bar over the bytes of the file. */
const send = (
  ledger: Client,
  read: RecordEvents,
  file: ReadFile,
  url: string | undefined,
  terminal: Terminal,
): TE.TaskEither<Failure, EmitProgress> =>
  withProgress(terminal, async (bar) => {
    const rate = ratePerSecond();
    const sent = await ledger.events.emitStream(eventLines(read), {
      onProgress: ({ recorded, duplicates }) => {
        read.acknowledge(recorded + duplicates);
        const { records } = read.tally;
        bar.update(file.read(), file.size, `${counted(records, 'record', 'records')}, ${rate(records)}`);
      },
      onRetry: tellRetry(bar, terminal),
    });
    await read.close();
    return E.mapLeft((failure: EmitFailure) => refusedByLedger(failure, read, url))(sent);
  });

async function* eventLines(read: RecordEvents): AsyncGenerator<string, void, undefined> {
  for await (const event of read.events()) yield JSON.stringify(event);
}

const recorded = (
  ledger: Client,
  read: RecordEvents,
  file: ReadFile,
  options: ImportOptions,
  terminal: Terminal,
): TE.TaskEither<Failure, number> =>
  pipe(
    send(ledger, read, file, options.url, terminal),
    TE.filterOrElse(
      () => read.stopped === undefined,
      (done: EmitProgress): Failure => ({
        ...invalidUse(
          `${file.name}: a record cannot be imported`,
          `--dry-run lists all such records; --aside FILE writes them to a file and continues.\n${soFarOf(done, read)}`,
        ),
        details: firstLines((read.stopped ?? []).map(refusedLine)),
      }),
    ),
    TE.map((done) => {
      report(done, read, options, terminal);
      tellRecords(read.tally, options.aside, terminal);
      return read.tally.refusedRecords === 0 ? success : checkFailed;
    }),
  );

const imported = (
  kind: string,
  fileName: string,
  options: ImportOptions,
  terminal: Terminal,
): Promise<CommandResult> =>
  pipe(
    TE.Do,
    TE.bind('opened', () => () => importOf(kind, options)),
    TE.bind('file', () => TE.fromEither(openFile(fileName))),
    TE.flatMap(({ opened, file }) => () => {
      const read = new RecordEvents(opened, file, options);
      return options.dryRun === true
        ? tried(read, options, terminal)
        : withLedger(options, terminal, true, (ledger) => recorded(ledger, read, file, options, terminal)());
    }),
  )();

const wholeNumberOf = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

/** Adds the options for reading a file and mapping its names. */
export const withImportOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--map <file>', 'the mapping file (YAML), which translates names of the other system'),
    )
    .addOption(new Option('--mapping <file>', 'the same as --map').hideHelp())
    .addOption(new Option('--source <uri>', 'the source of the events, instead of the one in the mapping'))
    .addOption(new Option('--at <time>', 'the time of records that have none: RFC 3339'));

/** The kinds, for the help of commands. */
export const kindsInWords = (names: ReadonlyArray<ImportKindName>): string =>
  names.map((name) => `  ${name.padEnd(12)} ${importKindInfos[name].summary}`).join('\n');

/** Adds the command. */
export const addImport = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      withImportOptions(
        program
          .command('import <kind> <file>')
          .summary('import records of another system')
          .description(
            'Turns the records of another system into events and records them: from a file (.gz is decompressed), or from standard input (-). Importing the same again is safe, because ids come from the records. The first record that cannot be imported stops the command, which then names it.',
          ),
      ),
      ['table', 'json'],
    ),
  )
    .option('--dry-run', 'record nothing; show the first events and each record that would be refused')
    .option(
      '--aside <file>',
      'continue after refused records, and write records that become no event to this file',
    )
    .option('--skip <records>', 'skip this many records first', wholeNumberOf)
    .addHelpText(
      'after',
      `
Kinds:
${kindsInWords(importKindNames)}

Examples:
  $ domicile import openlineage events.ndjson --map warehouse.yaml --dry-run
  $ domicile import csv systems.csv --map systems.yaml
  $ domicile import openlineage events.json.gz --url http://127.0.0.1:8484`,
    )
    .action((kind: string, file: string, options: ImportOptions) =>
      runCommand(terminal, () => imported(kind, file, options, terminal)),
    );
};
