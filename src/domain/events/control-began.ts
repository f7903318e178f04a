import type { TypeOf } from 'io-ts';
import { exact, numberWithin } from './codec.ts';
import { Identifier } from './identifier.ts';
import { ControlBasis } from './words.ts';

/** One organisation came to control another, on a basis; `share` is in percent (R13). */
export const ControlBegan = exact(
  'ControlBegan',
  { controller: Identifier, controlled: Identifier, basis: ControlBasis },
  { share: numberWithin('a share in percent, 0 to 100', 0, 100) },
);
export type ControlBegan = TypeOf<typeof ControlBegan>;
