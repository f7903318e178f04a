/**
 * Memberships: R13. One in a group leads as `member-of` from the member to the group while the group is not registered
 * as an organisation, and as `employs` from the group to the member while it is.
 */
import { describedBy } from '../recording/registrations.ts';
import { beginning, never } from '../time/instant.ts';
import { foldLasting } from './lasting.ts';
import type { ReachMisfit } from './misfit.ts';
import type { MembershipFact, Registration } from './party-facts.ts';
import { mergeSpans, positions, type Span } from './span.ts';

/** When a group was registered as an organisation, and when it was not. */
export interface GroupKinds {
  readonly organisation: ReadonlyArray<Span>;
  readonly other: ReadonlyArray<Span>;
}

/** The kinds of a group over time, by its registrations in any order. */
export const groupKinds = (registrations: ReadonlyArray<Registration>): GroupKinds => {
  const organisation = organisationSpans(registrations);
  return { organisation, other: otherwise(organisation) };
};

const codes = { began: 'membership-already-began', ended: 'membership-not-begun' } as const;

/** When a member was in a group, by the facts of that one membership, while the group was of that kind. */
export const membershipSpans = (
  facts: ReadonlyArray<MembershipFact>,
  kind: ReadonlyArray<Span>,
): ReadonlyArray<Span> => membershipWhile(foldLasting(facts, codes).spans, kind);

/** The events of one membership that do not fit: it began while it lasted, or ended while it did not. */
export const membershipMisfits = (facts: ReadonlyArray<MembershipFact>): ReadonlyArray<ReachMisfit> =>
  foldLasting(facts, codes).misfits;

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

/** When a group was not registered as an organisation: the gaps between those, by the same registrations. */
const otherwise = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Span[] = [];
  let before: Span | undefined;
  for (const span of spans) {
    const from = before?.to ?? beginning;
    if (from < span.from)
      out.push({ from, to: span.from, opened: before?.closed ?? [], closed: span.opened });
    before = span;
  }
  const from = before?.to ?? beginning;
  if (from < never) out.push({ from, to: never, opened: before?.closed ?? [], closed: [] });
  return out;
};

/** A membership while its group is of that kind; a change of kind opens and closes the edge as well. */
const membershipWhile = (
  memberships: ReadonlyArray<Span>,
  kind: ReadonlyArray<Span>,
): ReadonlyArray<Span> => {
  const out: Span[] = [];
  for (let i = 0, j = 0; i < memberships.length && j < kind.length; ) {
    const [membership, of] = [memberships[i]!, kind[j]!];
    const from = Math.max(membership.from, of.from);
    const to = Math.min(membership.to, of.to);
    if (from < to) {
      out.push({
        from,
        to,
        opened: positions(membership.opened, of.from >= membership.from ? of.opened : []),
        closed: positions(membership.to === to ? membership.closed : [], of.to === to ? of.closed : []),
      });
    }
    if (membership.to < of.to) i++;
    else j++;
  }
  return out;
};
