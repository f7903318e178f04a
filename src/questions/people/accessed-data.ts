/** Whose data an observed access concerns (R16). */
import type { FactOf } from '../../domain/recording/facts.ts';
import { populationOf } from '../../domain/residency/holding.ts';
import { contains } from '../../domain/time/interval.ts';
import type { Followed } from './everybody.ts';

/** Whether an access to the data of a population was also to data of this person. */
export const isAccessTo = (
  { residency, as, since }: Pick<Followed, 'residency' | 'as' | 'since'>,
  population: string,
  { time, data: { dataset, site } }: FactOf<'AccessObserved'>,
): boolean =>
  since <= time &&
  residency
    .presencesOf(as)
    .some(
      (presence) =>
        presence.holding.dataset === dataset &&
        (site === undefined || presence.holding.site === site) &&
        populationOf(presence.holding) === population &&
        contains(presence, time),
    );
