import type { TypeOf } from 'io-ts';
import { exact, listOf } from './codec.ts';
import { Identifier } from './identifier.ts';
import { lineOf } from './scalars.ts';

/** A kind of data is described: its categories and who controls it (R5). */
export const DatasetRegistered = exact(
  'DatasetRegistered',
  {
    dataset: Identifier,
    name: lineOf('a name'),
    categories: listOf('up to 100 categories', Identifier, 0, 100),
    controller: Identifier,
  },
  {},
);
export type DatasetRegistered = TypeOf<typeof DatasetRegistered>;
