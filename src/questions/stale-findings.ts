/**
 * The things whose descriptions changed, and the events that were corrected, since findings were computed. The
 * findings that depend on them are computed again.
 */
import type { Affected } from './affected.ts';

export interface Stale {
  readonly parties: Set<string>;
  readonly sites: Set<string>;
  readonly datasets: Set<string>;
  readonly populations: Set<string>;
  /** The positions of events that were corrected or retracted. */
  readonly corrected: Set<number>;
}

/** No change. */
export const nothingStale = (): Stale => ({
  parties: new Set(),
  sites: new Set(),
  datasets: new Set(),
  populations: new Set(),
  corrected: new Set(),
});

/** An independent copy. */
export const copyOfStale = ({ parties, sites, datasets, populations, corrected }: Stale): Stale => ({
  parties: new Set(parties),
  sites: new Set(sites),
  datasets: new Set(datasets),
  populations: new Set(populations),
  corrected: new Set(corrected),
});

/** Adds the descriptions and corrections that some events changed. */
export const addStale = (stale: Stale, affected: Affected): void => {
  for (const party of affected.parties) stale.parties.add(party);
  for (const site of affected.sites) stale.sites.add(site);
  for (const dataset of affected.datasets) stale.datasets.add(dataset);
  for (const population of affected.described) stale.populations.add(population);
  for (const position of affected.corrected) stale.corrected.add(position);
};
