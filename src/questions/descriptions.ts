/** The descriptions of sites, parties, datasets and populations (R5), cached for one question. */

import type { EventData } from '../domain/events/catalogue.ts';
import {
  type Described,
  describedBy,
  describedSite,
  type SiteDescription,
} from '../domain/recording/registrations.ts';
import type { Instant } from '../domain/time/instant.ts';
import { type Varying, valueAt } from '../domain/time/varying.ts';
import type { View } from './view.ts';

const remembered = <A>(load: (name: string) => A): ((name: string) => A) => {
  const memory = new Map<string, A>();
  return (name) => {
    const before = memory.get(name);
    if (before !== undefined) return before;
    const loaded = load(name);
    memory.set(name, loaded);
    return loaded;
  };
};

/** The descriptions that a view knows. Each is folded once. */
export class Descriptions {
  readonly site: (site: string) => Varying<Described<SiteDescription>>;
  readonly party: (party: string) => Varying<Described<EventData<'PartyRegistered'>>>;
  readonly dataset: (dataset: string) => Varying<Described<EventData<'DatasetRegistered'>>>;
  readonly population: (population: string) => Varying<Described<EventData<'PopulationRegistered'>>>;

  constructor(view: View) {
    this.site = remembered((site) =>
      describedSite(
        view
          .factsOf('site', site, 'SiteRegistered', 'SiteTransferred')
          .filter((fact) => fact.data.site === site),
      ),
    );
    this.party = remembered((party) =>
      describedBy(
        view.factsOf('party', party, 'PartyRegistered').filter((fact) => fact.data.party === party),
      ),
    );
    this.dataset = remembered((dataset) =>
      describedBy(
        view.factsOf('dataset', dataset, 'DatasetRegistered').filter((fact) => fact.data.dataset === dataset),
      ),
    );
    this.population = remembered((population) =>
      describedBy(
        view
          .factsOf('population', population, 'PopulationRegistered')
          .filter((fact) => fact.data.population === population),
      ),
    );
  }

  /** The site at an instant. Nothing is known of it if it is unregistered and was never transferred. */
  siteAt(site: string, instant: Instant): SiteDescription {
    return valueAt(this.site(site), instant)?.description ?? {};
  }
}
