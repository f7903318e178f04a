/**
 * Prints the reference of the command line as a page, from the commands themselves: `npm run docs` writes it.
 */
import type { Command } from 'commander';
import { programFor } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';

/** The width for which the help is laid out where nobody watches. */
const helpColumns = 80;

const intro = `# Command line

\`bin/domicile COMMAND\`. Every command takes \`--help\`. The ledger that a command works with is the one in \`--data DIR\`, by
default \`./data\`, opened in the process itself, or with \`--url URL\` the one of a running server: the answers are the same.
Where a server has the files open, it is found and asked.
Answers go to standard output, everything else to standard error. Exit codes are in
[errors and limits](errors-and-limits.md#exit-codes-of-the-command-line).

\`--format\` gives the answer as a \`table\` for people (the default), as \`json\` as the API answers it, as \`ndjson\`, one row a
line, or as \`csv\` (RFC 4180). \`NO_COLOR\` turns colours off.

This page is made from the commands: \`npm run docs\`.
`;

/** What a command prints for `--help`, the examples included. */
const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => helpColumns,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
};

const sectionsOf = (command: Command, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const name = [...words, command.name()].join(' ');
  const heading = '#'.repeat(words.length + 2);
  const own = `${heading} ${name}\n\`\`\`sh runnable\nbin/domicile ${name} --help\n\`\`\`\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`;
  return [own, ...command.commands.flatMap((inner) => sectionsOf(inner, [...words, command.name()]))];
};

const program = programFor(processTerminal());
process.stdout.write([intro, ...program.commands.flatMap((command) => sectionsOf(command, []))].join('\n'));
