import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A suspended policy counts again (R18). */
export const PolicyReinstated = exact('PolicyReinstated', { policy: Identifier }, {});
export type PolicyReinstated = TypeOf<typeof PolicyReinstated>;
