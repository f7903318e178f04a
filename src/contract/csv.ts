/**
 * CSV as RFC 4180 defines it, safe to open in a spreadsheet. The command line and the console both write it.
 */

/** Characters that make a spreadsheet take a field for a formula, or strip it and then do so (OWASP: CSV injection). */
const formulaStart = /^[=+\-@\t\r\n]/;

const isOneWord = (value: unknown): boolean => typeof value !== 'object' && !/[\s"]/.test(String(value));

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every(isOneWord)) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/**
 * One field. Lists of values without spaces are joined by spaces, other lists and
 * objects are written as JSON, and `null` and `undefined`
 * are empty. An apostrophe goes before a text that a spreadsheet would run as a formula; numbers stay as they are.
 */
export const csvField = (value: unknown): string => {
  const plain = textOf(value);
  const text = typeof value !== 'number' && formulaStart.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The lines of a file, the names of the columns first. Write CR LF after each, as RFC 4180 says. */
export const csvLines = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<unknown>>,
): ReadonlyArray<string> => [columns, ...rows].map((fields) => fields.map(csvField).join(','));
