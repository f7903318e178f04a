import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { CountryCode } from './countries.ts';
import { Identifier } from './identifier.ts';
import { lineOf } from './scalars.ts';
import { PartyKind } from './words.ts';

/** An organisation, a team, a person or a service is described (R5). */
export const PartyRegistered = exact(
  'PartyRegistered',
  { party: Identifier, kind: PartyKind, name: lineOf('a name') },
  { country: CountryCode },
);
export type PartyRegistered = TypeOf<typeof PartyRegistered>;
