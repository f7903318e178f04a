/** `domicile sync`: converts a snapshot into events for the changes since the last one. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, EmitProgress } from '../../client/client.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import type { Difference } from '../../import/facts/difference.ts';
import type { ForeignEvent } from '../../import/imported/foreign-event.ts';
import { importKindInfos, importKindNames } from '../../import/kind-names.ts';
import {
  type FormatOptions,
  instantOf,
  withFormatOption,
  withLedgerOptions,
} from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOf, invalidUse } from '../invocation/failure.ts';
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

/** The maximum number of events in a snapshot, which is compared as a whole. */
const snapshotEventsMax = 1_000_000;
/** Events that a dry run shows. */
const shownEventsMax = 100;

const snapshotKinds = importKindNames.filter((name) => importKindInfos[name].isSnapshot);

/** All events of the snapshot, or a failure: what is missing in a snapshot counts as ended. */
const eventsIn = async (
  read: RecordEvents,
  name: string,
): Promise<E.Either<Failure, ReadonlyArray<ForeignEvent>>> => {
  const events: ForeignEvent[] = [];
  for await (const event of read.events()) {
    events.push(event);
    read.acknowledge(events.length);
    if (events.length > snapshotEventsMax)
      return E.left(
        invalidUse(`${name} becomes more than ${snapshotEventsMax} events, which is too many to compare`),
      );
  }
  if (read.stopped === undefined) return E.right(events);
  return E.left({
    ...invalidUse(
      `${name}: a record cannot be imported`,
      'Nothing was recorded. Items missing from a snapshot count as ended, so the whole snapshot must be readable. domicile import --dry-run lists all such records.',
    ),
    details: firstLines(read.stopped.map(refusedLine)),
  });
};

/** The single source of the events; if there are none, that of the option. */
const sourceOf = (
  events: ReadonlyArray<ForeignEvent>,
  { source, allowEmpty }: SyncOptions,
  name: string,
): E.Either<Failure, string> => {
  const sources = new Set(events.map((event) => event.source));
  if (sources.size > 1)
    return E.left(
      invalidUse(`${name} has events of ${sources.size} sources; expected one: name it with --source URI`),
    );
  const [only] = sources;
  if (only !== undefined) return E.right(only);
  return allowEmpty === true && source !== undefined
    ? E.right(source)
    : E.left(
        invalidUse(
          `${name} contains nothing that becomes an event, so everything from its source would end`,
          'If you want that: --allow-empty --source URI.',
        ),
      );
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
      `${counted(staying.length, 'description or enrolment is', 'descriptions and enrolments are')} no longer in the snapshot. These cannot end: record an event that says what happened to them.`,
    );
  if (ignored > 0)
    terminal.note(
      `${counted(ignored, 'event', 'events')} of the snapshot describe no lasting state, and were left out: domicile import records them.`,
    );
};

/** A parsed snapshot: its events, which all have one source, and its time. */
interface Snapshot {
  readonly at: Instant;
  readonly read: RecordEvents;
  readonly events: ReadonlyArray<ForeignEvent>;
  readonly source: string;
}

const snapshotIn = (kind: string, fileName: string, options: SyncOptions): TE.TaskEither<Failure, Snapshot> =>
  pipe(
    TE.Do,
    TE.bind('at', () => TE.fromEither(instantOf('--at', options.at ?? formatInstant(Date.now())))),
    TE.bind(
      'opened',
      ({ at }) =>
        () =>
          importOf(kind, { ...options, at: formatInstant(at) }),
    ),
    TE.bind('file', () => TE.fromEither(openFile(fileName))),
    TE.let('read', ({ opened, file }) => new RecordEvents(opened, file, {})),
    TE.bind(
      'events',
      ({ read, file }) =>
        () =>
          eventsIn(read, file.name),
    ),
    TE.bind('source', ({ events, file }) => TE.fromEither(sourceOf(events, options, file.name))),
  );

/** The difference between the snapshot and what its source said before. */
const differenceFrom = (
  { at, events, source }: Snapshot,
  ledger: Client,
  options: SyncOptions,
): TE.TaskEither<Failure, Difference> =>
  pipe(
    eventsOfSource(ledger, source, options.url),
    TE.flatMapEither((known) => {
      const latest = known.reduce((last, { time }) => Math.max(last, time), Number.NEGATIVE_INFINITY);
      return latest > at
        ? E.left(
            invalidUse(
              `${source} has events up to ${formatInstant(latest)}, and the snapshot is of ${formatInstant(at)}; expected a later snapshot`,
              'Give the instant of the snapshot with --at TIME.',
            ),
          )
        : E.right(known);
    }),
    TE.flatMapTask((known) => async () => {
      const { differenceOf } = await import('../../import/facts/difference.ts');
      const { factsAt } = await import('../../import/facts/facts-at.ts');
      return differenceOf(factsAt(known, at), events, source, at);
    }),
  );

const synced = (
  kind: string,
  fileName: string,
  options: SyncOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const record = (
    ledger: Client,
    { events }: Difference,
  ): TE.TaskEither<Failure, EmitProgress | undefined> =>
    options.dryRun === true
      ? TE.rightIO(() => {
          for (const event of events.slice(0, shownEventsMax)) terminal.note(JSON.stringify(event));
          return undefined;
        })
      : pipe(
          () => ledger.events.emitStream(events.map((event) => JSON.stringify(event))),
          TE.mapLeft(({ error }) => failureOf(error, options.url)),
        );
  const compare = (snapshot: Snapshot, ledger: Client): TE.TaskEither<Failure, number> =>
    pipe(
      differenceFrom(snapshot, ledger, options),
      TE.bindTo('difference'),
      TE.bind('done', ({ difference }) => record(ledger, difference)),
      TE.map(({ difference, done }) => {
        report(difference, done, options, terminal);
        tellRecords(snapshot.read.tally, undefined, terminal);
        return success;
      }),
    );
  return pipe(
    snapshotKinds.some((name) => name === kind)
      ? snapshotIn(kind, fileName, options)
      : TE.left(invalidUse(`${kind} is not a kind of snapshot; expected one of ${snapshotKinds.join(', ')}`)),
    TE.flatMap(
      (snapshot) => () =>
        withLedger(options, terminal, options.dryRun !== true, (ledger) => compare(snapshot, ledger)()),
    ),
  )();
};

/** Adds the command. */
export const addSync = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      withImportOptions(
        program
          .command('sync <kind> <file>')
          .summary('record the changes since the last snapshot')
          .description(
            'Compares a snapshot of another system with what its source has recorded so far, and records the difference: new items begin and missing items end at the time of the snapshot (--at, default now). Afterwards the source matches the snapshot. The snapshot must be complete.',
          ),
      ),
      ['table', 'json'],
    ),
  )
    .option('--dry-run', 'record nothing; show the events')
    .option('--allow-empty', 'accept an empty snapshot, so that everything from its source ends')
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
