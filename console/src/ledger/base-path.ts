/**
 * Under which path of its host the ledger is served: the server writes it into the page.
 */

const written = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '/';

/** The path, without a slash at its end; empty at the root. */
export const basePath = written.replace(/\/$/, '');

/** The address of the ledger. */
export const ledgerUrl = `${location.origin}${basePath}`;
