/**
 * `domicile sync`: a snapshot of what is becomes the events that changed since the last one.
 */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Client } from '../../client/client.ts';
import { formatInstant, parseInstant } from '../../domain/time/instant.ts';
import type { Difference } from '../../import/facts/difference.ts';
import type { ForeignEvent } from '../../import/imported/foreign-event.ts';
import { importKindInfos, importKindNames } from '../../import/kind-names.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf } from '../invocation/failure.ts';
import { type ImportSourceOptions, importOf, openFile } from '../invocation/import-source.ts';
import { RecordEvents } from '../invocation/record-events.ts';
import { runCommand } from '../invocation/run-command.ts';
import { eventsOfSource } from '../invocation/source-events.ts';
import { firstLines, refusedLine, tellRecords } from '../terminal/record-lines.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';
import { kindsInWords, withImportOptions } from './import.ts';

interface SyncOptions extends LedgerOptions, FormatOptions, ImportSourceOptions {
  readonly dryRun?: boolean;
  readonly allowEmpty?: boolean;
}

/** Events that a snapshot may have: it is compared as a whole. */
const snapshotEventsMax = 1_000_000;
/** Events that a trial shows. */
const shownEventsMax = 100;

const snapshotKinds = importKindNames.filter((name) => importKindInfos[name].isSnapshot);

const wrong = (message: string, more: Partial<Failure> = {}): E.Either<Failure, never> =>
  E.left({ exitCode: invalidUsage, message, ...more });

/** The events of the snapshot: all of it, or none, because what is missing from a snapshot has ended. */
const snapshotOf = async (
  read: RecordEvents,
  name: string,
): Promise<E.Either<Failure, ReadonlyArray<ForeignEvent>>> => {
  const events: ForeignEvent[] = [];
  for await (const event of read.events()) {
    events.push(event);
    read.acknowledge(events.length);
    if (events.length > snapshotEventsMax)
      return wrong(`${name} becomes more than ${snapshotEventsMax} events, which is more than are compared`);
  }
  if (read.stopped === undefined) return E.right(events);
  return wrong(`${name}: a record cannot be imported`, {
    details: firstLines(read.stopped.map(refusedLine)),
    hint: 'Nothing is recorded: what is missing from a snapshot counts as ended, so all of it has to be read. domicile import --dry-run lists each such record.',
  });
};

/** The one source of the events; where there are none, that of the option. */
const sourceOf = (
  events: ReadonlyArray<ForeignEvent>,
  { source, allowEmpty }: SyncOptions,
  name: string,
): E.Either<Failure, string> => {
  const sources = new Set(events.map((event) => event.source));
  if (sources.size > 1)
    return wrong(`${name} tells for ${sources.size} sources; expected one: name it with --source URI`);
  const [only] = sources;
  if (only !== undefined) return E.right(only);
  return allowEmpty === true && source !== undefined
    ? E.right(source)
    : wrong(`${name} has nothing that becomes an event, so everything that its source says would end`, {
        hint: 'If that is so: --allow-empty --source URI.',
      });
};

const report = (
  difference: Difference,
  recorded: { readonly recorded: number; readonly duplicates: number } | undefined,
  { format }: SyncOptions,
  terminal: Terminal,
): void => {
  const { begun, changed, ended, staying, ignored } = difference;
  if (format === 'json') {
    terminal.out(JSON.stringify({ begun, changed, ended, staying: staying.length, ignored, ...recorded }));
  } else {
    terminal.out(
      `${recorded === undefined ? 'Would record' : 'Recorded'}: ${begun} begun, ${changed} changed, ${ended} ended.`,
    );
  }
  if (staying.length > 0)
    terminal.note(
      `${counted(staying.length, 'description or enrolment is', 'descriptions and enrolments are')} no longer in the snapshot. These do not end: say what became of them by an event.`,
    );
  if (ignored > 0)
    terminal.note(
      `${counted(ignored, 'event', 'events')} of the snapshot tell of nothing that lasts, and are left out: domicile import records them.`,
    );
};

const synced = async (
  kind: string,
  fileName: string,
  options: SyncOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  if (!snapshotKinds.some((name) => name === kind))
    return wrong(`${kind} is no kind of snapshot; expected one of ${snapshotKinds.join(', ')}`);
  const at = parseInstant(options.at ?? formatInstant(Date.now()));
  if (E.isLeft(at)) return wrong(`--at: expected ${at.left}`);
  const opened = await importOf(kind, { ...options, at: formatInstant(at.right) });
  if (E.isLeft(opened)) return opened;
  const file = openFile(fileName);
  if (E.isLeft(file)) return file;
  const read = new RecordEvents(opened.right, file.right, {});
  const snapshot = await snapshotOf(read, file.right.name);
  if (E.isLeft(snapshot)) return snapshot;
  const source = sourceOf(snapshot.right, options, file.right.name);
  if (E.isLeft(source)) return source;
  const compare = async (ledger: Client): Promise<CommandResult> => {
    const known = await eventsOfSource(ledger, source.right, options.url);
    if (E.isLeft(known)) return known;
    const latest = known.right.reduce((last, { time }) => Math.max(last, time), Number.NEGATIVE_INFINITY);
    if (latest > at.right)
      return wrong(
        `${source.right} has said things of ${formatInstant(latest)}, and the snapshot is of ${formatInstant(at.right)}; expected a later one`,
        { hint: 'Give the instant of the snapshot with --at TIME.' },
      );
    const { differenceOf } = await import('../../import/facts/difference.ts');
    const { saidAt } = await import('../../import/facts/said.ts');
    const difference = differenceOf(saidAt(known.right, at.right), snapshot.right, source.right, at.right);
    if (options.dryRun === true) {
      for (const event of difference.events.slice(0, shownEventsMax)) terminal.note(JSON.stringify(event));
      report(difference, undefined, options, terminal);
      tellRecords(read.tally, undefined, terminal);
      return E.right(success);
    }
    const done = await ledger.events.emitStream(difference.events.map((event) => JSON.stringify(event)));
    if (E.isLeft(done)) return E.left(failureOf(done.left.error, options.url));
    report(difference, done.right, options, terminal);
    tellRecords(read.tally, undefined, terminal);
    return E.right(success);
  };
  return withLedger(options, terminal, options.dryRun !== true, compare);
};

/** Adds the command. */
export const addSync = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      withImportOptions(
        program
          .command('sync <kind> <file>')
          .summary('record what changed since the last snapshot')
          .description(
            'Compares a snapshot of another system with what its source has said so far, and records the difference: what is new begins, what is missing ends, at the instant of the snapshot (--at, by default now). Afterwards the source says exactly what the snapshot does. The snapshot has to be whole.',
          ),
      ),
      ['table', 'json'],
    ),
  )
    .option('--dry-run', 'record nothing; show the events')
    .option('--allow-empty', 'take a snapshot with nothing in it: everything that its source says ends')
    .addHelpText(
      'after',
      `
Kinds:
${kindsInWords(snapshotKinds)}

Examples:
  $ domicile sync scim groups.json --source https://id.example/scim --at 2024-06-01T03:00:00Z
  $ domicile sync terraform terraform.tfstate --map infrastructure.yaml --dry-run`,
    )
    .action((kind: string, file: string, options: SyncOptions) =>
      runCommand(terminal, () => synced(kind, file, options, terminal)),
    );
};
