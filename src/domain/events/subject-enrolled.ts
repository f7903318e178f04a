import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A subject is in this population from now on, and in no other (R8). */
export const SubjectEnrolled = exact('SubjectEnrolled', { subject: Identifier, population: Identifier }, {});
export type SubjectEnrolled = TypeOf<typeof SubjectEnrolled>;
