/**
 * Places in the text of a policy, as people count them.
 */

/** Both from 1; columns count characters (code points). */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an index into the text. */
export const placeOf = (text: string, index: number): Place => {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: [...before.at(-1)!].length + 1 };
};

/** The place of a byte of the text in UTF-8: Cedar counts those. */
export const placeOfByte = (text: string, offset: number): Place => {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, offset));
  return placeOf(before, before.length);
};

/** The text with what stands in strings and comments blanked out, every other character where it was. */
export const codeOnly = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, (literal) => ' '.repeat(literal.length));
