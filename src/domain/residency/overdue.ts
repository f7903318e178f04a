/**
 * Overdue backups: R7. An expiry date ends no possession; what is still held past it is overdue.
 */
import { type Instant, never } from '../time/instant.ts';
import type { BackupTaking } from './backups.ts';

/** From when on a backup that is still held is overdue; `never` for live data and for a backup without an expiry date. */
export const overdueSince = (
  backups: ReadonlyMap<string, Pick<BackupTaking, 'expires'>>,
  backup: string | null,
): Instant => (backup === null ? undefined : backups.get(backup)?.expires) ?? never;
