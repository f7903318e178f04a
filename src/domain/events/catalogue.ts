/**
 * Every event of the ledger: what each type's data looks like. A changed meaning is a new type, never a changed one.
 */
import type { TypeOf } from 'io-ts';
import { AccessGranted } from './access-granted.ts';
import { AccessObserved } from './access-observed.ts';
import { AccessRevoked } from './access-revoked.ts';
import { BackupDestroyed } from './backup-destroyed.ts';
import { BackupMoved } from './backup-moved.ts';
import { BackupRestored } from './backup-restored.ts';
import { BackupTaken } from './backup-taken.ts';
import { ControlBegan } from './control-began.ts';
import { ControlEnded } from './control-ended.ts';
import { DataCopied } from './data-copied.ts';
import { DataDeleted } from './data-deleted.ts';
import { DataMoved } from './data-moved.ts';
import { DataPlaced } from './data-placed.ts';
import { DatasetRegistered } from './dataset-registered.ts';
import { EventCorrected } from './event-corrected.ts';
import { EventRetracted } from './event-retracted.ts';
import { MembershipBegan } from './membership-began.ts';
import { MembershipEnded } from './membership-ended.ts';
import { PartyRegistered } from './party-registered.ts';
import { PolicyAdopted } from './policy-adopted.ts';
import { PolicyReinstated } from './policy-reinstated.ts';
import { PolicySuspended } from './policy-suspended.ts';
import { PolicyWithdrawn } from './policy-withdrawn.ts';
import { PopulationRegistered } from './population-registered.ts';
import { SiteRegistered } from './site-registered.ts';
import { SiteTransferred } from './site-transferred.ts';
import { SubjectEnrolled } from './subject-enrolled.ts';
import { SubjectErased } from './subject-erased.ts';
import { SubjectForgotten } from './subject-forgotten.ts';
import { SubjectsEnrolled } from './subjects-enrolled.ts';

/** The codec of each event type's data. */
export const eventData = {
  PartyRegistered,
  MembershipBegan,
  MembershipEnded,
  ControlBegan,
  ControlEnded,
  SiteRegistered,
  SiteTransferred,
  PopulationRegistered,
  SubjectEnrolled,
  SubjectsEnrolled,
  SubjectErased,
  SubjectForgotten,
  DatasetRegistered,
  DataPlaced,
  DataCopied,
  DataMoved,
  DataDeleted,
  BackupTaken,
  BackupMoved,
  BackupRestored,
  BackupDestroyed,
  AccessGranted,
  AccessRevoked,
  AccessObserved,
  PolicyAdopted,
  PolicySuspended,
  PolicyReinstated,
  PolicyWithdrawn,
  EventRetracted,
  EventCorrected,
} as const;

/** The name of an event type. */
export type EventType = keyof typeof eventData;

export const eventTypes = Object.keys(eventData) as ReadonlyArray<EventType>;

/** The data of an event of a type. */
export type EventData<T extends EventType> = TypeOf<(typeof eventData)[T]>;
