import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The policy does not count until it is reinstated (R18). */
export const PolicySuspended = exact('PolicySuspended', { policy: Identifier }, {});
export type PolicySuspended = TypeOf<typeof PolicySuspended>;
