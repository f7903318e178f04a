/**
 * Text that others wrote, as it is shown: what cannot be seen and changes what is seen is named instead of obeyed. A name
 * may be written from right to left; it may not turn round what stands in it to look like another.
 */

/** Signs without a shape, among them those that direct the order of others (UAX 9). */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
/** Two of them belong to the spelling of languages. */
const joiners = '\u200C\u200D';

const hexOf = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

/** The text with each such sign named. */
export const shownText = (text: string): string =>
  text.replace(unseen, (sign) => (joiners.includes(sign) ? sign : `[U+${hexOf(sign.codePointAt(0)!)}]`));

/** JSON with each such sign escaped: the same value, readable as it is. Line breaks of its own layout stay. */
export const shownJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(unseen, (sign) =>
    sign === '\n'
      ? sign
      : Array.from({ length: sign.length }, (_, index) => `\\u${hexOf(sign.charCodeAt(index))}`).join(''),
  );
