/**
 * Names that a question is about: a name that no known event mentions is a slip of the pen, not an empty answer.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../contract/problem.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import type { View } from './view.ts';

/** The name, if some known event mentions it. */
export const knownName = (view: View, kind: RegisteredKind, name: string): E.Either<Problem, string> =>
  view.mentions(kind, name)
    ? E.right(name)
    : E.left({
        kind: 'unknown',
        what: kind,
        detail: `no event known at this moment mentions a ${kind} of this id`,
      });
