/**
 * `domicile keys`: manages the keys of callers. They are stored beside the log, and a running server notices
 * changes at once.
 */
import { randomBytes } from 'node:crypto';
import { Argument, type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { EventType } from '../../domain/events/catalogue.ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import type { Assurance } from '../../domain/events/words.ts';
import type { Bounds } from '../../domain/recording/bounds.ts';
import { filesIn } from '../../ledger/files.ts';
import type { Key } from '../../people/access/key-file.ts';
import { type KeyProblem, Keys } from '../../people/access/keys.ts';
import { Scope } from '../../people/access/scopes.ts';
import { makePrivateDirectory } from '../../store/private-files.ts';
import {
  configOption,
  dataOption,
  type FormatOptions,
  withFormatOption,
} from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from '../invocation/failure.ts';
import { assuranceOf, scopesOf, sourceOf, typeOf } from '../invocation/key-arguments.ts';
import { runCommand } from '../invocation/run-command.ts';
import { writeCsv } from '../terminal/formats.ts';
import { type Column, tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { moment } from '../terminal/wording.ts';

interface KeyOptions {
  readonly data?: string;
  readonly config?: string;
}

interface CreateOptions extends KeyOptions {
  readonly scopes: ReadonlyArray<Scope>;
  readonly source?: ReadonlyArray<string>;
  readonly type?: ReadonlyArray<EventType>;
  readonly maxAssurance?: Assurance;
}

const KeyRow = exact(
  'Key',
  {
    name: t.string,
    scopes: t.string,
    sources: t.string,
    types: t.string,
    maxAssurance: nullable(t.string),
    createdAt: t.string,
    revokedAt: nullable(t.string),
  },
  {},
);
type KeyRow = t.TypeOf<typeof KeyRow>;

/** The bounds of a key, one per line. */
const boundsText = ({ sources, types, maxAssurance }: KeyRow): string =>
  [sources.replaceAll(' ', '\n'), types, maxAssurance === null ? '' : `at most ${maxAssurance}`]
    .filter((line) => line !== '')
    .join('\n');

const columns: ReadonlyArray<Column<KeyRow>> = [
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Scopes', cell: ({ scopes }) => scopes },
  { title: 'Bound to', cell: boundsText },
  { title: 'Created', cell: ({ createdAt }) => moment(createdAt) },
  { title: 'Revoked', cell: ({ revokedAt }) => (revokedAt === null ? '' : moment(revokedAt)) },
];

const messages: Readonly<Record<KeyProblem, string>> = {
  'name-taken': 'an active key has this name; revoke it first, or use another name',
  'too-many': 'the limit on the number of keys is reached',
  'unknown-key': 'no active key has this name; domicile keys list shows the keys',
};

const failureOfKeyProblem = (problem: KeyProblem): Failure => ({
  exitCode: invalidUsage,
  message: messages[problem],
});

/** Changes the keys, and reports a file that is locked or damaged. */
const changing = <A>(change: () => E.Either<KeyProblem, A>): E.Either<Failure, A> =>
  pipe(
    E.tryCatch(change, failureOfThrown),
    E.flatMap((changed) => E.mapLeft(failureOfKeyProblem)(changed)),
  );

const keysOf = (options: KeyOptions): E.Either<Failure, Keys> => {
  const open = (directory: string): Keys => {
    makePrivateDirectory(directory);
    return new Keys(filesIn(directory).keys);
  };
  return pipe(
    settingsOf(options),
    E.flatMap(({ dataDirectory }) => E.tryCatch(() => open(dataDirectory), failureOfThrown)),
  );
};

const create = async (
  name: string,
  given: ReadonlyArray<Scope>,
  options: CreateOptions,
  terminal: Terminal,
): Promise<CommandResult> => {
  const scopes = given.length === 0 ? options.scopes : given;
  const { source, type, maxAssurance } = options;
  const bounds: Bounds = {
    ...(source === undefined ? {} : { sources: source }),
    ...(type === undefined ? {} : { types: type }),
    ...(maxAssurance === undefined ? {} : { maxAssurance }),
  };
  return pipe(
    keysOf(options),
    E.flatMap((keys) => changing(() => keys.create(name, scopes, Date.now(), randomBytes, bounds))),
    E.map((token) => {
      terminal.note(
        'This token is shown only once. Send it as Authorization: Bearer …, or set LEDGER_TOKEN.',
      );
      terminal.out(token);
      return success;
    }),
  );
};

const rowOf = ({ name, scopes, sources, types, maxAssurance, createdAt, revokedAt }: Key): KeyRow => ({
  name,
  scopes: scopes.join(' '),
  sources: (sources ?? []).join(' '),
  types: (types ?? []).join(' '),
  maxAssurance: maxAssurance ?? null,
  createdAt,
  revokedAt: revokedAt ?? null,
});

const show = (keys: Keys, rows: ReadonlyArray<KeyRow>, options: FormatOptions, terminal: Terminal): void => {
  if (options.format === 'json') terminal.out(JSON.stringify(rows));
  else if (options.format === 'ndjson') for (const row of rows) terminal.out(JSON.stringify(row));
  else if (options.format === 'csv') writeCsv(Object.keys(KeyRow.required), rows, terminal);
  else if (rows.length === 0 && keys.areLost())
    terminal.out(`No keys: ${keys.file} is lost, so nobody is admitted. Restore it, or create new keys.`);
  else if (rows.length === 0)
    terminal.out(
      'No keys. The server listens on loopback only and admits everybody. To create a key: domicile keys create NAME',
    );
  else terminal.out(tableOf(rows, columns, terminal));
};

const list = async (options: KeyOptions & FormatOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    keysOf(options),
    E.bindTo('keys'),
    E.bind('all', ({ keys }) => E.tryCatch(() => keys.all(), failureOfThrown)),
    E.map(({ keys, all }) => {
      show(keys, all.map(rowOf), options, terminal);
      return success;
    }),
  );

const revoke = async (name: string, options: KeyOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    keysOf(options),
    E.flatMap((keys) => changing(() => keys.revoke(name, Date.now()))),
    E.map(() => {
      terminal.out(`The key ${name} is revoked.`);
      return success;
    }),
  );

/** Adds the command. */
export const addKeys = (program: Command, terminal: Terminal): void => {
  const keys = program
    .command('keys')
    .summary('create, list and revoke keys for callers')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile keys create mover emit --source https://mover.example --type DataMoved
  $ domicile keys create auditor audit identify
  $ domicile keys list
  $ domicile keys revoke mover`,
    );
  keys
    .command('create')
    .description('Creates a key and shows its token once.')
    .addArgument(new Argument('<name>', 'the name of the key'))
    .addArgument(
      new Argument('[scope...]', `what the key allows: ${Scope.words.join(', ')}`).argParser(
        (text: string, before: ReadonlyArray<Scope> | undefined) => [...(before ?? []), ...scopesOf(text)],
      ),
    )
    .addOption(dataOption())
    .addOption(configOption())
    .addOption(
      new Option('--scopes <scopes>', 'the same, separated by commas')
        .default(['audit'], 'audit')
        .argParser(scopesOf),
    )
    .addOption(
      new Option('--source <source>', 'only events of this source; can be repeated').argParser(sourceOf),
    )
    .addOption(new Option('--type <type>', 'only events of this type; can be repeated').argParser(typeOf))
    .addOption(
      new Option(
        '--max-assurance <assurance>',
        'the highest assurance of its events (default with --source or --type: observed)',
      ).argParser(assuranceOf),
    )
    .action((name: string, scopes: ReadonlyArray<Scope>, options: CreateOptions) =>
      runCommand(terminal, () => create(name, scopes, options, terminal)),
    );
  withFormatOption(
    keys
      .command('list')
      .description('Shows all keys, including revoked ones.')
      .addOption(dataOption())
      .addOption(configOption()),
  ).action((options: KeyOptions & FormatOptions) => runCommand(terminal, () => list(options, terminal)));
  keys
    .command('revoke')
    .description('Revokes a key. It stops working immediately.')
    .addArgument(new Argument('<name>', 'the name of the key'))
    .addOption(dataOption())
    .addOption(configOption())
    .action((name: string, options: KeyOptions) =>
      runCommand(terminal, () => revoke(name, options, terminal)),
    );
};
