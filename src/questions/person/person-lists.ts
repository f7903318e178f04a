/** The short lists of a person's file: populations, datasets, accesses and erasures. */
import type { PersonFile } from '../../contract/rows/person.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { isPopulation } from '../../domain/events/scope.ts';
import { type FactOf, isFact } from '../../domain/recording/facts.ts';
import { foldingOrder } from '../../domain/recording/folding-order.ts';
import type { Residency } from '../../domain/residency/residency.ts';
import { rowPresences } from '../../domain/residency/rows.ts';
import { formatBound, formatInstant, type Instant } from '../../domain/time/instant.ts';
import { contains } from '../../domain/time/interval.ts';
import { valueAt } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import { proofOf } from '../proof-of.ts';
import { datasetRow, partyRow } from '../registry.ts';
import type { View } from '../view.ts';

/** The populations of the subject over time. */
export const membershipsOf = (
  view: View,
  subject: string,
  residency: Residency,
): PersonFile['populations'] => {
  const descriptions = new Descriptions(view);
  return (residency.memberships.get(subject) ?? []).map(({ from, to, value }) => {
    const described = valueAt(descriptions.population(value.population), from)?.description;
    return {
      population: value.population,
      name: described?.name ?? null,
      jurisdiction: described?.jurisdiction ?? null,
      from: formatInstant(from),
      to: formatBound(to),
      events: proofOf(view, [value.event]),
    };
  });
};

/** The datasets that ever contained data of the subject, and the sources that reported it. */
export const datasetsOf = (
  view: View,
  subject: string,
  residency: Residency,
  at: Instant,
): PersonFile['datasets'] => {
  const descriptions = new Descriptions(view);
  const byDataset = Map.groupBy(rowPresences(residency, subject), ({ row }) => row.dataset);
  return [...byDataset]
    .sort(([a], [b]) => codeUnitOrder(a, b))
    .map(([dataset, presences]) => {
      const sources = presences.flatMap(({ opened }) =>
        opened.flatMap((position) => view.index.sourceAt(position) ?? []),
      );
      return {
        ...datasetRow(descriptions, dataset, at),
        held: presences.some((presence) => contains(presence, at)),
        sources: [...new Set(sources)].sort(codeUnitOrder),
      };
    });
};

/** The accesses to the subject's data, in order of time. */
export const accessRows = (
  view: View,
  accesses: ReadonlyArray<FactOf<'AccessObserved'>>,
): PersonFile['accesses'] => {
  const descriptions = new Descriptions(view);
  return [...accesses].sort(foldingOrder).map(({ position, time, data }) => ({
    at: formatInstant(time),
    party: data.party,
    name: partyRow(descriptions, data.party, time).name,
    action: data.action,
    dataset: data.dataset,
    site: data.site ?? null,
    ofPopulation: isPopulation(data.scope) ? data.scope.population : null,
    events: proofOf(view, [position]),
  }));
};

/** The events up to an instant that erased the subject's data or the subject. */
export const erasuresOf = (view: View, subject: string, at: Instant): PersonFile['erasures'] =>
  view
    .factsAbout(subject)
    .filter((fact) => isFact(fact, 'SubjectErased') || isFact(fact, 'SubjectForgotten'))
    .filter(({ data, time }) => data.subject === subject && time <= at)
    .toSorted(foldingOrder)
    .map((fact) => ({
      at: formatInstant(fact.time),
      kind: isFact(fact, 'SubjectForgotten') ? ('person' as const) : ('data' as const),
      dataset: 'dataset' in fact.data ? (fact.data.dataset ?? null) : null,
      events: proofOf(view, [fact.position]),
    }));
