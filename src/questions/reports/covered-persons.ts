/**
 * The record of restricted transactions under 28 CFR 202.1101 (b), as far as the ledger knows it. One row for each
 * interval in which a covered person (202.211) could reach data of people under US jurisdiction.
 */
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import type { Finding } from '../../domain/policy/finding.ts';
import type { PolicyVersion } from '../../domain/policy/policy-versions.ts';
import { coveredPersonsRule, sensitiveCategories } from '../../domain/policy/templates.ts';
import { isFact } from '../../domain/recording/facts.ts';
import { beginning, formatBound, never } from '../../domain/time/instant.ts';
import { overlaps } from '../../domain/time/interval.ts';
import { valueAt } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import { findingsOfVersions } from '../findings.ts';
import { reachIndexOf } from '../reach.ts';
import type { View } from '../view.ts';
import { cellOf, listed, type ReportQuestion, type ReportTable, unknownCell } from './report.ts';

/** The rule that identifies covered persons, in force at all times, over data of every category. */
const everyReach: PolicyVersion = {
  policy: '28-cfr-202',
  version: 1,
  title: '28 CFR part 202',
  authority: '28 CFR part 202',
  cedar: coveredPersonsRule,
  effectiveFrom: beginning,
  effectiveUntil: never,
  adoptedBy: null,
  inForce: [{ from: beginning, to: never, opened: [], closed: [] }],
};

/** The purpose, basis and evidence of the permissions on the path. */
const permissionsOn = (view: View, { path }: Finding) => {
  const purposes = new Set<string>();
  const agreements = new Set<string>();
  const [forPurposes, forAgreements] = [new Set<number>(), new Set<number>()];
  for (const edge of path) {
    for (const position of edge.events) {
      const fact = view.fact(position);
      const evidence = view.recorded(position)?.event.evidence;
      if (evidence !== undefined) {
        agreements.add(evidence);
        forAgreements.add(position);
      }
      if (fact === undefined || !isFact(fact, 'AccessGranted')) continue;
      if (fact.data.purpose !== undefined) {
        purposes.add(fact.data.purpose);
        forPurposes.add(position);
      }
      if (fact.data.basis !== undefined) {
        agreements.add(fact.data.basis);
        forAgreements.add(position);
      }
    }
  }
  return { purposes, agreements, forPurposes, forAgreements };
};

/** The owners of shares in the party at the instant, with their shares. */
const ownersOf = (view: View, party: string, at: number) => {
  const events = new Set<number>();
  const owners = reachIndexOf(view)
    .parties.owners(party)
    .flatMap(({ owner, held }) => {
      const now = valueAt(held, at);
      if (now === undefined) return [];
      const position = now.knownBy ?? now.unknownBy;
      if (position === null) return [];
      events.add(position);
      const fact = view.fact(position);
      const share = fact !== undefined && isFact(fact, 'ControlBegan') ? fact.data.share : undefined;
      return [`${owner} ${share === undefined ? 'an unknown share' : `${share} %`}`];
    });
  return { owners, events };
};

/** The record, by covered person, data, site and time. */
export const coveredPersonsTable = (view: View, question: ReportQuestion): ReportTable => {
  const descriptions = new Descriptions(view);
  const { during } = question;
  const found = findingsOfVersions(view, [everyReach]).filter((finding) => overlaps(finding, during));
  return {
    title: 'Record of access by covered persons to data of US persons',
    basis: '28 CFR 202.1101 (b), with 202.211, 202.249 and 202.601',
    says: [
      'One row for each interval in which a covered person could reach data of people under US jurisdiction, along one path. The letters and numbers are those of 202.1101 (b).',
      'Covered persons are parties based in a country of concern, parties owned from one at 50 percent or more, and those who work for them. People under US jurisdiction represent US persons, and any number of them counts.',
      'The regulation took effect on 8 April 2025, and this record is required since 6 October 2025. Earlier intervals are shown because they may continue. Keep the record for ten years.',
      'The ledger does not have the written policies (1) and (2), the results of audits (3), copies of agreements (7) other than the evidence in events, licenses and advisory opinions with their numbers (8) (9), or the annual certification (11).',
    ],
    columns: {
      party: 'Covered person (4) (ii)',
      country: 'Its country (4) (ii)',
      owners: 'Its direct owners (4) (ii)',
      verdict: 'Covered',
      counterparty: 'Controller of the data (4) (ii)',
      dataset: 'Data (4) (i)',
      categories: 'Types of data (4) (i)',
      sensitive: 'Of them sensitive (202.249)',
      volume: 'Volume: people at most (4) (i)',
      endUse: 'End-use (4) (iii)',
      method: 'Method of transfer (5)',
      site: 'Site, country',
      began: 'Began (6)',
      ended: 'Ended (6)',
      agreements: 'Agreements, as far as events name them (7)',
      licenses: 'Licenses, advisory opinions (8) (9)',
    },
    rows: [...found]
      .sort(
        (a, b) =>
          codeUnitOrder(a.party ?? '', b.party ?? '') ||
          codeUnitOrder(a.holding.dataset ?? '', b.holding.dataset ?? '') ||
          codeUnitOrder(a.holding.site ?? '', b.holding.site ?? '') ||
          codeUnitOrder(a.holding.backup ?? '', b.holding.backup ?? '') ||
          a.from - b.from,
      )
      .map((finding) => {
        const { party, holding, path, from, to, counts, verdict, reason, events } = finding;
        const at = Math.max(from, during.from);
        const described = valueAt(descriptions.party(party ?? ''), at);
        const dataset = valueAt(descriptions.dataset(holding.dataset ?? ''), at);
        const site = valueAt(descriptions.site(holding.site ?? ''), at);
        const { owners, events: owned } = ownersOf(view, party ?? '', at);
        const { purposes, agreements, forPurposes, forAgreements } = permissionsOn(view, finding);
        const categories = dataset?.description.categories ?? [];
        const most = Math.max(
          0,
          ...counts
            .cut(during)
            .pieces()
            .map(({ value }) => value),
        );
        const onPath = path.flatMap((edge) => edge.events);
        const where = `${holding.site}, ${site?.description.country ?? 'country not known'}`;
        return [
          cellOf(view, party, described?.events),
          cellOf(view, described?.description.country ?? null, described?.events),
          cellOf(view, listed(owners), owned),
          cellOf(
            view,
            verdict === 'violated'
              ? (reason ?? 'yes')
              : `could not be judged: ${reason ?? 'something is unknown'}`,
            events,
          ),
          cellOf(view, dataset?.description.controller ?? null, dataset?.events),
          cellOf(view, holding.dataset, dataset?.events),
          cellOf(view, listed(categories), dataset?.events),
          cellOf(
            view,
            categories.length === 0
              ? null
              : (listed(categories.filter((each) => sensitiveCategories.includes(each))) ?? 'none'),
            dataset?.events,
          ),
          cellOf(view, String(most), events),
          cellOf(view, listed(purposes), forPurposes),
          cellOf(view, path.map(({ edge, to: of }) => `${edge} ${of}`).join(', '), onPath),
          cellOf(view, holding.backup === null ? where : `${where}, backup ${holding.backup}`, site?.events),
          cellOf(view, formatBound(from) ?? 'before the earliest known event', events),
          cellOf(view, formatBound(to) ?? 'still so', events),
          cellOf(view, listed(agreements), forAgreements),
          unknownCell,
        ];
      }),
  };
};
