/** The types of answers' rows and of events, for code that shows them. */

export type { BackupRow } from '../contract/rows/backups.ts';
export type { DiscrepancyRow, EventDetail, TrailRow, WireEvent } from '../contract/rows/events.ts';
export type { MerkleLogRow } from '../contract/rows/integrity.ts';
export type { Lineage, TransferRow } from '../contract/rows/movements.ts';
export type { Affected, PersonRow } from '../contract/rows/people.ts';
export type { PersonFile, RecipientRow } from '../contract/rows/person.ts';
export type { FindingDetail, FindingRow, PolicyRow, WireDifference } from '../contract/rows/policy.ts';
export type {
  PartyReachRow,
  ReachRow,
  SimulatedReachRow,
  WireCut,
  WirePartyCut,
  WirePathEdge,
} from '../contract/rows/reach.ts';
export type { ReadRow } from '../contract/rows/reads.ts';
export type { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../contract/rows/registry.ts';
export type { Report, ReportCell, ReportName } from '../contract/rows/reports.ts';
export type { HistoryRow, HoldingStayRow, ResidencyRow, SiteHoldingRow } from '../contract/rows/residency.ts';
export { type EventDataJson, type EventType, eventTypes } from '../domain/events/catalogue.ts';
