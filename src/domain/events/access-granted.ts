import type { TypeOf } from 'io-ts';
import { exact, listOf } from './codec.ts';
import { Identifier } from './identifier.ts';
import { DateTimeOrDate, lineOf } from './scalars.ts';
import { Over } from './scope.ts';
import { GrantedAction } from './words.ts';

/** A permission was given to a party (R14). */
export const AccessGranted = exact(
  'AccessGranted',
  {
    grant: Identifier,
    party: Identifier,
    over: Over,
    actions: listOf('1 to 4 actions', GrantedAction, 1, 4),
  },
  { purpose: lineOf('a purpose'), basis: lineOf('a basis'), expires: DateTimeOrDate },
);
export type AccessGranted = TypeOf<typeof AccessGranted>;
