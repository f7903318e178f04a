/** The path of the ledger on its host, which the server writes into the page. */

const written = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '/';

/** The path without a trailing slash; empty for the root. */
export const basePath = written.replace(/\/$/, '');

/** The address of the ledger. */
export const ledgerUrl = `${location.origin}${basePath}`;
