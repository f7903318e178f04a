import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Jurisdiction } from './countries.ts';
import { Identifier } from './identifier.ts';
import { lineOf } from './scalars.ts';

/** Data subjects under one jurisdiction are described (R5). */
export const PopulationRegistered = exact(
  'PopulationRegistered',
  { population: Identifier, name: lineOf('a name'), jurisdiction: Jurisdiction },
  {},
);
export type PopulationRegistered = TypeOf<typeof PopulationRegistered>;
