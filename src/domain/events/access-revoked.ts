import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A grant ended (R14). */
export const AccessRevoked = exact('AccessRevoked', { grant: Identifier }, {});
export type AccessRevoked = TypeOf<typeof AccessRevoked>;
