/** Sites, parties, datasets and populations. */
import type { Answer } from '../contract/answers.ts';
import { Lineage } from '../contract/rows/movements.ts';
import { PartyReachRow, WirePartyCut } from '../contract/rows/reach.ts';
import { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../contract/rows/registry.ts';
import { SiteHoldingRow } from '../contract/rows/residency.ts';
import type { Asking } from './asking.ts';
import type { HoldingQuestion, PartyReachQuestion, PeriodQuestion, Question } from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';

export const registryCalls = ({ about, rows, registry }: Asking) => ({
  sites: {
    ...registry('sites', SiteRow),
    /** What the site holds at `validAt`, of how many subjects. */
    holdings: (site: string, question?: Question, options?: RequestOptions): Rows<SiteHoldingRow> =>
      rows(SiteHoldingRow)(['sites', site, 'holdings'], question, options),
  },

  parties: {
    ...registry('parties', PartyRow),
    /** What the party could reach, of how many subjects, and along which path. */
    reach: (party: string, question?: PartyReachQuestion, options?: RequestOptions): Rows<PartyReachRow> =>
      rows(PartyReachRow)(['parties', party, 'reach'], question, options),
    /** The graph of the party's ways to holdings at `validAt`, and the smallest set of edges to close. */
    cut: (party: string, question?: HoldingQuestion, options?: RequestOptions): Reply<Answer<WirePartyCut>> =>
      about(WirePartyCut)(['parties', party, 'reach'], { ...question, explain: 'cut' }, options),
  },

  datasets: {
    ...registry('datasets', DatasetRow),
    /** The graph of its movements, copies and backups. */
    lineage: (dataset: string, question?: PeriodQuestion, options?: RequestOptions): Reply<Answer<Lineage>> =>
      about(Lineage)(['datasets', dataset, 'lineage'], question, options),
  },

  populations: registry('populations', PopulationRow),
});
