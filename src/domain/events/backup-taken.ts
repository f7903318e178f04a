import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { DateTimeOrDate } from './scalars.ts';
import { Scope } from './scope.ts';

/** A frozen copy was taken; `from` and `to` may be the same site (R11). Past `expires` it is overdue (R7). */
export const BackupTaken = exact(
  'BackupTaken',
  { backup: Identifier, dataset: Identifier, scope: Scope, from: Identifier, to: Identifier },
  { expires: DateTimeOrDate },
);
export type BackupTaken = TypeOf<typeof BackupTaken>;
