import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A member left a group (R13). */
export const MembershipEnded = exact('MembershipEnded', { member: Identifier, group: Identifier }, {});
export type MembershipEnded = TypeOf<typeof MembershipEnded>;
