/**
 * What an event of each type does to the projections, besides being found under its topics.
 */
import type { EventType } from '../domain/events/catalogue.ts';
import type { NameKind } from './topics.ts';

/** Enrolments in a population. */
export const isEnrolment = (type: EventType): boolean =>
  type === 'SubjectEnrolled' || type === 'SubjectsEnrolled';

/** Corrections are about another event, and so are applied in log order. */
export const isCorrectionType = (type: EventType): boolean =>
  type === 'EventRetracted' || type === 'EventCorrected';

/** Events that move data from one site to another, or may. */
export const movements: ReadonlySet<EventType> = new Set<EventType>([
  'DataMoved',
  'DataCopied',
  'BackupTaken',
  'BackupMoved',
  'BackupRestored',
]);
/** Events that can change where a subject's data is, other than its enrolment. */
export const stirring: ReadonlySet<EventType> = new Set<EventType>([
  'DataPlaced',
  'DataCopied',
  'DataMoved',
  'DataDeleted',
  'SubjectErased',
  'BackupTaken',
]);
/** Events whose fit depends on what came before them; registrations and graph events are judged whole. */
export const fitMatters: ReadonlySet<EventType> = new Set<EventType>([
  'DataMoved',
  'DataCopied',
  'DataDeleted',
  'BackupTaken',
  'BackupMoved',
  'BackupRestored',
  'BackupDestroyed',
  'AccessRevoked',
  'MembershipBegan',
  'MembershipEnded',
  'ControlBegan',
  'ControlEnded',
  'PolicyAdopted',
  'PolicySuspended',
  'PolicyReinstated',
  'PolicyWithdrawn',
  'EventRetracted',
  'EventCorrected',
]);
/** What registrations register; the name is in the field of that kind. */
export const registrations: Readonly<Partial<Record<EventType, NameKind>>> = {
  SiteRegistered: 'site',
  PartyRegistered: 'party',
  PopulationRegistered: 'population',
  DatasetRegistered: 'dataset',
  PolicyAdopted: 'policy',
};
