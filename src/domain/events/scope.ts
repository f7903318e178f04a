/**
 * Whose data: one population, or one subject. And what a grant is over (R14).
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact } from './codec.ts';
import { describe } from './fault.ts';
import { Identifier } from './identifier.ts';

const PopulationScope = exact('a population scope', { population: Identifier }, {});
const SubjectScope = exact('a subject scope', { subject: Identifier }, {});

/** `{"population": id}` or `{"subject": id}`. */
export type Scope = { readonly population: string } | { readonly subject: string };

type Named = t.Mixed;

/**
 * The alternative whose fields are given, so that a fault inside it is reported there and not as "fits none of these".
 */
const byFields = <A>(
  name: string,
  choose: (given: Readonly<Record<string, unknown>>) => Named | undefined,
  alternatives: ReadonlyArray<Named>,
): t.Type<A, A, unknown> & { alternatives: ReadonlyArray<Named> } => {
  const codec = new t.Type<A, A, unknown>(
    name,
    (value): value is A => alternatives.some((alternative) => alternative.is(value)),
    (input, context) => {
      const chosen =
        typeof input === 'object' && input !== null && !Array.isArray(input)
          ? choose(input as Record<string, unknown>)
          : undefined;
      return chosen === undefined
        ? E.left([{ value: input, context, message: `found ${describe(input)}; expected ${name}` }])
        : (chosen.validate(input, context) as t.Validation<A>);
    },
    t.identity,
  );
  return Object.assign(codec, { alternatives });
};

/** Decodes a scope; other fields beside the one are refused. */
export const Scope = byFields<Scope>(
  'a scope: {"population": id} or {"subject": id}',
  (given) => ('population' in given ? PopulationScope : 'subject' in given ? SubjectScope : undefined),
  [PopulationScope, SubjectScope],
);

/** Whether the scope is a population. */
export const isPopulation = (scope: Scope): scope is { readonly population: string } => 'population' in scope;

const OverSite = exact('a grant over a site', { site: Identifier }, {});
const OverDataset = exact('a grant over a dataset', { dataset: Identifier }, { scope: Scope });
const OverPopulation = exact('a grant over a population', { population: Identifier }, {});
const OverBackup = exact('a grant over a backup', { backup: Identifier }, {});

/** What a grant is over: R14. */
export type Over =
  | { readonly site: string }
  | { readonly dataset: string; readonly scope?: Scope }
  | { readonly population: string }
  | { readonly backup: string };

/** Decodes what a grant is over. */
export const Over = byFields<Over>(
  'one of {site}, {dataset}, {dataset, scope}, {population}, {backup}',
  (given) =>
    'site' in given
      ? OverSite
      : 'dataset' in given
        ? OverDataset
        : 'population' in given
          ? OverPopulation
          : 'backup' in given
            ? OverBackup
            : undefined,
  [OverSite, OverDataset, OverPopulation, OverBackup],
);
