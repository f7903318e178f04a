/** Questions about one person's data. */
import type { Answer } from '../contract/answers.ts';
import { TrailRow } from '../contract/rows/events.ts';
import { PersonRow } from '../contract/rows/people.ts';
import { PersonFile } from '../contract/rows/person.ts';
import { FindingRow } from '../contract/rows/policy.ts';
import { ReachRow, WireCut } from '../contract/rows/reach.ts';
import { HistoryRow, ResidencyRow } from '../contract/rows/residency.ts';
import type { Asking } from './asking.ts';
import type { PeriodQuestion, Question, ReachQuestion } from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import { tell } from './transport.ts';

/** The calls about people. */
export const subjectCalls = ({ target, about, rows }: Asking) => ({
  /** Everybody, with where their data was over time. */
  list: (question?: PeriodQuestion, options?: RequestOptions): Rows<PersonRow> =>
    rows(PersonRow)(['subjects'], question, options),
  /** Everything about the person (GDPR, Article 15); `cut` names the lists with more than `limit` rows. */
  get: (subject: string, question?: Question, options?: RequestOptions): Reply<Answer<PersonFile>> =>
    about(PersonFile)(['subjects', subject], question, options),
  /** Where the data is at `validAt`. */
  residency: (subject: string, question?: Question, options?: RequestOptions): Rows<ResidencyRow> =>
    rows(ResidencyRow)(['subjects', subject, 'residency'], question, options),
  /** Where the data was, over time. */
  history: (subject: string, question?: PeriodQuestion, options?: RequestOptions): Rows<HistoryRow> =>
    rows(HistoryRow)(['subjects', subject, 'history'], question, options),
  /** Every event that affected the data or its reach, with reasons. */
  trail: (subject: string, question?: Question, options?: RequestOptions): Rows<TrailRow> =>
    rows(TrailRow)(['subjects', subject, 'trail'], question, options),
  /** Who could reach the data, and along which path. */
  reach: (subject: string, question?: ReachQuestion, options?: RequestOptions): Rows<ReachRow> =>
    rows(ReachRow)(['subjects', subject, 'reach'], question, options),
  /** Why a party cannot reach the data, or which edges to close so that it cannot. */
  cut: (
    subject: string,
    question: Question & { readonly party: string },
    options?: RequestOptions,
  ): Reply<Answer<WireCut>> =>
    about(WireCut)(['subjects', subject, 'reach'], { ...question, explain: 'cut' }, options),
  /** The findings about the data. */
  findings: (subject: string, question?: Question, options?: RequestOptions): Rows<FindingRow> =>
    rows(FindingRow)(['subjects', subject, 'findings'], question, options),
  /** Erases the person from the ledger. The history stays, about nobody. This cannot be undone. */
  erase: (subject: string, { signal }: RequestOptions = {}): Reply<void> =>
    tell(target, { method: 'DELETE', path: ['v1', 'subjects', subject], signal }),
});
