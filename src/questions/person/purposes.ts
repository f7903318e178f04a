/** The permissions that covered a person's data, with their purposes and legal bases: GDPR, Article 15 (1) (a). */
import type { PersonFile } from '../../contract/rows/person.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { overKeysOf } from '../../domain/reach/data-class.ts';
import { dataPresencesOf } from '../../domain/reach/data-presence.ts';
import type { GrantTerm } from '../../domain/reach/grants.ts';
import { isFact } from '../../domain/recording/facts.ts';
import type { Residency } from '../../domain/residency/residency.ts';
import { formatBound } from '../../domain/time/instant.ts';
import { overlaps } from '../../domain/time/interval.ts';
import { proofOf } from '../proof-of.ts';
import { reachIndexOf } from '../reach.ts';
import type { View } from '../view.ts';

type PurposeRow = PersonFile['purposes'][number];

/** The terms of grants in force over the subject's data, by grant and time. */
export const purposesOf = (view: View, subject: string, residency: Residency): ReadonlyArray<PurposeRow> => {
  const reach = reachIndexOf(view);
  const terms = new Set<GrantTerm>();
  for (const { classes } of dataPresencesOf(reach.grants, residency, subject, reach.goOn))
    for (const piece of classes)
      for (const key of overKeysOf(piece.value))
        for (const term of reach.grants.termsOver(key)) if (overlaps(term, piece)) terms.add(term);
  return [...terms]
    .sort((a, b) => codeUnitOrder(a.grant, b.grant) || a.from - b.from)
    .flatMap((term) => {
      const fact = view.fact(term.opened[0] ?? 0);
      if (fact === undefined || !isFact(fact, 'AccessGranted')) return [];
      return [
        {
          grant: term.grant,
          party: term.party,
          actions: fact.data.actions,
          purpose: fact.data.purpose ?? null,
          basis: fact.data.basis ?? null,
          from: formatBound(term.from),
          to: formatBound(term.to),
          events: proofOf(view, [...term.opened, ...term.closed]),
        },
      ];
    });
};
