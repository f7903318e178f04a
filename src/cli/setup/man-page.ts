/** The man page, generated from the commands (man(7)). */
import { allOf, type ShownCommand } from './command-tree.ts';

/** Text escaped for roff: backslashes, hyphens, and dots or quotes at the beginning of a line are special. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', "'")
    .replaceAll('…', '...')
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');

const optionText = ({ flags, about, choices }: ShownCommand['options'][number]): string =>
  `.TP\n.B ${roff(flags)}\n${roff(about === '' ? 'see above' : about)}${choices.length === 0 ? '' : roff(` (${choices.join(', ')})`)}`;

const commandText = ({ words, usage, about, options }: ShownCommand): string =>
  [`.SS ${roff(`domicile ${words.join(' ')} ${usage}`)}`, roff(about), ...options.map(optionText)].join('\n');

/** The page `domicile(1)`. */
export const manPage = (tree: ShownCommand, version: string): string =>
  `.TH DOMICILE 1 "" "Domicile ${roff(version)}" "User Commands"
.SH NAME
domicile \\- a ledger of where people's data lived, and who could reach it
.SH SYNOPSIS
.B domicile
.I command
[options]
.SH DESCRIPTION
${roff(tree.about)}
.SH COMMANDS
${allOf(tree)
  .filter(({ words }) => words.length > 0)
  .map(commandText)
  .join('\n')}
.SH EXIT STATUS
.TP
.B 0
success
.TP
.B 1
a check failed, or there was something to report and \\-\\-fail was given
.TP
.B 2
invalid usage or input
.TP
.B 3
the ledger cannot be reached, opened or written
.SH FILES
.TP
.I domicile.yaml
settings, in the working directory or where \\-\\-config says
`;
