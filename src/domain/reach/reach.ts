/**
 * Everything that says who reaches what, as the rules of this chapter ask for it.
 */

import type { EventData } from '../events/catalogue.ts';
import type { Described } from '../recording/registrations.ts';
import type { Varying } from '../time/varying.ts';
import type { DataClass } from './data-class.ts';
import type { Sites } from './direct-edges.ts';
import type { PartyEdge } from './edge.ts';
import type { Grants } from './grants.ts';
import type { Labels, Via } from './labels.ts';
import type { Owner } from './shares.ts';

/** What a traversal of the graph of parties needs. */
export interface Graph {
  /** The edges that lead to the party, in a fixed order. */
  readonly into: (party: string) => ReadonlyArray<PartyEdge>;
  /** The edges that lead from the party, in the order of R15. */
  readonly outOf: (party: string) => ReadonlyArray<PartyEdge>;
}

/** The graph of parties, with what each party was registered as. */
export interface Parties extends Graph {
  /** What the party was registered as, over time (R5). */
  readonly description: (party: string) => Varying<Described<EventData<'PartyRegistered'>>>;
  /** Who holds something of the party, and how much (R23). */
  readonly owners: (party: string) => ReadonlyArray<Owner>;
}

/** Receives how many steps of work are done, about a microsecond each, and may end the work by throwing. */
export type GoOn = (steps: number) => void;

/** What questions of reach are asked of. */
export interface Reach {
  readonly parties: Parties;
  readonly grants: Grants;
  readonly sites: Sites;
  /** Who reaches data of the class, along the paths of R15 made of these kinds of edges. */
  readonly labels: (data: DataClass, via?: Via) => Labels;
  /** Receives the work done for the question, and throws if it is too much. */
  readonly goOn: GoOn;
}
