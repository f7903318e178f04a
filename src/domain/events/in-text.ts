/**
 * Identifiers within sentences: those with spaces are put in quotes.
 */

/** The identifier as a sentence shows it. */
export const inText = (identifier: string): string =>
  /[\s",()]/.test(identifier) ? JSON.stringify(identifier) : identifier;
