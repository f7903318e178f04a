import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The backup's content is live again at `to`; the backup stays (R11). */
export const BackupRestored = exact('BackupRestored', { backup: Identifier, to: Identifier }, {});
export type BackupRestored = TypeOf<typeof BackupRestored>;
