/**
 * Identifiers within sentences: one that could be taken for several words stands in quotes.
 */

/** The identifier as it stands in a sentence. */
export const inText = (identifier: string): string =>
  /[\s",()]/.test(identifier) ? JSON.stringify(identifier) : identifier;
