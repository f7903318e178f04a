/**
 * Every type of event: the codec of its data, its topic, and its traits. Names are in the same places in every type;
 * see `places.ts`. A changed meaning is a new type, never a changed one.
 */
import type { Mixed, OutputOf, TypeOf } from 'io-ts';
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
import type { RegisteredKind } from './places.ts';
import { PolicyAdopted } from './policy-adopted.ts';
import { PolicyReinstated } from './policy-reinstated.ts';
import { PolicySuspended } from './policy-suspended.ts';
import { PolicyWithdrawn } from './policy-withdrawn.ts';
import { PopulationRegistered } from './population-registered.ts';
import { SigningKeyRotated } from './signing-key-rotated.ts';
import { SiteRegistered } from './site-registered.ts';
import { SiteTransferred } from './site-transferred.ts';
import { SourceVouched } from './source-vouched.ts';
import { SubjectEnrolled } from './subject-enrolled.ts';
import { SubjectErased } from './subject-erased.ts';
import { SubjectForgotten } from './subject-forgotten.ts';
import { SubjectsEnrolled } from './subjects-enrolled.ts';

/** The topic of an event. */
export type Chapter =
  /** what a thing is: R5 */
  | 'description'
  /** where data is, and whose: R8 to R11 */
  | 'residency'
  /** who could reach it: the edges of R13 and R14 */
  | 'reach'
  /** who did access it: R16 */
  | 'access'
  /** which rules hold: R17 and R18 */
  | 'policy'
  /** up to when a source has reported everything: R22 */
  | 'coverage'
  /** who was forgotten: R21 */
  | 'people'
  /** which keys sign the log */
  | 'log'
  /** another event: R4 */
  | 'correction';

interface EventTraits {
  readonly data: Mixed;
  readonly concerns: Chapter;
  /** The kind of thing that it registers (R5): its name is in the field of that kind. */
  readonly registers?: RegisteredKind;
  /** It changes the description of a site without registering it (R5). */
  readonly transfers?: 'site';
  /** It counts whatever its assurance: it describes what exists, not what was done with data (R6). */
  readonly countsAlways?: true;
  /** It enrols subjects in a population (R8). */
  readonly enrols?: true;
  /** The ledger itself appends it: nobody may send it. */
  readonly byLedger?: true;
  /** Its source states up to when it has reported everything (R22). */
  readonly vouches?: true;
  /** It takes data from one site to another, or may. */
  readonly moves?: true;
  /** It can change where the data of the subjects it names is, other than by their enrolment (R9, R11). */
  readonly placesOwnData?: true;
  /**
   * Whether it fits depends on the events before it (R1): always, or only when it is over a backup. Registrations and
   * graph events are judged whole; whether the names in an event are registered is asked of every type.
   */
  readonly fitDepends?: 'always' | 'over-backup';
}

