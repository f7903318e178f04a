import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** A person was erased from the ledger: this pseudonym now stands for nobody (R21). Appended by the ledger itself. */
export const SubjectForgotten = exact('SubjectForgotten', { subject: Identifier }, {});
export type SubjectForgotten = TypeOf<typeof SubjectForgotten>;
