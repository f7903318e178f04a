import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The backup is at another site from now on (R11). */
export const BackupMoved = exact('BackupMoved', { backup: Identifier, to: Identifier }, {});
export type BackupMoved = TypeOf<typeof BackupMoved>;
