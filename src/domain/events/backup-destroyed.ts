import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The backup was destroyed (R11). */
export const BackupDestroyed = exact('BackupDestroyed', { backup: Identifier }, {});
export type BackupDestroyed = TypeOf<typeof BackupDestroyed>;
