/**
 * Rows of backups: where each was held, of how many people, and the events that took, moved and destroyed it (R7,
 * R11).
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { Assurance } from '../../domain/events/words.ts';
import { Time, WirePosition } from './fields.ts';

/** The state of a backup at an instant. */
export const BackupState = oneOf('the state of a backup', ['held', 'overdue', 'destroyed', 'not-taken']);
export type BackupState = t.TypeOf<typeof BackupState>;

/** One uninterrupted stay of a backup at a site. */
const BackupStay = exact(
  'BackupStay',
  {
    site: t.string,
    country: nullable(t.string),
    operator: nullable(t.string),
    from: Time,
    to: nullable(Time),
    events: list(WirePosition),
  },
  {},
);

/** The destruction of a backup. The event is the proof, with its assurance; `events` includes its corrections. */
const Destruction = exact(
  'BackupDestruction',
  {
    at: Time,
    source: t.string,
    assurance: Assurance,
    evidence: nullable(t.string),
    events: list(WirePosition),
  },
  {},
);

/**
 * A backup. `state`, `site`, `country` and `operator` are those at `validAt`; other fields are over all time.
 * `population` or `subject` is the scope that it was taken of, and `subjects` the number of people in the frozen
 * backup. It is `overdue` while it is held past `expires`, and held until an event destroys it.
 */
export const BackupRow = exact(
  'BackupRow',
  {
    backup: t.string,
    dataset: t.string,
    population: nullable(t.string),
    subject: nullable(t.string),
    state: BackupState,
    site: nullable(t.string),
    country: nullable(t.string),
    operator: nullable(t.string),
    takenFrom: t.string,
    takenAt: Time,
    expires: nullable(Time),
    subjects: t.number,
    sites: list(BackupStay),
    restored: list(exact('BackupRestoration', { to: t.string, at: Time, events: list(WirePosition) }, {})),
    assurance: Assurance,
    events: list(WirePosition),
    destroyed: nullable(Destruction),
  },
  {},
);
export type BackupRow = t.TypeOf<typeof BackupRow>;
