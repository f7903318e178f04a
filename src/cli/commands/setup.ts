/** Setup commands: `init`, `service install`, `completion` and `man`. */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { filesIn } from '../../ledger/files.ts';
import { Keys } from '../../people/access/keys.ts';
import { Scope } from '../../people/access/scopes.ts';
import { makePrivateDirectory } from '../../store/private-files.ts';
import { success } from '../invocation/exit-codes.ts';
import { type CommandResult, failureOfThrown, invalidUse } from '../invocation/failure.ts';
import { version } from '../invocation/package-version.ts';
import { runCommand } from '../invocation/run-command.ts';
import { commandTree } from '../setup/command-tree.ts';
import { completionScript, type Shell, shells } from '../setup/completion-scripts.ts';
import { configurationText } from '../setup/configuration-text.ts';
import { manPage } from '../setup/man-page.ts';
import { systemdUnit } from '../setup/systemd-unit.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface InitOptions {
  readonly config: string;
  readonly data: string;
}

interface ServiceOptions extends InitOptions {
  readonly user: string;
}

/** The name of the first key. */
const keyName = 'admin';

const init = async ({ config, data }: InitOptions, terminal: Terminal): Promise<CommandResult> => {
  const file = resolve(config);
  if (existsSync(file)) return E.left(invalidUse(`${config} already exists; it was not changed`));
  const keysFile = filesIn(data).keys;
  try {
    makePrivateDirectory(dirname(file));
    makePrivateDirectory(data);
    const keys = new Keys(keysFile);
    const token = keys.areSetUp()
      ? undefined
      : keys.create(
          keyName,
          Scope.words.filter((scope) => scope !== 'vault'),
          Date.now(),
          randomBytes,
        );
    if (token !== undefined && E.isLeft(token))
      return E.left(invalidUse(`no key could be created: ${token.left}`));
    const fromFile = relative(dirname(file), resolve(data));
    // The file may later contain a vault's key.
    writeFileSync(file, configurationText(fromFile.startsWith('..') ? resolve(data) : `./${fromFile}`), {
      mode: 0o600,
      flag: 'wx',
    });
    terminal.note(`Wrote ${config} with every setting and its default. Read through it.`);
    if (token === undefined) terminal.note(`${keysFile} already has keys; no key was created.`);
    else {
      terminal.note(`The token of the first key, ${keyName}, is shown only once. It has every scope:`);
      terminal.out(token.right);
    }
    terminal.note(
      `Start the server: domicile serve${config === 'domicile.yaml' ? '' : ` --config ${config}`}`,
    );
    return E.right(success);
  } catch (error) {
    return E.left(failureOfThrown(error));
  }
};

/** The command line of this program, wherever it is installed. */
const program = (): ReadonlyArray<string> => {
  const own = fileURLToPath(new URL('../../../bin/domicile', import.meta.url));
  return existsSync(own) ? [own] : [process.execPath, resolve(process.argv[1] ?? join('bin', 'domicile'))];
};

const printing = (terminal: Terminal, text: () => string): Promise<void> =>
  runCommand(terminal, async () => {
    terminal.out(text().trimEnd());
    return E.right(success);
  });

/** Adds the commands. They must be added last, since two of them list all others. */
export const addSetup = (parent: Command, terminal: Terminal): void => {
  parent
    .command('init')
    .summary('write a configuration file, and create a first key')
    .description(
      'Writes domicile.yaml with every setting and its default as comments. Creates a first key with every scope, and shows its token once. Does not change existing files.',
    )
    .option('--config <file>', 'the file to write', 'domicile.yaml')
    .option('--data <dir>', 'the directory of the ledger', './data')
    .addHelpText(
      'after',
      '\nExamples:\n  $ domicile init\n  $ domicile init --config /etc/domicile/domicile.yaml --data /var/lib/domicile',
    )
    .action((options: InitOptions) => runCommand(terminal, () => init(options, terminal)));
  const service = parent
    .command('service')
    .summary('run the server as a system service')
    .addHelpText('after', '\nExamples:\n  $ domicile service install > /etc/systemd/system/domicile.service');
  service
    .command('install')
    .description(
      'Prints a systemd unit that runs the server as its own user, which can write only to the directory of the ledger.',
    )
    .option('--config <file>', 'the configuration file', '/etc/domicile/domicile.yaml')
    .option('--data <dir>', 'the directory of the ledger', '/var/lib/domicile')
    .option('--user <name>', 'the user that runs it', 'domicile')
    .addHelpText('after', '\nExamples:\n  $ domicile service install > /etc/systemd/system/domicile.service')
    .action((options: ServiceOptions) =>
      printing(terminal, () =>
        systemdUnit({
          ...options,
          program: program(),
          config: resolve(options.config),
          data: resolve(options.data),
        }),
      ),
    );
  parent
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description('Prints a script with which a shell completes the commands and their options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(domicile completion bash)\n  $ domicile completion fish > ~/.config/fish/completions/domicile.fish',
    )
    .action((shell: Shell) => printing(terminal, () => completionScript(shell, commandTree(parent))));
  parent
    .command('man')
    .summary('print the man page')
    .description('Prints the man page, generated from the commands.')
    .addHelpText('after', '\nExamples:\n  $ domicile man > /usr/local/share/man/man1/domicile.1')
    .action(() => printing(terminal, () => manPage(commandTree(parent), version())));
};
