/** Identifiers in sentences, and as words of a command to be typed. */
import { markedText } from '../../contract/mixed-scripts.ts';
import { shownText } from '../../contract/shown-text.ts';
import { inText } from '../../domain/events/in-text.ts';

/** The identifier in a sentence, marked if it mixes scripts. */
export const nameText = (identifier: string): string => markedText(shownText(inText(identifier)));

/** The identifier as one word of a POSIX shell; two dashes precede one that looks like an option. */
export const shellWord = (identifier: string): string =>
  identifier.startsWith('-') ? `-- ${quoted(identifier)}` : quoted(identifier);

const quoted = (identifier: string): string =>
  /^[\w@%+=:,./-]+$/.test(identifier) ? identifier : `'${identifier.replaceAll("'", "'\\''")}'`;
