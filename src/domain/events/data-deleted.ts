import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { Scope } from './scope.ts';

/** The data is no longer at the site (R8, R9). */
export const DataDeleted = exact('DataDeleted', { dataset: Identifier, scope: Scope, site: Identifier }, {});
export type DataDeleted = TypeOf<typeof DataDeleted>;
