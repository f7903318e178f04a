/** The commands as data, for shell completion and the man page. */
import type { Command } from 'commander';

/** An option of a command. */
export interface ShownOption {
  /** The option as given: `--format <format>`, `-V, --version`. */
  readonly flags: string;
  readonly long: string;
  readonly about: string;
  readonly takesValue: boolean;
  readonly choices: ReadonlyArray<string>;
}

/** A command with its subcommands. */
export interface ShownCommand {
  /** Its words after the program's name. */
  readonly words: ReadonlyArray<string>;
  readonly usage: string;
  readonly about: string;
  readonly options: ReadonlyArray<ShownOption>;
  readonly within: ReadonlyArray<ShownCommand>;
}

/** A command with its subcommands. */
export const commandTree = (command: Command, words: ReadonlyArray<string> = []): ShownCommand => ({
  words,
  usage: command.usage(),
  about: command.description() || command.summary(),
  options: command.options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, long, description, required, optional, argChoices = [] }) => ({
      flags,
      long: long ?? flags,
      about: description,
      takesValue: required || optional,
      choices: argChoices,
    })),
  within: command.commands.map((each) => commandTree(each, [...words, each.name()])),
});

/** A command and all its subcommands as a list. */
export const allOf = (command: ShownCommand): ReadonlyArray<ShownCommand> => [
  command,
  ...command.within.flatMap(allOf),
];
