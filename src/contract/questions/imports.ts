/**
 * The parameters of an import.
 */
import { instant, word } from './parameter.ts';
import { type ParametersOf, question } from './question.ts';

/** The parameters of an import. */
export const ImportQuestion = question({
  /** The time of a snapshot. */
  at: instant('The time of records that have none, such as snapshots and rows without a time.'),
  /** Records nothing. */
  dryRun: word(['true', 'false'])(
    'true: records nothing, and returns the first events and each record that would be refused.',
  ),
});
export type ImportQuestion = ParametersOf<typeof ImportQuestion>;
