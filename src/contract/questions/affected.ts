/**
 * Questions about everybody whose data a party could reach, or did.
 */
import { edges, text, yesOrNo } from './parameter.ts';
import { type ParametersOf, questionOverPeriod } from './question.ts';

/** Everybody whose data a party could reach at `validAt` or in a period; or did access. */
export const AffectedQuestion = questionOverPeriod(
  {
    site: text('Only data at this site.'),
    dataset: text('Only data of this dataset.'),
    /** The kinds of edges that paths may use, separated by commas. */
    via: edges('The kinds of edges that paths may use, separated by commas.'),
    /** Those whose data it did access, whether or not a path to it is known. */
    observed: yesOrNo('true: only people whose data it was observed to access, along any path.'),
  },
  ({ observed, via }) =>
    observed === true && via !== undefined
      ? [{ pointer: '/via', message: 'cannot be combined with observed=true, which uses no paths' }]
      : [],
);
export type AffectedQuestion = ParametersOf<typeof AffectedQuestion>;
