import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { Scope } from './scope.ts';
import { fromAndToDiffer } from './words.ts';

/** The data is now at `to` and no longer at `from` (R8, R9). */
export const DataMoved = exact(
  'DataMoved',
  { dataset: Identifier, scope: Scope, from: Identifier, to: Identifier },
  {},
  fromAndToDiffer,
);
export type DataMoved = TypeOf<typeof DataMoved>;
