/**
 * The report of transfers: data that moved from one country to another, with time, number of people, and parties.
 */
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { valueAt } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import { transfersBetween } from '../movements.ts';
import type { View } from '../view.ts';
import { cellOf, type ReportQuestion, type ReportTable, unknownCell } from './report.ts';

/** Movements, copies and backups between countries, by time. */
export const transfersTable = (view: View, { during }: ReportQuestion): ReportTable => {
  const descriptions = new Descriptions(view);
  const place = (site: string, time: number) => {
    const described = valueAt(descriptions.site(site), time);
    return {
      country: described?.description.country,
      operator: described?.description.operator,
      events: described?.events ?? [],
    };
  };
  return {
    title: 'Transfers of personal data between countries',
    basis: 'GDPR, Articles 30 (1) (e) and 44',
    says: [
      'Movements, copies and backups from one country to another. A site whose country is unknown counts as being in a country of its own.',
      'This table does not contain data that can be reached from another country without being kept there: see GET /v1/parties/{id}/affected.',
      'The ledger does not have the safeguards of a transfer (Article 46).',
    ],
    columns: {
      time: 'When',
      kind: 'How',
      dataset: 'Data',
      categories: 'Categories',
      population: 'Whose',
      subjects: 'People',
      fromCountry: 'From country',
      fromSite: 'From site',
      exporter: 'From operator',
      toCountry: 'To country',
      toSite: 'To site',
      importer: 'To operator',
      assurance: 'Attested',
      safeguards: 'Safeguards',
    },
    rows: transfersBetween(view, during.from, during.to).map((row) => {
      const position = Number(row.event);
      const time = Date.parse(row.time);
      const [from, to] = [place(row.fromSite, time), place(row.toSite, time)];
      const dataset = valueAt(descriptions.dataset(row.dataset), time);
      const categories = [...(dataset?.description.categories ?? [])].sort(codeUnitOrder);
      return [
        cellOf(view, row.time, [position]),
        cellOf(view, row.kind, [position]),
        cellOf(view, row.dataset, [position]),
        cellOf(view, categories.length === 0 ? null : categories.join('; '), dataset?.events),
        cellOf(view, row.population ?? 'one person', [position]),
        cellOf(view, String(row.subjects), [position]),
        cellOf(view, row.from, from.events),
        cellOf(view, row.fromSite, [position]),
        cellOf(view, from.operator ?? null, from.events),
        cellOf(view, row.to, to.events),
        cellOf(view, row.toSite, [position]),
        cellOf(view, to.operator ?? null, to.events),
        cellOf(view, view.fact(position)?.assurance ?? null, [position]),
        unknownCell,
      ];
    }),
  };
};
