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
    /** Kinds of edges that paths may be made of, with commas between. */
    via: edges('Kinds of edges that paths may be made of, with commas between.'),
    /** Those whose data it did access, whether or not a path to it is known. */
    observed: yesOrNo('true: those whose data it was observed to access, on whatever path.'),
  },
  ({ observed, via }) =>
    observed === true && via !== undefined
      ? [{ pointer: '/via', message: 'is given together with observed=true, which asks for no path' }]
      : [],
);
export type AffectedQuestion = ParametersOf<typeof AffectedQuestion>;
