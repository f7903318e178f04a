/**
 * The entities that policies speak of, as they are registered: R17.
 *
 * Unregistered things have no attributes, and rules that read them cannot be judged. Attributes are made once for each
 * dataset, population and site, and shared by all holdings.
 */

import type { EventData } from '../events/catalogue.ts';
import type { Described, SiteDescription } from '../recording/registrations.ts';
import { beginning, never } from '../time/instant.ts';
import type { Varying } from '../time/varying.ts';
import { attributeOf, constantly } from './attribute.ts';
import {
  type Ancestry,
  type Attribute,
  type Entities,
  noAncestry,
  type OwnedFrom,
  type OwnershipName,
  type ResourceHistory,
  type SourcedPiece,
} from './cedar/request-history.ts';
import { type EntityRef, entityRef, setOf } from './cedar/value.ts';
import { Hierarchy, type PartyRegistry } from './hierarchy.ts';
import { HoldingEntity, type HoldingTraits, inNoPopulation } from './holding-entity.ts';
import { Ownership } from './ownership.ts';
import { type SiteEntity, siteEntity, siteInCountry } from './site-entity.ts';

/** What is registered, over time (R5). */
export interface PolicyRegistry extends PartyRegistry {
  readonly site: (id: string) => Varying<Described<SiteDescription>>;
  readonly population: (id: string) => Varying<Described<EventData<'PopulationRegistered'>>>;
  readonly dataset: (id: string) => Varying<Described<EventData<'DatasetRegistered'>>>;
}

/** The entities of R17, made of what is registered. They are kept: when the registry changes, create new ones. */
export class RegisteredEntities implements Entities {
  private readonly registry: PolicyRegistry;
  private readonly hierarchy: Hierarchy;
  private readonly parties = new Map<string, { readonly kind: Attribute; readonly country: Attribute }>();
  private readonly sites = new Map<string, SiteEntity>();
  private readonly siteAncestries = new Map<string, Ancestry>();
  private readonly populations = new Map<string, HoldingEntity['ofPopulation']>();
  private readonly datasets = new Map<string, HoldingEntity['ofDataset']>();
  private readonly principals = new Map<string, ReadonlyArray<SourcedPiece<EntityRef>>>();
  /** By ancestor, which a compiled rule always names by the same object, then by the party's id. */
  private readonly ancestries = new WeakMap<EntityRef, Map<string, Ancestry>>();
  /** By the countries, which a compiled rule always names by the same list; and by what they are. */
  private readonly ownerships = new WeakMap<ReadonlyArray<string>, Ownership>();
  private readonly ownershipsByCountries = new Map<string, Ownership>();

  constructor(registry: PolicyRegistry) {
    this.registry = registry;
    this.hierarchy = new Hierarchy(registry);
  }

  /** The holding as the resource of a request. */
  holding(traits: HoldingTraits): ResourceHistory {
    const population = traits.population === null ? inNoPopulation : this.population(traits.population);
    return new HoldingEntity(this.dataset(traits.dataset), population, this.site(traits.site), traits);
  }

  /** Who stores what is at the site: its operator, the principal of `store`. */
  operatorOf(site: string): ReadonlyArray<SourcedPiece<EntityRef>> {
    return this.site(site).operator;
  }

  /** The party as the principal of `reach`. */
  principal(party: string): ReadonlyArray<SourcedPiece<EntityRef>> {
    let principal = this.principals.get(party);
    if (principal === undefined) {
      principal = [{ from: beginning, to: never, value: entityRef('Party', party) }];
      this.principals.set(party, principal);
    }
    return principal;
  }

  attribute({ type, id }: EntityRef, name: string): Attribute | undefined {
    if (type !== 'Party' || (name !== 'kind' && name !== 'country')) return undefined;
    let party = this.parties.get(id);
    if (party === undefined) {
      const described = this.registry.party(id);
      party = {
        kind: attributeOf(described, ({ kind }) => kind),
        country: attributeOf(described, ({ country }) => country),
      };
      this.parties.set(id, party);
    }
    return party[name];
  }

  ancestry(entity: EntityRef, ancestor: EntityRef): Ancestry {
    if (entity.type === 'Party') {
      let known = this.ancestries.get(ancestor);
      if (known === undefined) {
        known = new Map();
        this.ancestries.set(ancestor, known);
      }
      let ancestry = known.get(entity.id);
      if (ancestry === undefined) {
        ancestry = this.partyIn(entity.id, ancestor);
        known.set(entity.id, ancestry);
      }
      return ancestry;
    }
    return entity.type === 'Site' && ancestor.type === 'Country'
      ? this.siteInCountry(entity.id, ancestor.id)
      : noAncestry;
  }

  owned({ id }: EntityRef, name: OwnershipName, countries: ReadonlyArray<string>): OwnedFrom {
    let ownership = this.ownerships.get(countries);
    if (ownership === undefined) {
      const key = countries.join();
      ownership = this.ownershipsByCountries.get(key) ?? new Ownership(this.registry, countries);
      this.ownershipsByCountries.set(key, ownership);
      this.ownerships.set(countries, ownership);
    }
    return ownership[name](id);
  }

  private partyIn(party: string, { type, id }: EntityRef): Ancestry {
    if (type === 'Party') return this.hierarchy.inParty(party, id);
    return type === 'Country' ? this.hierarchy.inCountry(party, id) : noAncestry;
  }

  private siteInCountry(site: string, code: string): Ancestry {
    const key = `${code} ${site}`;
    let ancestry = this.siteAncestries.get(key);
    if (ancestry === undefined) {
      ancestry = siteInCountry(this.site(site), code);
      this.siteAncestries.set(key, ancestry);
    }
    return ancestry;
  }

  private site(id: string): SiteEntity {
    let site = this.sites.get(id);
    if (site === undefined) {
      site = siteEntity(id, this.registry.site(id));
      this.sites.set(id, site);
    }
    return site;
  }

  private population(id: string): HoldingEntity['ofPopulation'] {
    let population = this.populations.get(id);
    if (population === undefined) {
      const jurisdiction = attributeOf(
        this.registry.population(id),
        (description) => description.jurisdiction,
      );
      population = { population: constantly(id), jurisdiction };
      this.populations.set(id, population);
    }
    return population;
  }

  private dataset(id: string): HoldingEntity['ofDataset'] {
    let dataset = this.datasets.get(id);
    if (dataset === undefined) {
      const categories = attributeOf(this.registry.dataset(id), (description) =>
        setOf(description.categories),
      );
      dataset = { dataset: constantly(id), categories };
      this.datasets.set(id, dataset);
    }
    return dataset;
  }
}
