/** Rows of the log of reads. */
import * as t from 'io-ts';
import { exact, nullable } from '../../domain/events/codec.ts';
import { Time } from './fields.ts';

/** One question about a person. `reader` is the name of the key; null while there are no keys. */
export const ReadRow = exact(
  'Read',
  { at: Time, reader: nullable(t.string), subject: t.string, question: t.string },
  {},
);
export type ReadRow = t.TypeOf<typeof ReadRow>;
