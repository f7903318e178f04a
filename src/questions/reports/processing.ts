/**
 * The record of processing activities: GDPR, Article 30 (1). One row for the data of one dataset and one
 * population, by controller.
 */
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { isPopulation } from '../../domain/events/scope.ts';
import type { JudgedHolding } from '../../domain/policy/judged-holding.ts';
import { economicAreaCodes } from '../../domain/policy/templates.ts';
import { isFact } from '../../domain/recording/facts.ts';
import { formatInstant, never } from '../../domain/time/instant.ts';
import { overlaps } from '../../domain/time/interval.ts';
import { valueAt } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import type { View } from '../view.ts';
import { wholeHistoryOf } from '../whole-history.ts';
import { cellOf, listed, type ReportQuestion, type ReportTable, unknownCell } from './report.ts';

/** Values, and the events that prove them. */
class ProvenValues {
  readonly values = new Set<string>();
  readonly events = new Set<number>();

  add(value: string, events: Iterable<number>): void {
    this.values.add(value);
    for (const event of events) this.events.add(event);
  }
}

/** One activity: a dataset and a population. */
interface Activity {
  readonly dataset: string;
  readonly population: string | null;
  readonly holdings: JudgedHolding[];
}

const activitiesIn = (view: View, { during }: ReportQuestion): ReadonlyArray<Activity> => {
  const byKey = new Map<string, Activity>();
  for (const [, judged] of wholeHistoryOf(view).judged(view)) {
    const isPeopled = judged.subjects.positive().some((interval) => overlaps(interval, during));
    if (!isPeopled) continue;
    const { dataset } = judged.holding;
    const key = JSON.stringify([dataset, judged.population]);
    const activity = byKey.get(key) ?? { dataset, population: judged.population, holdings: [] };
    byKey.set(key, activity);
    activity.holdings.push(judged);
  }
  return [...byKey.values()].sort(
    (a, b) => codeUnitOrder(a.dataset, b.dataset) || codeUnitOrder(a.population ?? '', b.population ?? ''),
  );
};

/** The parties that stored the data, were permitted to reach it, or were observed to access it. */
const recipientsOf = (
  view: View,
  { dataset, population, holdings }: Activity,
  controller: string | undefined,
  { during }: ReportQuestion,
): { readonly recipients: ProvenValues; readonly purposes: ProvenValues } => {
  const recipients = new ProvenValues();
  const purposes = new ProvenValues();
  for (const { reached } of holdings) {
    for (const { party, intervals } of reached) {
      for (const { path, ...interval } of intervals) {
        if (!overlaps(interval, during) || path.length > 1) continue;
        const events = path.edges.flatMap((edge) => edge.events);
        const [edge] = path.edges;
        if (party !== controller)
          recipients.add(`${party} (${edge!.edge === 'granted' ? 'permitted' : 'stores it'})`, events);
        if (edge!.edge !== 'granted') continue;
        for (const position of edge!.events) {
          const fact = view.fact(position);
          if (fact === undefined || !isFact(fact, 'AccessGranted') || fact.data.purpose === undefined)
            continue;
          const { purpose, basis } = fact.data;
          purposes.add(basis === undefined ? purpose : `${purpose} (${basis})`, [position]);
        }
      }
    }
  }
  for (const { position, time, data } of view.factsOf('accesses', 'all', 'AccessObserved')) {
    const isOf =
      data.dataset === dataset &&
      isPopulation(data.scope) &&
      data.scope.population === population &&
      overlaps(during, { from: time, to: time + 1 });
    if (isOf && data.party !== controller) recipients.add(`${data.party} (accessed it)`, [position]);
  }
  return { recipients, purposes };
};

