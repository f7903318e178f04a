/**
 * Makes foreign text safe to show: invisible characters that change its appearance are named instead of applied. A
 * name may run from right to left, but it may not reorder its own characters to look like another name.
 */

/** Invisible characters: those that reorder others (UAX 9), and letters and marks without a glyph. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029\u115F\u1160\u2800\u3164\uFFA0]|\u034F|\u17B4|\u17B5/gu;
/** These two are part of the spelling of some languages. */
const joiners = '\u200C\u200D';

const hexOf = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

/** The text with each such character named. */
export const shownText = (text: string): string =>
  text.replace(unseen, (character) =>
    joiners.includes(character) ? character : `[U+${hexOf(character.codePointAt(0)!)}]`,
  );

/** The same for multi-line text; line breaks stay. */
export const shownLines = (text: string): string => text.split('\n').map(shownText).join('\n');

/** Indented JSON with each such character escaped; the value is the same. */
export const shownJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(unseen, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, index) => `\\u${hexOf(character.charCodeAt(index))}`,
        ).join(''),
  );
