/**
 * Memberships: R13. One in a group leads as `member-of` from the member to the group while the group is not registered
 * as an organisation, and as `employs` from the group to the member while it is.
 */

import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';
import { describedBy } from '../recording/registrations.ts';
import { never } from '../time/instant.ts';
import { gapsBetween, mergeSpans, type Span, spansWhile } from '../time/span.ts';
import { foldLasting } from './lasting.ts';
import type { MembershipFact, Registration } from './party-facts.ts';

/** When a group was registered as an organisation, and when it was not. */
export interface GroupKinds {
  readonly organisation: ReadonlyArray<Span>;
  readonly other: ReadonlyArray<Span>;
}

/** The kinds of a group over time, by its registrations in any order. */
export const groupKinds = (registrations: ReadonlyArray<Registration>): GroupKinds => {
  const organisation = organisationSpans(registrations);
  return { organisation, other: gapsBetween(organisation) };
};

const codes = { began: 'membership-already-began', ended: 'membership-not-begun' } as const;

/** When a member was in a group, by the facts of that one membership, while the group was of that kind. */
export const membershipSpans = (
  facts: ReadonlyArray<MembershipFact>,
  kind: ReadonlyArray<Span>,
): ReadonlyArray<Span> => spansWhile(foldLasting(facts, codes).spans, kind);

/** The events of one membership that do not fit: it began while it lasted, or ended while it did not. */
export const membershipDiscrepancies = (
  facts: ReadonlyArray<MembershipFact>,
): ReadonlyArray<Discrepancy<ReachDiscrepancy>> => foldLasting(facts, codes).discrepancies;

/** When a group was registered as an organisation, opened and closed by its registrations. */
const organisationSpans = (registrations: ReadonlyArray<Registration>): ReadonlyArray<Span> => {
  const pieces = describedBy(registrations);
  const spans = pieces.flatMap(({ from, to, value }, index): ReadonlyArray<Span> => {
    if (value.description.kind !== 'organisation') return [];
    const closed = to === never ? [] : (pieces[index + 1]?.value.events ?? []);
    return [{ from, to, opened: value.events, closed }];
  });
  return mergeSpans([spans, []]);
};
