/**
 * The entities that policies speak of, as they are registered: R17.
 *
 * What is not registered has no attributes, and what reads them cannot be judged. Attributes are made once for each
 * dataset, population and site, and shared by all holdings.
 */

import type { EventData } from '../events/catalogue.ts';
import type { Described, SiteDescription } from '../recording/registrations.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { intervalAt } from '../time/interval.ts';
import { always, complement, cover } from '../time/timeline.ts';
import type { Varying } from '../time/varying.ts';
import {
  type Attribute,
  type Entities,
  type KnownPiece,
  type ResourceHistory,
  type Standing,
  standsNowhere,
} from './cedar/request-history.ts';
import { type EntityRef, entityRef, setOf, type Value } from './cedar/value.ts';
import { Hierarchy, type PartyRegistry } from './hierarchy.ts';

/** What is registered, over time (R5). */
export interface PolicyRegistry extends PartyRegistry {
  readonly site: (id: string) => Varying<Described<SiteDescription>>;
  readonly population: (id: string) => Varying<Described<EventData<'PopulationRegistered'>>>;
  readonly dataset: (id: string) => Varying<Described<EventData<'DatasetRegistered'>>>;
}

/** What makes a holding what it is for a policy. */
export interface HoldingTraits {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  /** A backup held past this instant is overdue (R7); `never` where it has no expiry. */
  readonly expires: Instant;
  /** The population that the people are in; null for those in none. */
  readonly population: string | null;
}

const constantly = (value: Value): Attribute => [{ from: beginning, to: never, value }];

/** One field of a description as an attribute: missing where the description has none. */
const attributeOf = <D>(
  described: Varying<Described<D>>,
  field: (description: D) => Value | undefined,
): Attribute =>
  described.flatMap(({ from, to, value: { description, events } }) => {
    const value = field(description);
    return value === undefined ? [] : [{ from, to, value, events }];
  });

const isTrue = constantly(true);
const isFalse = constantly(false);
const theHolding = entityRef('Holding', 'the holding');

interface SiteEntity {
  readonly site: Attribute;
  readonly country: Attribute;
  readonly parents: ReadonlyArray<EntityRef>;
  readonly operator: ReadonlyArray<KnownPiece<EntityRef>>;
  readonly standings: Map<string, Standing>;
}

class HoldingEntity implements ResourceHistory {
  readonly ref = theHolding;
  readonly parents: ReadonlyArray<EntityRef>;
  private readonly ofDataset: { readonly dataset: Attribute; readonly categories: Attribute };
  private readonly ofPopulation: { readonly population: Attribute; readonly jurisdiction: Attribute };
  private readonly ofSite: SiteEntity;
  private readonly live: Attribute;
  private readonly overdue: Attribute;

  constructor(
    ofDataset: HoldingEntity['ofDataset'],
    ofPopulation: HoldingEntity['ofPopulation'],
    ofSite: SiteEntity,
    { kind, expires }: HoldingTraits,
  ) {
    this.parents = ofSite.parents;
    this.ofDataset = ofDataset;
    this.ofPopulation = ofPopulation;
    this.ofSite = ofSite;
    this.live = kind === 'live' ? isTrue : isFalse;
    this.overdue = kind === 'live' || expires === never ? isFalse : overdueFrom(expires);
  }

  attribute(name: string): Attribute | undefined {
    switch (name) {
      case 'dataset':
        return this.ofDataset.dataset;
      case 'categories':
        return this.ofDataset.categories;
      case 'population':
        return this.ofPopulation.population;
      case 'jurisdiction':
        return this.ofPopulation.jurisdiction;
      case 'site':
        return this.ofSite.site;
      case 'country':
        return this.ofSite.country;
      case 'live':
        return this.live;
      case 'overdue':
        return this.overdue;
      default:
        return undefined;
    }
  }
}

const overdueFrom = (expires: Instant): Attribute => [
  { from: beginning, to: expires, value: false },
  { from: expires, to: never, value: true },
];

const inNoPopulation = { population: [], jurisdiction: [] };

/** The entities of R17, made of what is registered. They are kept: when the registry changes, make them anew. */
export class RegisteredEntities implements Entities {
  private readonly registry: PolicyRegistry;
  private readonly hierarchy: Hierarchy;
  private readonly parties = new Map<string, { readonly kind: Attribute; readonly country: Attribute }>();
  private readonly sites = new Map<string, SiteEntity>();
  private readonly populations = new Map<string, HoldingEntity['ofPopulation']>();
  private readonly datasets = new Map<string, HoldingEntity['ofDataset']>();
  private readonly principals = new Map<string, ReadonlyArray<KnownPiece<EntityRef>>>();
  /** By ancestor, which a compiled rule always names by the same object, then by the party's id. */
  private readonly standings = new WeakMap<EntityRef, Map<string, Standing>>();

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
  operatorOf(site: string): ReadonlyArray<KnownPiece<EntityRef>> {
    return this.site(site).operator;
  }

  /** The party as the principal of `reach`. */
  principal(party: string): ReadonlyArray<KnownPiece<EntityRef>> {
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

  standing(entity: EntityRef, ancestor: EntityRef): Standing {
    if (entity.type === 'Party') {
      let known = this.standings.get(ancestor);
      if (known === undefined) {
        known = new Map();
        this.standings.set(ancestor, known);
      }
      let standing = known.get(entity.id);
      if (standing === undefined) {
        standing = this.partyIn(entity.id, ancestor);
        known.set(entity.id, standing);
      }
      return standing;
    }
    return entity.type === 'Site' && ancestor.type === 'Country'
      ? this.siteInCountry(this.site(entity.id), ancestor.id)
      : standsNowhere;
  }

  private partyIn(party: string, { type, id }: EntityRef): Standing {
    if (type === 'Party') return this.hierarchy.inParty(party, id);
    return type === 'Country' ? this.hierarchy.inCountry(party, id) : standsNowhere;
  }

  private siteInCountry({ country, standings }: SiteEntity, code: string): Standing {
    let standing = standings.get(code);
    if (standing === undefined) {
      const pieces = country.filter(({ value }) => value === code);
      standing = {
        within: cover(pieces),
        unknown: country.length === 0 ? always : complement(cover(country)),
        eventsAt: (instant) => intervalAt(pieces, instant)?.events ?? [],
        // It is in another country, by the registration of that.
        eventsAgainst: (instant, since) => {
          const elsewhere = intervalAt(country, instant);
          return elsewhere === undefined || elsewhere.from < since ? [] : (elsewhere.events ?? []);
        },
      };
      standings.set(code, standing);
    }
    return standing;
  }

  private site(id: string): SiteEntity {
    let site = this.sites.get(id);
    if (site === undefined) {
      const described = this.registry.site(id);
      site = {
        site: constantly(id),
        country: attributeOf(described, ({ country }) => country),
        parents: [entityRef('Site', id)],
        operator: described.flatMap(({ from, to, value: { description } }) =>
          description.operator === undefined
            ? []
            : [
                {
                  from,
                  to,
                  value: entityRef('Party', description.operator),
                  events: description.operatorBy === undefined ? [] : [description.operatorBy],
                },
              ],
        ),
        standings: new Map(),
      };
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
