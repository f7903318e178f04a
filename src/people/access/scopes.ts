/**
 * What a caller may do. A key holds some of these, and so does a login.
 */
import type * as t from 'io-ts';
import { oneOf } from '../../domain/events/codec.ts';

/** What a key lets its holder do. */
export const Scope = oneOf('a scope', ['emit', 'correct', 'audit', 'admin', 'identify', 'vault']);
export type Scope = t.TypeOf<typeof Scope>;
