/**
 * Generates the command-line reference from the help of the commands. `npm run docs` writes it to `docs/`.
 */
import type { Command } from 'commander';
import { programFor } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';

/** The width of the help in the reference. */
const helpColumns = 80;

const intro = `# Command line

Run a command as \`bin/domicile COMMAND\`. Every command takes \`--help\`.

By default a command opens the ledger in \`./data\` in its own process; \`--data DIR\` names another directory. If a server
already has those files open, the command finds that server and asks it. With \`--url URL\` the command asks a running
server. The answers are the same in each case.

Answers go to standard output, and everything else to standard error. The exit codes are listed in
[errors and limits](errors-and-limits.md#exit-codes-of-the-command-line).

\`--format\` selects the format of an answer: \`table\` for people (the default), \`json\` as the API returns it, \`ndjson\` with
one row per line, or \`csv\` (RFC 4180). Set \`NO_COLOR\` to turn colours off.

\`npm run docs\` generates this page from the commands.
`;

/** What a command prints for `--help`, including the examples. */
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

const program = await programFor(processTerminal());
process.stdout.write([intro, ...program.commands.flatMap((command) => sectionsOf(command, []))].join('\n'));
