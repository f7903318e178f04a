import type { TypeOf } from 'io-ts';
import { exact, Identifier } from './codec.ts';

/** A grant ended (R14). */
export const AccessRevoked = exact('AccessRevoked', { grant: Identifier }, {});
export type AccessRevoked = TypeOf<typeof AccessRevoked>;
