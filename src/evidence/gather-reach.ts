/**
 * Collects only the facts that decide who could reach the data of one person (R13, R14), and what policies require
 * about those parties (R17, R23).
 */
import { isGrantFact } from '../domain/reach/grants.ts';
import type { MembershipFact } from '../domain/reach/party-facts.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import { ReachIndex } from '../projections/reach/reach-index.ts';
import { residencyOf } from '../questions/residency-facts.ts';
import type { View } from '../questions/view.ts';
import type { PartyRole } from '../sealed-index/index-key.ts';
import type { KeyedIndex } from './keyed-index.ts';

const isMembership = (fact: Fact): fact is Fact & MembershipFact =>
  isFact(fact, 'MembershipBegan') || isFact(fact, 'MembershipEnded');

class Gathered {
  readonly facts = new Map<number, Fact>();
  private readonly view: View;
  private readonly index: KeyedIndex;
  private readonly grants = new Set<string>();
  /** Parties that may reach the data, and other parties above them. */
  private readonly reaching = new Set<string>();
  private readonly above = new Set<string>();

  constructor(view: View, index: KeyedIndex) {
    this.view = view;
    this.index = index;
  }

  private addAll(facts: Iterable<Fact>): void {
    for (const fact of facts) this.facts.set(fact.position, fact);
  }

  /** Adds a site with its operators and owners. */
  addSite(site: string): void {
    for (const fact of this.view.factsOf('site', site, 'SiteRegistered', 'SiteTransferred')) {
      this.addAll([fact]);
      const { operator, owner } = fact.data;
      if (operator !== undefined) this.reaching.add(operator);
      if (owner !== undefined) this.reaching.add(owner);
    }
  }

  /** Adds grants with all their recorded events. */
  addGrants(facts: Iterable<Fact>): void {
    for (const fact of facts) {
      if (!isFact(fact, 'AccessGranted') || this.grants.has(fact.data.grant)) continue;
      this.grants.add(fact.data.grant);
      const all = this.view.facts('grant', fact.data.grant).filter(isGrantFact);
      this.addAll(all);
      for (const each of all) if (isFact(each, 'AccessGranted')) this.reaching.add(each.data.party);
    }
  }

  private inRole(role: PartyRole, party: string): ReadonlyArray<Fact> {
    return this.index
      .positionsOfRole(role, party, this.view.recordedUpTo)
      .flatMap((position) => this.view.fact(position) ?? []);
  }

  private registrationsOf(party: string): ReadonlyArray<Fact> {
    return this.view.factsOf('party', party, 'PartyRegistered').filter(({ data }) => data.party === party);
  }

  /** Whether a group was registered as an organisation at any time, and whether it ever was not. */
  private kindsOf(group: string): { readonly organisation: boolean; readonly other: boolean } {
    const kinds = this.registrationsOf(group).flatMap((fact) =>
      isFact(fact, 'PartyRegistered') ? [fact.data.kind === 'organisation'] : [],
    );
    return { organisation: kinds.includes(true), other: kinds.length === 0 || kinds.includes(false) };
  }

  private addParty(party: string, reaches: boolean): void {
    this.addAll(this.registrationsOf(party));
    for (const fact of this.inRole('member', party)) {
      if (!isMembership(fact)) continue;
      this.addAll([fact]);
      // An employer reaches what its member does; a team only stands above it.
      (reaches && this.kindsOf(fact.data.group).organisation ? this.reaching : this.above).add(
        fact.data.group,
      );
    }
    for (const fact of this.inRole('controlled', party)) {
      if (!isFact(fact, 'ControlBegan') && !isFact(fact, 'ControlEnded')) continue;
      this.addAll([fact]);
      (reaches ? this.reaching : this.above).add(fact.data.controller);
    }
    if (!reaches || !this.kindsOf(party).other) return;
    for (const fact of this.inRole('group', party)) {
      if (!isMembership(fact)) continue;
      this.addAll([fact]);
      this.reaching.add(fact.data.member);
    }
  }

  /** Adds everybody who reaches what the collected parties do, and all parties above them. */
  addParties(): void {
    const done = new Set<string>();
    // The iteration includes elements that are added meanwhile.
    for (const party of this.reaching) this.addParty(party, true);
    for (const party of this.above) {
      if (!this.reaching.has(party) && !done.has(party)) this.addParty(party, false);
      done.add(party);
    }
  }
}

/** A reach index for the data of one person, built only from facts that concern it. */
export const reachOfOne = (view: View, index: KeyedIndex, subject: string): ReachIndex => {
  const gathered = new Gathered(view, index);
  const residency = residencyOf(view, subject);
  gathered.addGrants(view.facts('subject', subject));
  const populations = new Set(
    [...(residency.memberships.get(subject) ?? [])].map(({ value }) => value.population),
  );
  const names = { site: new Set<string>(), dataset: new Set<string>(), backup: new Set<string>() };
  for (const { holding } of residency.presences) {
    names.site.add(holding.site);
    names.dataset.add(holding.dataset);
    if (holding.kind === 'live') populations.add(holding.population);
    if (holding.kind !== 'backup') continue;
    names.backup.add(holding.backup);
    if ('population' in holding.scope) populations.add(holding.scope.population);
  }
  for (const site of names.site) {
    gathered.addSite(site);
    gathered.addGrants(view.facts('grants-over-site', site));
  }
  for (const dataset of names.dataset) gathered.addGrants(view.facts('grants-over-dataset', dataset));
  for (const population of populations) {
    gathered.addGrants(view.facts('grants-over-population', population));
    gathered.addGrants(view.facts('population', population));
  }
  for (const backup of names.backup) gathered.addGrants(view.facts('grants-over-backup', backup));
  gathered.addParties();
  return new ReachIndex(gathered.facts.values());
};
