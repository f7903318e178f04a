import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';
import { DateTimeOrDate, lineOf } from './scalars.ts';
import { CedarText } from './words.ts';

/** A policy in Cedar was adopted; adopting an id again makes its next version (R17, R18). */
export const PolicyAdopted = exact(
  'PolicyAdopted',
  { policy: Identifier, title: lineOf('a title'), cedar: CedarText, effectiveFrom: DateTimeOrDate },
  { authority: lineOf('an authority'), effectiveUntil: DateTimeOrDate },
);
export type PolicyAdopted = TypeOf<typeof PolicyAdopted>;
