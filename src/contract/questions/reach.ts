/**
 * Questions about who could reach data (R13 to R16).
 */
import { edges, text, word } from './parameter.ts';
import { type ParametersOf, questionOverPeriod, questionWith } from './question.ts';

/** Who could reach a subject's data. */
export const ReachQuestion = questionOverPeriod(
  {
    /** Only this party. */
    party: text('Only this party.'),
    /** The kinds of edges that paths may use, separated by commas. */
    via: edges('The kinds of edges that paths may use, separated by commas.'),
    /** `all`: other paths, too. */
    paths: word(['all', 'first'])(
      'all: every path that visits no party twice; first (default): only the shortest, as rule R15 defines it.',
    ),
    explain: word(['cut'])(
      'cut, with party: why the party cannot reach the data, or the smallest set of edges to close.',
    ),
  },
  ({ explain, party }) =>
    explain === 'cut' && party === undefined
      ? [{ pointer: '/party', message: 'is missing; explain=cut requires a party' }]
      : [],
);
export type ReachQuestion = ParametersOf<typeof ReachQuestion>;

/** What a party could reach. */
export const PartyReachQuestion = questionOverPeriod({
  explain: word(['cut'])(
    'cut: instead of the holdings, the graph of the paths to them at validAt, and the smallest set of edges to close.',
  ),
  dataset: text('With explain: holdings of this dataset.'),
  population: text('With explain: holdings of this population.'),
  site: text('With explain: holdings at this site.'),
  backup: text('With explain: this backup.'),
});
export type PartyReachQuestion = ParametersOf<typeof PartyReachQuestion>;

/** How reach would differ if some events were recorded. */
export const ReachSimulationQuestion = questionWith({
  change: word(['began', 'ended'])(
    'began (default): who would newly reach what; ended: who would reach it no more.',
  ),
});
export type ReachSimulationQuestion = ParametersOf<typeof ReachSimulationQuestion>;
