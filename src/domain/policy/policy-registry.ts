/**
 * What is registered, as policies ask for it, out of facts and the graph of parties.
 */

import type { Reach } from '../reach/reach.ts';
import { type Fact, type FactOf, isFact } from '../recording/facts.ts';
import { describedBy } from '../recording/registrations.ts';
import { aboveIn } from './hierarchy.ts';
import type { PolicyRegistry } from './registered-entities.ts';

/**
 * The registry that policies are judged by.
 *
 * @param reach knows parties and sites.
 * @param facts the registrations of populations and datasets, among others; in any order.
 */
export const policyRegistry = (
  reach: Pick<Reach, 'parties' | 'sites'>,
  facts: Iterable<Fact>,
): PolicyRegistry => {
  const populations = new Map<string, FactOf<'PopulationRegistered'>[]>();
  const datasets = new Map<string, FactOf<'DatasetRegistered'>[]>();
  const put = <A>(lists: Map<string, A[]>, key: string, fact: A): void => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [fact]);
    else list.push(fact);
  };
  for (const fact of facts) {
    if (isFact(fact, 'PopulationRegistered')) put(populations, fact.data.population, fact);
    else if (isFact(fact, 'DatasetRegistered')) put(datasets, fact.data.dataset, fact);
  }
  return {
    party: (id) => reach.parties.description(id),
    above: aboveIn(reach.parties),
    owners: (id) => reach.parties.owners(id),
    site: reach.sites,
    population: (id) => describedBy(populations.get(id) ?? []),
    dataset: (id) => describedBy(datasets.get(id) ?? []),
  };
};
