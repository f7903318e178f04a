/**
 * The names in a question. A name that no known event mentions is refused, since it is probably misspelt, and an
 * empty answer would suggest that nothing is there.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../contract/problem.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { policyVersions } from './policies.ts';
import type { View } from './view.ts';

/** The name, if a known event mentions it. */
export const knownName = (view: View, kind: RegisteredKind, name: string): E.Either<Problem, string> =>
  view.mentions(kind, name)
    ? E.right(name)
    : E.left({
        kind: 'unknown',
        what: kind,
        detail: `no event known at this moment mentions a ${kind} with this id`,
      });

/** Refuses names that no known event mentions: an empty list would suggest that nothing is there. */
export const knownNames = (
  view: View,
  names: { readonly [K in 'site' | 'dataset' | 'population' | 'party']?: string | undefined },
): E.Either<Problem, void> => {
  for (const kind of ['site', 'dataset', 'population', 'party'] as const) {
    const name = names[kind];
    if (name === undefined) continue;
    const known = knownName(view, kind, name);
    if (E.isLeft(known)) return known;
  }
  return E.right(undefined);
};

/** The refusal of a policy, or of a version, that no known event adopts. */
export const unknownPolicy: E.Either<Problem, never> = E.left({
  kind: 'unknown',
  what: 'policy',
  detail: 'no policy with this id, or no such version, is known at this moment',
});

/** The policy, if a known event adopts it; if a version is given, that version of it. */
export const knownPolicy = (
  view: View,
  policy: string,
  version: number | undefined,
): E.Either<Problem, string> =>
  policyVersions(view).some(
    (each) => each.policy === policy && (version === undefined || each.version === version),
  )
    ? E.right(policy)
    : unknownPolicy;
