/**
 * The parameters of an import.
 */
import { instant, word } from './parameter.ts';
import { type ParametersOf, question } from './question.ts';

/** The parameters of an import. */
export const ImportQuestion = question({
  /** The instant of which a snapshot tells. */
  at: instant(
    'The instant of which the records tell, for kinds that are snapshots and for rows without a time.',
  ),
  /** Records nothing. */
  dryRun: word(['true', 'false'])(
    'true: records nothing, and answers the first events and each record that would be refused.',
  ),
});
export type ImportQuestion = ParametersOf<typeof ImportQuestion>;