/** The catalogue. Its order is the order of the documentation. */
export const catalogue = {
  PartyRegistered: { data: PartyRegistered, concerns: 'reach', registers: 'party', countsAlways: true },
  MembershipBegan: { data: MembershipBegan, concerns: 'reach', fitDepends: 'always' },
  MembershipEnded: { data: MembershipEnded, concerns: 'reach', fitDepends: 'always' },
  ControlBegan: { data: ControlBegan, concerns: 'reach', fitDepends: 'always' },
  ControlEnded: { data: ControlEnded, concerns: 'reach', fitDepends: 'always' },
  SiteRegistered: { data: SiteRegistered, concerns: 'reach', registers: 'site', countsAlways: true },
  SiteTransferred: { data: SiteTransferred, concerns: 'reach', transfers: 'site', countsAlways: true },
  PopulationRegistered: {
    data: PopulationRegistered,
    concerns: 'description',
    registers: 'population',
    countsAlways: true,
  },
  SubjectEnrolled: { data: SubjectEnrolled, concerns: 'residency', enrols: true, countsAlways: true },
  SubjectsEnrolled: { data: SubjectsEnrolled, concerns: 'residency', enrols: true, countsAlways: true },
  SubjectErased: { data: SubjectErased, concerns: 'residency', placesOwnData: true },
  SubjectForgotten: { data: SubjectForgotten, concerns: 'people', countsAlways: true, byLedger: true },
  DatasetRegistered: {
    data: DatasetRegistered,
    concerns: 'description',
    registers: 'dataset',
    countsAlways: true,
  },
  DataPlaced: { data: DataPlaced, concerns: 'residency', placesOwnData: true },
  DataCopied: {
    data: DataCopied,
    concerns: 'residency',
    moves: true,
    placesOwnData: true,
    fitDepends: 'always',
  },
  DataMoved: {
    data: DataMoved,
    concerns: 'residency',
    moves: true,
    placesOwnData: true,
    fitDepends: 'always',
  },
  DataDeleted: { data: DataDeleted, concerns: 'residency', placesOwnData: true, fitDepends: 'always' },
  BackupTaken: {
    data: BackupTaken,
    concerns: 'residency',
    moves: true,
    placesOwnData: true,
    fitDepends: 'always',
  },
  BackupMoved: { data: BackupMoved, concerns: 'residency', moves: true, fitDepends: 'always' },
  BackupRestored: { data: BackupRestored, concerns: 'residency', moves: true, fitDepends: 'always' },
  BackupDestroyed: { data: BackupDestroyed, concerns: 'residency', fitDepends: 'always' },
  AccessGranted: { data: AccessGranted, concerns: 'reach', fitDepends: 'over-backup' },
  AccessRevoked: { data: AccessRevoked, concerns: 'reach', fitDepends: 'always' },
  AccessObserved: { data: AccessObserved, concerns: 'access' },
  PolicyAdopted: {
    data: PolicyAdopted,
    concerns: 'policy',
    registers: 'policy',
    countsAlways: true,
    fitDepends: 'always',
  },
  PolicySuspended: { data: PolicySuspended, concerns: 'policy', countsAlways: true, fitDepends: 'always' },
  PolicyReinstated: { data: PolicyReinstated, concerns: 'policy', countsAlways: true, fitDepends: 'always' },
  PolicyWithdrawn: { data: PolicyWithdrawn, concerns: 'policy', countsAlways: true, fitDepends: 'always' },
  SourceVouched: { data: SourceVouched, concerns: 'coverage', countsAlways: true, vouches: true },
  SigningKeyRotated: { data: SigningKeyRotated, concerns: 'log', countsAlways: true, byLedger: true },
  EventRetracted: { data: EventRetracted, concerns: 'correction', fitDepends: 'always' },
  EventCorrected: { data: EventCorrected, concerns: 'correction', fitDepends: 'always' },
} as const satisfies Readonly<Record<string, EventTraits>>;

/** The name of an event type. */
export type EventType = keyof typeof catalogue;

export const eventTypes = Object.keys(catalogue) as ReadonlyArray<EventType>;

/** The types that the ledger itself appends. */
type TypeByLedger = {
  [T in EventType]: (typeof catalogue)[T] extends { readonly byLedger: true } ? T : never;
}[EventType];
/** The types that others send. */
export type SentType = Exclude<EventType, TypeByLedger>;

/** Whether events of the type are sent by others: the ledger itself appends the rest. */
export const isSent = (type: EventType): type is SentType => traitsOf(type).byLedger !== true;

/** The data of an event of a type. */
export type EventData<T extends EventType> = TypeOf<(typeof catalogue)[T]['data']>;
/** The same as JSON. */
export type EventDataJson<T extends EventType> = OutputOf<(typeof catalogue)[T]['data']>;

/** The entry of an event type. */
export const traitsOf = (type: EventType): EventTraits => catalogue[type];

/** The event types of a chapter. */
export type TypeConcerning<C extends Chapter> = {
  [T in EventType]: (typeof catalogue)[T]['concerns'] extends C ? T : never;
}[EventType];

/** Whether events of the type have this topic. */
export const concerns = <C extends Chapter>(type: EventType, chapter: C): type is TypeConcerning<C> =>
  catalogue[type].concerns === chapter;

/** Whether events of the type are weighed by their assurance (R6). */
export const isWeighed = (type: EventType): boolean => traitsOf(type).countsAlways !== true;
