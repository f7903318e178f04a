/** The recipients of a person's data, and other parties that could reach it: GDPR, Articles 15 (1) (c) and 19. */
import type { RecipientHow, RecipientRow } from '../../contract/rows/person.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import type { ReachInterval } from '../../domain/reach/reach-of.ts';
import { reachOfSubject } from '../../domain/reach/reach-of-subject.ts';
import type { FactOf } from '../../domain/recording/facts.ts';
import type { Residency } from '../../domain/residency/residency.ts';
import { beginning, formatBound, type Instant, never } from '../../domain/time/instant.ts';
import { valueAt } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import { proofOf } from '../proof-of.ts';
import { reachIndexOf } from '../reach.ts';
import { partyRow } from '../registry.ts';
import type { View } from '../view.ts';

interface Draft {
  readonly how: Set<RecipientHow>;
  readonly datasets: Set<string>;
  from: Instant;
  to: Instant;
  readonly events: Set<number>;
}

/**
 * How a path of R15 leads to the data: a party that operates or owns the site stores it; a grant is a permission.
 */
const howBy = ({ path }: ReachInterval): RecipientHow => {
  if (path.length > 1) return 'could-reach';
  return path.hop.edge === 'granted' ? 'granted' : 'stored';
};

/** Events to list for one recipient: the first. */
const recipientEventsMax = 200;

/**
 * Every party that stored the subject's data, accessed it or could reach it, except the controller of the dataset;
 * by party.
 *
 * @param residency of that subject alone.
 * @param accesses to its data.
 */
export const recipientsOf = (
  view: View,
  subject: string,
  residency: Residency,
  accesses: ReadonlyArray<FactOf<'AccessObserved'>>,
  at: Instant,
): ReadonlyArray<RecipientRow> => {
  const descriptions = new Descriptions(view);
  const drafts = new Map<string, Draft>();
  const add = (
    party: string,
    dataset: string,
    how: RecipientHow,
    from: Instant,
    to: Instant,
    events: ReadonlyArray<number>,
  ): void => {
    const controller = valueAt(descriptions.dataset(dataset), from)?.description.controller;
    if (party === controller) return;
    const draft = drafts.get(party) ?? {
      how: new Set<RecipientHow>(),
      datasets: new Set<string>(),
      from,
      to,
      events: new Set<number>(),
    };
    drafts.set(party, draft);
    draft.how.add(how);
    draft.datasets.add(dataset);
    draft.from = Math.min(draft.from, from);
    draft.to = Math.max(draft.to, to);
    for (const event of events) draft.events.add(event);
  };
  const during = { from: beginning, to: never };
  const { parties } = reachOfSubject(reachIndexOf(view), subject, residency, { at, during });
  for (const { party, intervals } of parties) {
    for (const interval of intervals) {
      const events = interval.path.edges.flatMap((edge) => edge.events);
      add(party, interval.holding.dataset, howBy(interval), interval.from, interval.to, events);
    }
  }
  for (const { position, time, data } of accesses)
    add(data.party, data.dataset, 'accessed', time, time + 1, [position]);
  return [...drafts]
    .sort(([a], [b]) => codeUnitOrder(a, b))
    .map(([party, draft]) => {
      const how = (['accessed', 'stored', 'granted', 'could-reach'] as const).filter((each) =>
        draft.how.has(each),
      );
      return {
        ...partyRow(descriptions, party, at),
        datasets: [...draft.datasets].sort(codeUnitOrder),
        how,
        disclosed: draft.how.has('stored') || draft.how.has('accessed'),
        from: formatBound(draft.from),
        to: formatBound(draft.to),
        events: proofOf(view, [...draft.events].sort((a, b) => a - b).slice(0, recipientEventsMax)),
      };
    });
};