/** The countries that held the data, and those of them outside the people's jurisdiction. */
const countriesOf = (
  descriptions: Descriptions,
  { holdings }: Activity,
  jurisdiction: string | undefined,
  { during }: ReportQuestion,
): { readonly all: ProvenValues; readonly third: ProvenValues } => {
  const [all, third] = [new ProvenValues(), new ProvenValues()];
  const own =
    jurisdiction === undefined
      ? []
      : economicAreaCodes.includes(jurisdiction)
        ? economicAreaCodes
        : [jurisdiction];
  for (const { holding, presences } of holdings) {
    for (const presence of presences) {
      if (!overlaps(presence, during)) continue;
      const described = valueAt(descriptions.site(holding.site), Math.max(presence.from, during.from));
      const country = described?.description.country;
      const events = [...presence.opened, ...(described?.events ?? [])];
      all.add(country ?? `not known (site ${holding.site})`, events);
      if (country === undefined || !own.includes(country))
        third.add(country ?? `not known (site ${holding.site})`, events);
    }
  }
  return { all, third };
};

/** How long the data is kept, as far as backups say. */
const limitsOf = ({ holdings }: Activity, { during }: ReportQuestion): ProvenValues => {
  const limits = new ProvenValues();
  for (const { holding, presences, expires } of holdings) {
    if (holding.backup === null || expires === never) continue;
    for (const presence of presences)
      if (overlaps(presence, during))
        limits.add(`backup ${holding.backup}: until ${formatInstant(expires)}`, presence.opened);
  }
  return limits;
};

/** The record of Article 30 (1): (a) to (g), by dataset and population. */
export const processingTable = (view: View, question: ReportQuestion): ReportTable => {
  const descriptions = new Descriptions(view);
  const { at } = question;
  return {
    title: 'Record of processing activities',
    basis: 'GDPR, Article 30 (1)',
    says: [
      'One row for each dataset and population whose data was held in the period. Controllers, categories and jurisdictions are those registered at the time of the question.',
      'Purposes come from grants. Recipients are parties other than the controller that stored the data, were granted access, or were observed to access it. Other parties could reach it through these.',
      'Time limits are known only for backups. The ledger does not have the safeguards of transfers or the security measures.',
    ],
    columns: {
      controller: 'Controller (a)',
      dataset: 'Processing of',
      purposes: 'Purposes (b)',
      subjects: 'Categories of data subjects (c)',
      categories: 'Categories of personal data (c)',
      recipients: 'Recipients (d)',
      countries: 'Countries in which it is kept',
      third: 'Third countries (e)',
      safeguards: 'Safeguards (e)',
      limits: 'Time limits for erasure (f)',
      security: 'Security measures (g)',
    },
    rows: activitiesIn(view, question).map((activity) => {
      const { dataset, population } = activity;
      const described = valueAt(descriptions.dataset(dataset), at);
      const controller = described?.description.controller;
      const people = population === null ? undefined : valueAt(descriptions.population(population), at);
      const jurisdiction = people?.description.jurisdiction;
      const { recipients, purposes } = recipientsOf(view, activity, controller, question);
      const countries = countriesOf(descriptions, activity, jurisdiction, question);
      const limits = limitsOf(activity, question);
      const categories = [...(described?.description.categories ?? [])];
      return [
        cellOf(view, controller ?? null, described?.events),
        cellOf(view, dataset, described?.events),
        cellOf(view, listed(purposes.values), purposes.events),
        cellOf(
          view,
          population === null
            ? 'people in no population'
            : `${people?.description.name ?? population}, jurisdiction ${jurisdiction ?? 'not known'}`,
          people?.events,
        ),
        cellOf(view, listed(categories), described?.events),
        cellOf(view, listed(recipients.values) ?? 'none known', recipients.events),
        cellOf(view, listed(countries.all.values), countries.all.events),
        cellOf(view, listed(countries.third.values) ?? 'none', countries.third.events),
        countries.third.values.size === 0 ? cellOf(view, 'not needed: no third country') : unknownCell,
        cellOf(view, listed(limits.values), limits.events),
        unknownCell,
      ];
    }),
  };
};
