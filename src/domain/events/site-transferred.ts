import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A site has another operator or owner from now on; an absent one stays as it was (R5). */
export const SiteTransferred = exact(
  'SiteTransferred',
  { site: Identifier },
  { operator: Identifier, owner: Identifier },
  (site) =>
    site.operator === undefined && site.owner === undefined
      ? [{ pointer: '', message: 'transfers nothing; expected operator, owner or both' }]
      : [],
);
export type SiteTransferred = TypeOf<typeof SiteTransferred>;
