import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The policy no longer counts (R18). */
export const PolicyWithdrawn = exact('PolicyWithdrawn', { policy: Identifier }, {});
export type PolicyWithdrawn = TypeOf<typeof PolicyWithdrawn>;
