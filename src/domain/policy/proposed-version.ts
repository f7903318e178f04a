/**
 * A policy that is tried before it is adopted: R20.
 */
import type { Fact, FactOf } from '../recording/facts.ts';
import type { Instant } from '../time/instant.ts';
import { type PolicyVersion, policiesOf } from './policy-versions.ts';

/** The data of the adoption that is tried. */
export type Proposal = FactOf<'PolicyAdopted'>['data'];

/**
 * The version that a policy would be if it were adopted at the instant, after everything that is known.
 *
 * @param facts those about that policy at least.
 */
export const proposedVersion = (facts: Iterable<Fact>, proposal: Proposal, at: Instant): PolicyVersion => {
  const adoption: FactOf<'PolicyAdopted'> = {
    position: Number.MAX_SAFE_INTEGER,
    type: 'PolicyAdopted',
    time: at,
    assurance: 'observed',
    data: proposal,
    corrections: [],
  };
  const { versions } = policiesOf([...facts, adoption as Fact]);
  const proposed = versions.find(({ adoptedBy }) => adoptedBy === adoption.position)!;
  return {
    ...proposed,
    adoptedBy: null,
    inForce: proposed.inForce.map((span) => ({
      ...span,
      opened: span.opened.filter((position) => position !== adoption.position),
    })),
  };
};
