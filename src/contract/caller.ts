/** The caller of a request: its key or login, and its scopes. */
import * as t from 'io-ts';
import { exact, list, nullable } from '../domain/events/codec.ts';

/** The caller of a request. `name` is null if no key is needed; `scopes` are then all scopes. */
export const CallerAnswer = exact('CallerAnswer', { name: nullable(t.string), scopes: list(t.string) }, {});
export type CallerAnswer = t.TypeOf<typeof CallerAnswer>;
