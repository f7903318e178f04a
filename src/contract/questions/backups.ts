/**
 * Questions about backups (R7, R11).
 */
import { text, word } from './parameter.ts';
import { type ParametersOf, questionWith } from './question.ts';

/** The backups to find: those that match every given field. */
export const BackupsQuestion = questionWith({
  state: word(['held', 'overdue', 'destroyed'])(
    'The state at validAt: held (including overdue ones), overdue, or destroyed.',
  ),
  site: text('Only backups that are at this site at validAt.'),
  dataset: text('Only backups of this dataset.'),
  population: text('Only backups of this population.'),
});
export type BackupsQuestion = ParametersOf<typeof BackupsQuestion>;
