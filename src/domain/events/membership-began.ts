import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A member joined a group: a team, or the organisation that employs the member (R13). */
export const MembershipBegan = exact('MembershipBegan', { member: Identifier, group: Identifier }, {});
export type MembershipBegan = TypeOf<typeof MembershipBegan>;
