/** Sites, parties, datasets, populations and backups. */
import type { Answer } from '../contract/answers.ts';
import { BackupRow } from '../contract/rows/backups.ts';
import { Lineage } from '../contract/rows/movements.ts';
import { Affected } from '../contract/rows/people.ts';
import { PartyReachRow, WirePartyCut } from '../contract/rows/reach.ts';
import { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../contract/rows/registry.ts';
import { HoldingStayRow, SiteHoldingRow } from '../contract/rows/residency.ts';
import type { Asking } from './asking.ts';
import type {
  AffectedQuestion,
  BackupQuestion,
  HoldingQuestion,
  OverPeriodQuestion,
  PartyReachQuestion,
  PeriodQuestion,
  Question,
} from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import { askText, type Query } from './transport.ts';

/** The calls about sites, parties, datasets, populations and backups. */
export const registryCalls = ({ target, about, rows, registry }: Asking) => ({
  sites: {
    ...registry('sites', SiteRow),
    /** What the site holds at `validAt`, of how many subjects. */
    holdings: (site: string, question?: Question, options?: RequestOptions): Rows<SiteHoldingRow> =>
      rows(SiteHoldingRow)(['sites', site, 'holdings'], question, options),
    /** What it held over a period: every stay that overlaps the period, not cut to it. */
    stays: (site: string, question: OverPeriodQuestion, options?: RequestOptions): Rows<HoldingStayRow> =>
      rows(HoldingStayRow)(['sites', site, 'holdings'], question, options),
  },

  parties: {
    ...registry('parties', PartyRow),
    /** What the party could reach, of how many subjects, and along which path. */
    reach: (party: string, question?: PartyReachQuestion, options?: RequestOptions): Rows<PartyReachRow> =>
      rows(PartyReachRow)(['parties', party, 'reach'], question, options),
    /** Everybody whose data it could reach or accessed: counts with each person once, and a page of people. */
    affected: (
      party: string,
      question?: AffectedQuestion,
      options?: RequestOptions,
    ): Reply<Answer<Affected>> => about(Affected)(['parties', party, 'affected'], question, options),
    /** All these people as CSV, with one line per interval. */
    affectedCsv: (
      party: string,
      question: AffectedQuestion = {},
      { signal }: RequestOptions = {},
    ): Reply<string> =>
      askText(target, {
        path: ['v1', 'parties', party, 'affected'],
        query: question as Query,
        accept: 'text/csv',
        signal,
      }),
    /** The graph of the party's paths to holdings at `validAt`, and the smallest set of edges to close. */
    cut: (party: string, question?: HoldingQuestion, options?: RequestOptions): Reply<Answer<WirePartyCut>> =>
      about(WirePartyCut)(['parties', party, 'reach'], { ...question, explain: 'cut' }, options),
  },

  datasets: {
    ...registry('datasets', DatasetRow),
    /** Where it is held at `validAt`, or over a period: every stay that overlaps it, not cut to it. */
    stays: (dataset: string, question?: PeriodQuestion, options?: RequestOptions): Rows<HoldingStayRow> =>
      rows(HoldingStayRow)(['datasets', dataset, 'holdings'], question, options),
    /** The graph of its movements, copies and backups. */
    lineage: (dataset: string, question?: PeriodQuestion, options?: RequestOptions): Reply<Answer<Lineage>> =>
      about(Lineage)(['datasets', dataset, 'lineage'], question, options),
  },

  populations: registry('populations', PopulationRow),

  backups: {
    /** Backups in the order in which they became known: held, overdue or destroyed, with the events. */
    list: (question?: BackupQuestion, options?: RequestOptions): Rows<BackupRow> =>
      rows(BackupRow)(['backups'], question, options),
    get: (backup: string, question?: Question, options?: RequestOptions): Reply<Answer<BackupRow>> =>
      about(BackupRow)(['backups', backup], question, options),
  },
});
