import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { ControlBasis } from './words.ts';

/** A control on this basis ended (R13). */
export const ControlEnded = exact(
  'ControlEnded',
  { controller: Identifier, controlled: Identifier, basis: ControlBasis },
  {},
);
export type ControlEnded = TypeOf<typeof ControlEnded>;
