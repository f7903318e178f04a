/**
 * UUIDs of version 5 (RFC 9562, 5.5): derived from a name, so that the same thing has the same UUID in every copy
 * of a report.
 */
import { createHash } from 'node:crypto';

/** The namespace of URLs (RFC 9562, 6.6); the names are URNs. */
const namespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

/** The UUID of a name. */
export const uuidOf = (...name: ReadonlyArray<string | number | null>): string => {
  const bytes = createHash('sha1')
    .update(namespace)
    .update(`urn:domicile:report:${JSON.stringify(name)}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
