import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { Identifier } from './identifier.ts';

/** The subject's data was deleted from every live holding, of the dataset if one is named (R9). */
export const SubjectErased = exact('SubjectErased', { subject: Identifier }, { dataset: Identifier });
export type SubjectErased = TypeOf<typeof SubjectErased>;
