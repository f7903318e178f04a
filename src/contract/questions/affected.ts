/** Questions about the people whose data a party could reach or accessed. */
import { edges, text, yesOrNo } from './parameter.ts';
import { type ParametersOf, questionOverPeriod } from './question.ts';

/** Everybody whose data a party could reach at `validAt` or in a period, or accessed. */
export const AffectedQuestion = questionOverPeriod(
  {
    site: text('Only data at this site.'),
    dataset: text('Only data of this dataset.'),
    /** The kinds of edges that paths may use, separated by commas. */
    via: edges('The kinds of edges that paths may use, separated by commas.'),
    /** Only people whose data it accessed, whether or not a path is known. */
    observed: yesOrNo('true: only people whose data it was observed to access, along any path.'),
  },
  ({ observed, via }) =>
    observed === true && via !== undefined
      ? [{ pointer: '/via', message: 'cannot be combined with observed=true, which uses no paths' }]
      : [],
);
export type AffectedQuestion = ParametersOf<typeof AffectedQuestion>;
