import type { TypeOf } from 'io-ts';
import { exact, Identifier } from './codec.ts';

/** The backup is no more (R11). */
export const BackupDestroyed = exact('BackupDestroyed', { backup: Identifier }, {});
export type BackupDestroyed = TypeOf<typeof BackupDestroyed>;
