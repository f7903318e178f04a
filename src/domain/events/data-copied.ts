import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { Scope } from './scope.ts';
import { fromAndToDiffer } from './words.ts';

/** The data is now at both sites (R8, R9). */
export const DataCopied = exact(
  'DataCopied',
  { dataset: Identifier, scope: Scope, from: Identifier, to: Identifier },
  {},
  fromAndToDiffer,
);
export type DataCopied = TypeOf<typeof DataCopied>;
