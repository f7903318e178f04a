/**
 * The live holdings of populations: R8. Each is a changing set of subjects.
 */
import * as O from 'fp-ts/lib/Option.js';
import type { FoldingPlace } from '../recording/folding-order.ts';
import { type PopulationHolding, placeKey } from './holding.ts';
import type { Occupancy, Presences } from './presences.ts';

/** A holding that is live now. */
export interface LiveHolding {
  readonly occupancy: Occupancy<PopulationHolding>;
  readonly openedBy: number;
  readonly subjects: Set<string>;
}

/** Subjects who arrive somewhere, and the positions of the events by which they do. */
export type Arrivals = Iterable<readonly [subject: string, by: ReadonlyArray<number>]>;

export class PopulationHoldings {
  private readonly presences: Presences;
  /** By population, then by dataset and site. */
  private readonly live = new Map<string, Map<string, LiveHolding>>();

  constructor(presences: Presences) {
    this.presences = presences;
  }

  /** The holding of the population's data at a site, if one is live. */
  at(dataset: string, population: string, site: string): O.Option<LiveHolding> {
    return O.fromNullable(this.live.get(population)?.get(placeKey(dataset, site)));
  }

  /** The live holdings of the population. */
  of(population: string): Iterable<LiveHolding> {
    return this.live.get(population)?.values() ?? [];
  }

  /** Adds those who arrive, including those taken out before. The first arrival opens the holding, even if nobody comes. */
  arrive(by: FoldingPlace, place: Omit<PopulationHolding, 'kind'>, arriving: Arrivals): LiveHolding {
    const live = this.open(by, place);
    for (const [subject, openedBy] of arriving) this.add(by, live, subject, openedBy);
    return live;
  }

  private open(by: FoldingPlace, place: Omit<PopulationHolding, 'kind'>): LiveHolding {
    const { dataset, population, site } = place;
    const ofPopulation = this.live.get(population) ?? new Map<string, LiveHolding>();
    this.live.set(population, ofPopulation);
    const key = placeKey(dataset, site);
    const before = ofPopulation.get(key);
    if (before !== undefined) return before;
    const occupancy = this.presences.of<PopulationHolding>({ kind: 'live', dataset, population, site });
    const live = { occupancy, openedBy: by.position, subjects: new Set<string>() };
    ofPopulation.set(key, live);
    occupancy.begin(by, [by.position]);
    return live;
  }

  /** A move or a deletion ends it. */
  end(by: FoldingPlace, { occupancy, subjects }: LiveHolding): void {
    const { dataset, population, site } = occupancy.holding;
    for (const subject of subjects) occupancy.leave(by, subject);
    occupancy.end(by);
    this.live.get(population)?.delete(placeKey(dataset, site));
  }

  /** Adds a subject; nothing changes if it is in. */
  add(
    by: FoldingPlace,
    { occupancy, subjects }: LiveHolding,
    subject: string,
    openedBy: ReadonlyArray<number>,
  ): void {
    if (subjects.has(subject)) return;
    subjects.add(subject);
    occupancy.enter(by, subject, openedBy);
  }

  /** Takes a subject out. Returns whether it was in. */
  takeOut(by: FoldingPlace, { occupancy, subjects }: LiveHolding, subject: string): boolean {
    if (!subjects.delete(subject)) return false;
    occupancy.leave(by, subject);
    return true;
  }
}
