/** The parameters of questions by the contract, as callers write them in code. */

import type { AffectedQuestion as AffectedCodec } from '../contract/questions/affected.ts';
import type { BackupsQuestion as BackupsCodec } from '../contract/questions/backups.ts';
import type { EvidenceQuestion as EvidenceCodec } from '../contract/questions/evidence.ts';
import type {
  DiscrepanciesQuestion as DiscrepanciesCodec,
  EventFilter as EventFilterCodec,
} from '../contract/questions/log.ts';
import type {
  DifferenceQuestion as DifferenceCodec,
  FindingsQuestion as FindingsCodec,
} from '../contract/questions/policy.ts';
import type {
  GivenFor,
  PeriodQuestion as PeriodCodec,
  PlainQuestion as PlainCodec,
} from '../contract/questions/question.ts';
import type {
  PartyReachQuestion as PartyReachCodec,
  ReachQuestion as ReachCodec,
  ReachSimulationQuestion as ReachSimulationCodec,
} from '../contract/questions/reach.ts';

/** The parameters of every question. */
export type Question = GivenFor<typeof PlainCodec>;

/** A question over time: half-open, `[from, to)`. */
export type PeriodQuestion = GivenFor<typeof PeriodCodec>;

/** A question that is always over time: at least one end of the period is given. */
export type OverPeriodQuestion = PeriodQuestion &
  (
    | { readonly from: NonNullable<PeriodQuestion['from']> }
    | { readonly to: NonNullable<PeriodQuestion['to']> }
  );

/** Who reaches what: at `validAt`, or over a period if given. */
export type ReachQuestion = Omit<GivenFor<typeof ReachCodec>, 'explain'>;

/** What a party reaches. */
export type PartyReachQuestion = Omit<GivenFor<typeof PartyReachCodec>, 'explain'>;
/** How reach would differ if some events were recorded. */
export type ReachSimulationQuestion = GivenFor<typeof ReachSimulationCodec>;

/** The holdings in question: those that match every given field. */
export type HoldingQuestion = Omit<PartyReachQuestion, 'from' | 'to'>;

/** The findings to find. */
export type FindingQuestion = GivenFor<typeof FindingsCodec>;

/** The people whose data a party could reach or accessed: at `validAt`, or over a period if given. */
export type AffectedQuestion = GivenFor<typeof AffectedCodec>;

/** The backups to find. */
export type BackupQuestion = GivenFor<typeof BackupsCodec>;

/** The events to find: those that match every given field. */
export type EventFilter = GivenFor<typeof EventFilterCodec>;

/** The discrepancies to find: those that match every given field. */
export type DiscrepanciesQuestion = GivenFor<typeof DiscrepanciesCodec>;

type Compared = GivenFor<typeof DifferenceCodec>;
type Given<K extends keyof Compared> = { readonly [N in K]-?: NonNullable<Compared[N]> };

/** What to compare: two versions of a policy, or what was known at two positions. */
export type DiffQuestion = Question &
  (
    | Given<'policy' | 'fromVersion' | 'toVersion'>
    | (Given<'fromPosition' | 'toPosition'> & Pick<Compared, 'policy'>)
  );
/** The question of an evidence bundle. */
export type EvidenceQuestion = GivenFor<typeof EvidenceCodec>;
