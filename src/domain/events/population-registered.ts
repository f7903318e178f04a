import type { TypeOf } from 'io-ts';
import { exact, Identifier, lineOf } from './codec.ts';
import { Jurisdiction } from './countries.ts';

/** Data subjects under one jurisdiction are described (R5). */
export const PopulationRegistered = exact(
  'PopulationRegistered',
  { population: Identifier, name: lineOf('a name'), jurisdiction: Jurisdiction },
  {},
);
export type PopulationRegistered = TypeOf<typeof PopulationRegistered>;
