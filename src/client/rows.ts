/**
 * The rows of answers and the types of events, by name, for those who show them.
 */

export type {
  DatasetRow,
  DiscrepancyRow,
  EventDetail,
  FindingRow,
  HistoryRow,
  PartyReachRow,
  PartyRow,
  PolicyRow,
  PopulationRow,
  ReachRow,
  ReadRow,
  ResidencyRow,
  SiteHoldingRow,
  SiteRow,
  TrailRow,
  TransferRow,
  WireCut,
  WireDifference,
  WireEvent,
  WirePartyCut,
  WirePathEdge,
} from '../contract/rows.ts';
export { type EventType, eventTypes } from '../domain/events/event-data.ts';
