/**
 * What questions are asked with: the parameters that the contract names, as callers in code write them.
 */

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

/** What every question takes. */
export type Question = GivenFor<typeof PlainCodec>;

/** A question over time: half-open, `[from, to)`. */
export type PeriodQuestion = GivenFor<typeof PeriodCodec>;

/** A question that is always over time: at least one end of the period is given. */
export type OverPeriodQuestion = PeriodQuestion &
  (
    | { readonly from: NonNullable<PeriodQuestion['from']> }
    | { readonly to: NonNullable<PeriodQuestion['to']> }
  );

/** Who reaches what: at `validAt`, or over a period where one is given. */
export type ReachQuestion = Omit<GivenFor<typeof ReachCodec>, 'explain'>;

/** What a party reaches. */
export type PartyReachQuestion = Omit<GivenFor<typeof PartyReachCodec>, 'explain'>;
/** What would be reached otherwise if some events were recorded. */
export type ReachSimulationQuestion = GivenFor<typeof ReachSimulationCodec>;

/** Which holdings are asked about: those that match all that is given. */
export type HoldingQuestion = Omit<PartyReachQuestion, 'from' | 'to'>;

/** Which findings are asked for. */
export type FindingQuestion = GivenFor<typeof FindingsCodec>;

/** Whose data a party could reach, or did: at `validAt`, or over a period where one is given. */
export type AffectedQuestion = GivenFor<typeof AffectedCodec>;

/** Which backups are asked for. */
export type BackupQuestion = GivenFor<typeof BackupsCodec>;

/** Which events of the log are asked for: those that match all that is given. */
export type EventFilter = GivenFor<typeof EventFilterCodec>;

/** Which discrepancies are asked for: those that match all that is given. */
export type DiscrepanciesQuestion = GivenFor<typeof DiscrepanciesCodec>;

type Compared = GivenFor<typeof DifferenceCodec>;
type Given<K extends keyof Compared> = { readonly [N in K]-?: NonNullable<Compared[N]> };

/** What is compared: two versions of a policy, or what was known at two positions. */
export type DiffQuestion = Question &
  (
    | Given<'policy' | 'fromVersion' | 'toVersion'>
    | (Given<'fromPosition' | 'toPosition'> & Pick<Compared, 'policy'>)
  );
/** What an evidence bundle is asked for. */
export type EvidenceQuestion = GivenFor<typeof EvidenceCodec>;
