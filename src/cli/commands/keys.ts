/**
 * `domicile keys`: manages the keys of callers. Keys are kept beside the log, and a running server notices changes at once.
 */
import { randomBytes } from 'node:crypto';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import { filesIn } from '../../ledger/files.ts';
import { type KeyProblem, Keys, Scope } from '../../people/access/keys.ts';
import { makePrivateDirectory } from '../../store/private-files.ts';
import { type FormatOptions, withFormatOption } from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { writeCsv } from '../terminal/formats.ts';
import { type Column, tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { moment } from '../terminal/wording.ts';

interface KeyOptions {
  readonly data?: string;
}

interface CreateOptions extends KeyOptions {
  readonly scopes: ReadonlyArray<Scope>;
}

const KeyRow = exact(
  'Key',
  { name: t.string, scopes: t.string, createdAt: t.string, revokedAt: nullable(t.string) },
  {},
);
type KeyRow = t.TypeOf<typeof KeyRow>;

const columns: ReadonlyArray<Column<KeyRow>> = [
  { title: 'Name', cell: ({ name }) => name },
  { title: 'Scopes', cell: ({ scopes }) => scopes },
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

const create = async (name: string, options: CreateOptions, terminal: Terminal): Promise<CommandResult> => {
  const token = pipe(
    keysOf(options),
    E.flatMap((keys) =>
      E.mapLeft(failureOfKeyProblem)(keys.create(name, options.scopes, Date.now(), randomBytes)),
    ),
  );
  if (E.isLeft(token)) return token;
  terminal.note('This token is shown only once. Send it as Authorization: Bearer …, or set LEDGER_TOKEN.');
  terminal.out(token.right);
  return E.right(success);
};

const list = async (options: KeyOptions & FormatOptions, terminal: Terminal): Promise<CommandResult> => {
  const keys = keysOf(options);
  if (E.isLeft(keys)) return keys;
  const rows = keys.right.all().map(
    ({ name, scopes, createdAt, revokedAt = null }): KeyRow => ({
      name,
      scopes: scopes.join(' '),
      createdAt,
      revokedAt,
    }),
  );
  if (options.format === 'json') terminal.out(JSON.stringify(rows));
  else if (options.format === 'ndjson') for (const row of rows) terminal.out(JSON.stringify(row));
  else if (options.format === 'csv') writeCsv(Object.keys(KeyRow.required), rows, terminal);
  else if (rows.length === 0)
    terminal.out(
      'No keys. The server listens on loopback only and admits everybody. To create a key: domicile keys create NAME',
    );
  else terminal.out(tableOf(rows, columns, terminal));
  return E.right(success);
};

const revoke = async (name: string, options: KeyOptions, terminal: Terminal): Promise<CommandResult> => {
  const revoked = pipe(
    keysOf(options),
    E.flatMap((keys) => E.mapLeft(failureOfKeyProblem)(keys.revoke(name, Date.now()))),
  );
  if (E.isLeft(revoked)) return revoked;
  terminal.out(`The key ${name} is revoked.`);
  return E.right(success);
};

const dataOption = () =>
  new Option('--data <dir>', 'the directory of the ledger (default: LEDGER_STORE, or ./data)');

const scopesOf = (text: string): ReadonlyArray<Scope> => {
  const scopes = text.split(',').map((each) => each.trim());
  for (const scope of scopes)
    if (!Scope.is(scope))
      throw new InvalidArgumentError(`Expected ${Scope.words.join(', ')}, separated by commas.`);
  return scopes as ReadonlyArray<Scope>;
};

/** Adds the command. */
export const addKeys = (program: Command, terminal: Terminal): void => {
  const keys = program
    .command('keys')
    .summary('create, list and revoke keys for callers')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile keys create mover --scopes emit
  $ domicile keys create auditor --scopes audit,identify
  $ domicile keys list
  $ domicile keys revoke mover`,
    );
  keys
    .command('create')
    .description('Creates a key and shows its token once.')
    .addArgument(new Argument('<name>', 'the name of the key'))
    .addOption(dataOption())
    .addOption(
      new Option('--scopes <scopes>', `what the key allows: ${Scope.words.join(', ')}`)
        .default(['audit'], 'audit')
        .argParser(scopesOf),
    )
    .action((name: string, options: CreateOptions) =>
      runCommand(terminal, () => create(name, options, terminal)),
    );
  withFormatOption(
    keys.command('list').description('Shows all keys, including revoked ones.').addOption(dataOption()),
  ).action((options: KeyOptions & FormatOptions) => runCommand(terminal, () => list(options, terminal)));
  keys
    .command('revoke')
    .description('Revokes a key. It stops working immediately.')
    .addArgument(new Argument('<name>', 'the name of the key'))
    .addOption(dataOption())
    .action((name: string, options: KeyOptions) =>
      runCommand(terminal, () => revoke(name, options, terminal)),
    );
};
