/**
 * A holding as the resource of Cedar: its attributes over time (R17).
 */
import { beginning, type Instant, never } from '../time/instant.ts';
import { constantly } from './attribute.ts';
import type { Attribute, ResourceHistory } from './cedar/request-history.ts';
import { type EntityRef, entityRef } from './cedar/value.ts';
import type { SiteEntity } from './site-entity.ts';

/** The properties of a holding that policies see. */
export interface HoldingTraits {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  /** A backup held past this instant is overdue (R7); `never` where it has no expiry. */
  readonly expires: Instant;
  /** The population that the people are in; null for those in none. */
  readonly population: string | null;
}

const isTrue = constantly(true);
const isFalse = constantly(false);
const theHolding = entityRef('Holding', 'the holding');

export class HoldingEntity implements ResourceHistory {
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

/** The attributes where a person is in no population. */
export const inNoPopulation = { population: [], jurisdiction: [] };
