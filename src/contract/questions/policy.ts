/**
 * Questions about findings (R17 to R20).
 */
import { position, text, version, yesOrNo } from './parameter.ts';
import { type ParametersOf, questionWith } from './question.ts';

/** The findings to find. */
export const FindingsQuestion = questionWith({
  policy: text('Only findings of this policy.'),
  version: version('Only findings of this version of the policy.'),
  rule: text('Only findings of the rules with this id.'),
  site: text('Only findings about holdings at this site.'),
  party: text('Only findings about this party’s reach.'),
  dataset: text('Only findings about holdings of this dataset.'),
  population: text('Only findings about people in this population, or about its holdings and backups.'),
  backup: text('Only findings about this backup.'),
  /** Only findings that hold at `validAt`. */
  open: yesOrNo('true: only findings that hold at validAt.'),
});
export type FindingsQuestion = ParametersOf<typeof FindingsQuestion>;

/** How another version, or what was learned since, changes the findings. */
export const DifferenceQuestion = questionWith({
  policy: text('The policy whose versions to compare, or the only policy to compare.'),
  fromVersion: version('The earlier version.'),
  toVersion: version('The later version.'),
  fromPosition: position('As known at this position, instead of two versions.'),
  toPosition: position('Compared with what was known at this position.'),
});
export type DifferenceQuestion = ParametersOf<typeof DifferenceQuestion>;
