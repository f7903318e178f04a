/**
 * Why a party cannot reach data; or, if it can, which edges to close to keep it out.
 */

import type { Instant } from '../time/instant.ts';
import { valueAt } from '../time/varying.ts';
import type { CutEdge } from './cut-edge.ts';
import type { DataPresence } from './data-presence.ts';
import { directEdges } from './direct-edges.ts';
import { minimumCut } from './minimum-cut.ts';
import { type ChainEdge, nearestChain } from './nearest-chain.ts';
import type { Reach } from './reach.ts';

/** `explain=cut`. */
export type CutExplanation =
  /** It reaches the data. Closing these edges, and no fewer, keeps it out. */
  | { readonly reaches: true; readonly close: ReadonlyArray<CutEdge> }
  /** There is no data to be reached. */
  | { readonly reaches: false; readonly because: 'no-data' }
  /** No chain of edges known to have held up to then leads from the party to the data. */
  | { readonly reaches: false; readonly because: 'no-chain' }
  /** The chain would lead there if its edges in `ended` had not ended; no other chain lacks fewer edges. */
  | {
      readonly reaches: false;
      readonly because: 'ended';
      readonly ended: ReadonlyArray<CutEdge>;
      readonly chain: ReadonlyArray<ChainEdge>;
    };

/** Explains it for the data that the presences have at the instant. */
export const explainCut = (
  reach: Reach,
  presences: ReadonlyArray<DataPresence>,
  party: string,
  at: Instant,
): CutExplanation => {
  const classes = presences.flatMap((presence) => valueAt(presence.classes, at) ?? []);
  if (classes.length === 0) return { reaches: false, because: 'no-data' };
  const direct = classes.flatMap((data) => directEdges(reach, data));
  const labels = classes.map((data) => reach.labels(data));
  const reaching = (each: string): boolean => labels.some((of) => of.reaches(each, at));
  if (reaching(party)) {
    return { reaches: true, close: minimumCut(reach.parties, direct, reaching, party, at, reach.goOn) };
  }
  const chain = nearestChain(reach.parties, direct, party, at);
  if (chain === undefined) return { reaches: false, because: 'no-chain' };
  return {
    reaches: false,
    because: 'ended',
    ended: chain.filter(({ holds }) => !holds).map(({ holds: _, ...edge }) => edge),
    chain,
  };
};
