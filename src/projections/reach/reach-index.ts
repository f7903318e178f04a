/** All facts about reach in memory, updated fact by fact. */

import type { DataClass } from '../../domain/reach/data-class.ts';
import { type GrantFact, isGrantFact } from '../../domain/reach/grants.ts';
import type { Labels, Via } from '../../domain/reach/labels.ts';
import { isPartyFact } from '../../domain/reach/party-facts.ts';
import type { GoOn, Reach } from '../../domain/reach/reach.ts';
import { type Fact, type FactOf, isFact } from '../../domain/recording/facts.ts';
import { type Described, describedSite, type SiteDescription } from '../../domain/recording/registrations.ts';
import type { Varying } from '../../domain/time/varying.ts';
import { GrantIndex } from './grant-index.ts';
import { LabelCache } from './label-cache.ts';
import { PartyFactIndex } from './party-fact-index.ts';
import { PartyGraph } from './party-graph.ts';

type SiteFact = FactOf<'SiteRegistered' | 'SiteTransferred'>;

const isSiteFact = (fact: Fact): fact is Fact & SiteFact =>
  isFact(fact, 'SiteRegistered') || isFact(fact, 'SiteTransferred');

/** Who reaches what (R13 to R15), as known at one position. */
export class ReachIndex implements Reach {
  private readonly partyFacts = new PartyFactIndex();
  private readonly siteFacts = new Map<string, SiteFact[]>();
  private readonly described = new Map<string, Varying<Described<SiteDescription>>>();
  private readonly cache: LabelCache;
  private tellOfWork: GoOn = () => {};
  readonly goOn: GoOn = (steps) => this.tellOfWork(steps);
  readonly parties = new PartyGraph(this.partyFacts);
  readonly grants: GrantIndex;

  /** @param facts other facts than those about reach are skipped. */
  constructor(facts: Iterable<Fact>) {
    const grantFacts: GrantFact[] = [];
    for (const fact of facts) {
      if (isPartyFact(fact)) this.partyFacts.add(fact);
      else if (isGrantFact(fact)) grantFacts.push(fact);
      else if (isSiteFact(fact)) this.siteFactsOf(fact.data.site).push(fact);
    }
    this.grants = new GrantIndex(grantFacts);
    this.cache = new LabelCache(this);
  }

  readonly sites = (site: string): Varying<Described<SiteDescription>> => {
    let described = this.described.get(site);
    if (described === undefined) {
      described = describedSite((this.siteFacts.get(site) ?? []) as Parameters<typeof describedSite>[0]);
      this.described.set(site, described);
    }
    return described;
  };

  labels(data: DataClass, via?: Via): Labels {
    return this.cache.labels(data, via, this.goOn);
  }

  /** Every question reports its work to `goOn` from now on. */
  askedBy(goOn: GoOn): void {
    this.tellOfWork = goOn;
  }

  /**
   * Removes facts and adds others. A late event adds a fact; a correction removes one and adds the corrected one.
   * Only what they affect is computed again, on its next use.
   *
   * @param removed as they were added; identified by their positions.
   */
  change(removed: ReadonlyArray<Fact>, added: ReadonlyArray<Fact>): void {
    for (const fact of removed) {
      if (isPartyFact(fact)) this.partyFacts.remove(fact);
      else if (isSiteFact(fact)) {
        const { site } = fact.data;
        this.siteFacts.set(
          site,
          this.siteFactsOf(site).filter(({ position }) => position !== fact.position),
        );
      }
    }
    for (const fact of added) {
      if (isPartyFact(fact)) this.partyFacts.add(fact);
      else if (isSiteFact(fact)) this.siteFactsOf(fact.data.site).push(fact);
    }
    for (const fact of [...removed, ...added]) {
      if (isPartyFact(fact)) this.cache.partiesChanged(this.parties.forget(fact));
      else if (isSiteFact(fact)) {
        this.described.delete(fact.data.site);
        this.cache.siteChanged(fact.data.site);
      }
    }
    this.cache.grantsChanged(this.grants.change(removed.filter(isGrantFact), added.filter(isGrantFact)));
  }

  private siteFactsOf(site: string): SiteFact[] {
    let facts = this.siteFacts.get(site);
    if (facts === undefined) {
      facts = [];
      this.siteFacts.set(site, facts);
    }
    return facts;
  }
}
