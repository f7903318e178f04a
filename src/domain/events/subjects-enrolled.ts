import type { TypeOf } from 'io-ts';
import { exact, listOf } from './codec.ts';
import { Identifier } from './identifier.ts';

/** Several subjects are in this population from now on, and in no other (R8). */
export const SubjectsEnrolled = exact(
  'SubjectsEnrolled',
  { subjects: listOf('1 to 10000 subjects', Identifier, 1, 10_000), population: Identifier },
  {},
);
export type SubjectsEnrolled = TypeOf<typeof SubjectsEnrolled>;
