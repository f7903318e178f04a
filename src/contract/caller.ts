/**
 * Who asks: the key or the login of a request, and what it may do.
 */
import * as t from 'io-ts';
import { exact, list, nullable } from '../domain/events/codec.ts';

/** The caller of a request. `name` is null while callers need no key; `scopes` are then all scopes. */
export const CallerAnswer = exact('CallerAnswer', { name: nullable(t.string), scopes: list(t.string) }, {});
export type CallerAnswer = t.TypeOf<typeof CallerAnswer>;
