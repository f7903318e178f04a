import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { Scope } from './scope.ts';

/** The data is at the site from now on: collected or created there (R8, R9). */
export const DataPlaced = exact('DataPlaced', { dataset: Identifier, scope: Scope, site: Identifier }, {});
export type DataPlaced = TypeOf<typeof DataPlaced>;
