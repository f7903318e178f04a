/** CSV by RFC 4180 that is safe to open in a spreadsheet. The command line and the console both write it. */

/**
 * Characters that make a spreadsheet treat a field as a formula, directly or after stripping them (OWASP: CSV
 * injection).
 */
const formulaStart = /^[=+\-@\t\r\n]/;

const isOneWord = (value: unknown): boolean => typeof value !== 'object' && !/[\s"]/.test(String(value));

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every(isOneWord)) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/**
 * One field. Lists of values without spaces are joined by spaces; other lists and objects are written as JSON;
 * `null` and `undefined` are empty. A text that a spreadsheet would run as a formula gets a leading apostrophe;
 * numbers stay unchanged.
 */
export const csvField = (value: unknown): string => {
  const plain = textOf(value);
  const text = typeof value !== 'number' && formulaStart.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The lines of a file, with the column names first. Write CR LF after each line (RFC 4180). */
export const csvLines = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<unknown>>,
): ReadonlyArray<string> => [columns, ...rows].map((fields) => fields.map(csvField).join(','));
