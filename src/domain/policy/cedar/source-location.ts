/**
 * Locations in the text of a policy: line and column, as people count them.
 */

/** Both from 1; columns count characters (code points). */
export interface SourceLocation {
  readonly line: number;
  readonly column: number;
}

/** The location of an index into the text. */
export const locationOf = (text: string, index: number): SourceLocation => {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: [...before.at(-1)!].length + 1 };
};

/** The location of a byte of the text in UTF-8, which is what Cedar counts. */
export const locationOfByte = (text: string, offset: number): SourceLocation => {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, offset));
  return locationOf(before, before.length);
};

/** The text with the contents of strings and comments blanked out; positions stay the same. */
export const codeOnly = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, (literal) => ' '.repeat(literal.length));

/** The index of the string literal in the text, outside of comments; -1 if there is none. */
export const indexOfString = (text: string, value: string): number => {
  for (const { 0: found, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g))
    if (found === JSON.stringify(value)) return index;
  return -1;
};
