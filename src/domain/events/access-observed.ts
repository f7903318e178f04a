import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { Scope } from './scope.ts';
import { GrantedAction } from './words.ts';

/** Somebody accessed the data (R16). */
export const AccessObserved = exact(
  'AccessObserved',
  { party: Identifier, dataset: Identifier, scope: Scope, action: GrantedAction },
  { site: Identifier },
);
export type AccessObserved = TypeOf<typeof AccessObserved>;
