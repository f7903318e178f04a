/**
 * Grants: R14. When each is in force, for which party, and over which data.
 *
 * A grant is in force from its time until it expires or is revoked. Granting an id again replaces it, with all its
 * terms, from then on, permanently: the replaced grant does not come back when the new one ends.
 */

import type { Over } from '../events/scope.ts';
import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';
import { type Fact, type FactOf, isFact } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import { never } from '../time/instant.ts';
import type { Span } from '../time/span.ts';

/** A fact about a grant. */
export type GrantFact = FactOf<'AccessGranted' | 'AccessRevoked'>;

/**
 * An interval in which a grant was in force with the same terms. What closed it is its revocation, the grant that
 * replaced it, or, where it expired, the grant itself, which says so.
 */
export interface GrantTerm extends Span {
  readonly grant: string;
  readonly party: string;
  readonly over: Over;
}

/** Finds the terms of grants by what they are over, keyed by `overKey`; in any order. */
export interface Grants {
  readonly termsOver: (key: string) => ReadonlyArray<GrantTerm>;
}

/** Whether the fact is about a grant. */
export const isGrantFact = (fact: Fact): fact is Fact & GrantFact =>
  isFact(fact, 'AccessGranted') || isFact(fact, 'AccessRevoked');

/**
 * Folds the facts of one grant. Revoking a grant that never existed has no effect and does not fit. Revoking an expired
 * grant has no effect either, but does fit.
 */
export const foldGrant = (
  facts: ReadonlyArray<GrantFact>,
): {
  readonly terms: ReadonlyArray<GrantTerm>;
  readonly discrepancies: ReadonlyArray<Discrepancy<ReachDiscrepancy>>;
} => {
  const terms: GrantTerm[] = [];
  const discrepancies: Discrepancy<ReachDiscrepancy>[] = [];
  let granted: FactOf<'AccessGranted'> | undefined;
  const close = (next?: GrantFact): void => {
    if (granted === undefined) return;
    const { time: from, position, data } = granted;
    const expires = data.expires ?? never;
    const end = next?.time ?? never;
    const to = Math.min(expires, end);
    if (from >= to) return;
    const closed = to === never ? [] : next !== undefined && end <= expires ? [next.position] : [position];
    terms.push({
      grant: data.grant,
      party: data.party,
      over: data.over,
      from,
      to,
      opened: [position],
      closed,
    });
  };
  for (const fact of [...facts].sort(foldingOrder)) {
    close(fact);
    if (fact.type === 'AccessGranted') granted = fact as FactOf<'AccessGranted'>;
    else if (granted === undefined) discrepancies.push({ position: fact.position, code: 'unknown-grant' });
    else granted = undefined;
  }
  close();
  return { terms, discrepancies };
};

/** Revocations of grants that never existed, among facts in any order. */
export const grantDiscrepancies = (
  facts: Iterable<GrantFact>,
): ReadonlyArray<Discrepancy<ReachDiscrepancy>> =>
  [...Map.groupBy(facts, (fact) => fact.data.grant).values()]
    .flatMap((ofGrant) => foldGrant(ofGrant).discrepancies)
    .sort((a, b) => a.position - b.position);
