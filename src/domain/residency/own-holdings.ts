/**
 * Subjects' own holdings: R10. They arise where the subject's population has no live holding.
 */
import * as O from 'fp-ts/lib/Option.js';
import type { FoldingPlace } from '../recording/folding-order.ts';
import { type OwnHolding, placeKey } from './holding.ts';
import type { Memberships } from './memberships.ts';
import type { LiveHolding, PopulationHoldings } from './population-holdings.ts';
import type { Occupancy, Presences } from './presences.ts';

export class OwnHoldings {
  private readonly presences: Presences;
  private readonly memberships: Memberships;
  private readonly populationHoldings: PopulationHoldings;
  /** By subject, then by dataset and site. */
  private readonly live = new Map<string, Map<string, Occupancy<OwnHolding>>>();

  constructor(presences: Presences, memberships: Memberships, populationHoldings: PopulationHoldings) {
    this.presences = presences;
    this.memberships = memberships;
    this.populationHoldings = populationHoldings;
  }

  /** The subject's own holdings. */
  of(subject: string): ReadonlyArray<OwnHolding> {
    return [...(this.live.get(subject)?.values() ?? [])].map(({ holding }) => holding);
  }

  /** Whether the subject has a holding of its own there. */
  has(subject: string, dataset: string, site: string): boolean {
    return this.live.get(subject)?.has(placeKey(dataset, site)) === true;
  }

  /** Brought to a site, a subject joins its population's live holding there, or else has a holding of its own. */
  bring(by: FoldingPlace, subject: string, dataset: string, site: string): void {
    const population = this.memberships.populationOf(subject);
    const joined = population === undefined ? O.none : this.populationHoldings.at(dataset, population, site);
    if (O.isSome(joined)) this.populationHoldings.add(by, joined.value, subject, [by.position]);
    else this.open(by, subject, dataset, site);
  }

  private open(by: FoldingPlace, subject: string, dataset: string, site: string): void {
    const ofSubject = this.live.get(subject) ?? new Map<string, Occupancy<OwnHolding>>();
    this.live.set(subject, ofSubject);
    const key = placeKey(dataset, site);
    if (ofSubject.has(key)) return;
    const occupancy = this.presences.of<OwnHolding>({ kind: 'own', dataset, subject, site });
    ofSubject.set(key, occupancy);
    occupancy.enter(by, subject, [by.position]);
  }

  /** Ends the subject's own holding there. Returns whether there was one. */
  end(by: FoldingPlace, subject: string, dataset: string, site: string): boolean {
    const ofSubject = this.live.get(subject);
    if (ofSubject === undefined) return false;
    const key = placeKey(dataset, site);
    const occupancy = ofSubject.get(key);
    if (occupancy === undefined) return false;
    ofSubject.delete(key);
    if (ofSubject.size === 0) this.live.delete(subject);
    occupancy.leave(by, subject);
    return true;
  }

  /** Where a population's live holding and a present member's own one stand at one site, the own one is absorbed. */
  absorbInto(by: FoldingPlace, live: LiveHolding): void {
    const { dataset, population, site } = live.occupancy.holding;
    const key = placeKey(dataset, site);
    for (const [subject, ofSubject] of this.live) {
      if (!ofSubject.has(key) || this.memberships.populationOf(subject) !== population) continue;
      this.populationHoldings.add(by, live, subject, [by.position]);
      this.end(by, subject, dataset, site);
    }
  }
}
