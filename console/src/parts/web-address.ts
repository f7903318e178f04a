/**
 * Which URIs a browser can open.
 */

/** Schemes that a link may have. Others, such as `javascript:`, must never become one. */
const linked = /^(?:https?:\/\/|mailto:)/i;
/** A DOI as a URI, which a browser opens at the registry: https://www.doi.org. */
const doi = /^(?:doi:|urn:doi:|info:doi\/)(10\.\d{4,9}\/\S+)$/i;

/** Where a link to a URI leads; `undefined` where no browser can open it. */
export const webAddressOf = (uri: string): string | undefined => {
  if (linked.test(uri)) return uri;
  const [, name] = doi.exec(uri) ?? [];
  return name === undefined ? undefined : `https://doi.org/${name}`;
};
