/** URIs that a browser can open. */

/** Permitted schemes of links. Others, such as `javascript:`, must never become a link. */
const linked = /^(?:https?:\/\/|mailto:)/i;
/** A DOI as a URI, which a browser opens at the registry: https://www.doi.org. */
const doi = /^(?:doi:|urn:doi:|info:doi\/)(10\.\d{4,9}\/\S+)$/i;

/** The link target for a URI; `undefined` if no browser can open it. */
export const webAddressOf = (uri: string): string | undefined => {
  if (linked.test(uri)) return uri;
  const [, name] = doi.exec(uri) ?? [];
  return name === undefined ? undefined : `https://doi.org/${name}`;
};
