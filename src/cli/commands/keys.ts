/**
 * `domicile keys`: who is let in. Keys lie beside the log; a running server sees a change at once.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import { filesIn } from '../../ledger/files.ts';
import { type KeyProblem, Keys, Scope } from '../../people/access/keys.ts';
import { type FormatOptions, running, withFormatOption } from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { fine, wrongUse } from '../invocation/exit-codes.ts';
import { type Failure, failureOfThrown } from '../invocation/failure.ts';
import { csvOf } from '../terminal/formats.ts';
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
  'name-taken': 'a key of this name is in force; revoke it first, or use another name',
  'too-many': 'there are as many keys as there may be',
  'unknown-key': 'no key of this name is in force; domicile keys list shows them',
};

const refused = (problem: KeyProblem): E.Either<Failure, never> =>
  E.left({ exitCode: wrongUse, message: messages[problem] });

const keysOf = (options: KeyOptions): E.Either<Failure, Keys> => {
  const settings = settingsOf(options);
  if (E.isLeft(settings)) return settings;
  try {
    mkdirSync(settings.right.dataDirectory, { recursive: true });
    return E.right(new Keys(filesIn(settings.right.dataDirectory).keys));
  } catch (error) {
    return E.left(failureOfThrown(error));
  }
};

const create = async (
  name: string,
  options: CreateOptions,
  terminal: Terminal,
): Promise<E.Either<Failure, number>> => {
  const keys = keysOf(options);
  if (E.isLeft(keys)) return keys;
  const token = keys.right.create(name, options.scopes, Date.now(), randomBytes);
  if (E.isLeft(token)) return refused(token.left);
  terminal.note('This token is shown this once. Send it as Authorization: Bearer …, or set LEDGER_TOKEN.');
  terminal.out(token.right);
  return E.right(fine);
};

const list = async (
  options: KeyOptions & FormatOptions,
  terminal: Terminal,
): Promise<E.Either<Failure, number>> => {
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
  else if (options.format === 'csv')
    for (const line of csvOf(Object.keys(KeyRow.required), rows)) terminal.out(line);
  else if (rows.length === 0)
    terminal.out('No keys: on loopback everybody is let in. Make one: domicile keys create NAME');
  else terminal.out(tableOf(rows, columns, terminal));
  return E.right(fine);
};

const revoke = async (
  name: string,
  options: KeyOptions,
  terminal: Terminal,
): Promise<E.Either<Failure, number>> => {
  const keys = keysOf(options);
  if (E.isLeft(keys)) return keys;
  const revoked = keys.right.revoke(name, Date.now());
  if (E.isLeft(revoked)) return refused(revoked.left);
  terminal.out(`The key ${name} is revoked.`);
  return E.right(fine);
};

const dataOption = () =>
  new Option('--data <dir>', 'the directory of the ledger (default: ./data, or LEDGER_STORE)');

const scopesOf = (text: string): ReadonlyArray<Scope> => {
  const scopes = text.split(',').map((each) => each.trim());
  for (const scope of scopes)
    if (!Scope.is(scope))
      throw new InvalidArgumentError(`Expected ${Scope.words.join(', ')}, with commas between.`);
  return scopes as ReadonlyArray<Scope>;
};

/** Adds the command. */
export const addKeys = (program: Command, terminal: Terminal): void => {
  const keys = program
    .command('keys')
    .summary('make, list and revoke the keys by which callers are let in')
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
    .description('Makes a key and shows its token, this once.')
    .addArgument(new Argument('<name>', 'what the key is called'))
    .addOption(dataOption())
    .addOption(
      new Option('--scopes <scopes>', `what it allows: ${Scope.words.join(', ')}`)
        .default(['audit'], 'audit')
        .argParser(scopesOf),
    )
    .action((name: string, options: CreateOptions) =>
      running(terminal, () => create(name, options, terminal)),
    );
  withFormatOption(
    keys.command('list').description('Shows all keys, revoked ones too.').addOption(dataOption()),
  ).action((options: KeyOptions & FormatOptions) => running(terminal, () => list(options, terminal)));
  keys
    .command('revoke')
    .description('Lets the holder of a key in no more.')
    .addArgument(new Argument('<name>', 'what the key is called'))
    .addOption(dataOption())
    .action((name: string, options: KeyOptions) => running(terminal, () => revoke(name, options, terminal)));
};
