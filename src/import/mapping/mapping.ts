/**
 * Maps names of another system to those of the ledger: sites, datasets, populations, parties. The first matching
 * rule applies. Other names stay as they are. The ledger knows nothing about them, and says so in a discrepancy
 * (R1), until they are registered or mapped.
 */
import type * as t from 'io-ts';
import { exact, listOf, oneOf } from '../../domain/events/codec.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import { EventSource } from '../../domain/events/words.ts';
import { fits } from './pattern.ts';

const rulesMax = 10_000;
const Pattern = lineOf('a pattern of names, in which * stands for any characters');
const Name = lineOf('a name', 512);

const SiteRule = exact('a rule for sites', { match: Pattern, site: Name }, {});
const PartyRule = exact('a rule for parties', { match: Pattern, party: Name }, {});
const PopulationRule = exact(
  'a rule for populations',
  { match: Pattern, populations: listOf('1 to 100 populations', Name, 1, 100) },
  {},
);
const DatasetRule = exact(
  'a rule for datasets',
  { match: Pattern, dataset: Name },
  { name: lineOf('a name'), categories: listOf('up to 100 categories', Name, 0, 100), controller: Name },
  ({ name, categories, controller }) =>
    controller === undefined && (name ?? categories) !== undefined
      ? [
          {
            pointer: '/controller',
            message: 'is missing; a dataset with a description requires its controller',
          },
        ]
      : [],
);
type DatasetRule = t.TypeOf<typeof DatasetRule>;

const rules = <A, W>(what: string, rule: t.Type<A, W, unknown>) =>
  listOf(`up to ${rulesMax} ${what}`, rule, 0, rulesMax);

/** A mapping, as in its file. */
export const Mapping = exact(
  'a mapping',
  {},
  {
    source: EventSource,
    sites: rules('rules for sites', SiteRule),
    datasets: rules('rules for datasets', DatasetRule),
    populations: rules('rules for populations', PopulationRule),
    parties: rules('rules for parties', PartyRule),
    /** OpenLineage: whether every run that writes a dataset places it, or only the one that created it. */
    outputs: oneOf('when an output is placed', ['created', 'written']),
  },
);
export type Mapping = t.TypeOf<typeof Mapping>;

/** The population of data without a rule. It is unregistered, so its events are discrepancies. */
const unmappedPopulation = 'unmapped';

const firstFitting = <R extends { readonly match: string }>(
  all: ReadonlyArray<R> | undefined,
  name: string,
): R | undefined => all?.find(({ match }) => fits(match, name));

/** The site of the first of these names that matches a rule. */
export const siteFor = (mapping: Mapping, names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const rule = firstFitting(mapping.sites, name);
    if (rule !== undefined) return rule.site;
  }
  return undefined;
};

/** The rule of a dataset; without one, it keeps its name. */
export const datasetFor = (mapping: Mapping, name: string): DatasetRule =>
  firstFitting(mapping.datasets, name) ?? { match: name, dataset: name };

/** The populations in a rule, if one matches the name. */
export const populationRule = (mapping: Mapping, name: string): ReadonlyArray<string> | undefined =>
  firstFitting(mapping.populations, name)?.populations;

/** The populations in the dataset of this name. */
export const populationsFor = (mapping: Mapping, name: string): ReadonlyArray<string> =>
  populationRule(mapping, name) ?? [unmappedPopulation];

/** The party of this name. */
export const partyFor = (mapping: Mapping, name: string): string =>
  firstFitting(mapping.parties, name)?.party ?? name;
