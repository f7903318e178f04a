/** The scopes of callers: a key has some of them, and so does a login. */
import type * as t from 'io-ts';
import { oneOf } from '../../domain/events/codec.ts';

/** A permission of a key's holder. */
export const Scope = oneOf('a scope', ['emit', 'correct', 'audit', 'admin', 'identify', 'vault']);
export type Scope = t.TypeOf<typeof Scope>;
