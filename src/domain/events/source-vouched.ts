import type { TypeOf } from 'io-ts';
import { exact, numberWithin } from './codec.ts';
import { DateTimeOrDate } from './scalars.ts';

/** The most days between two vouches that a source can promise: ten years. */
const everyDaysMax = 3_650;

/**
 * The event's source has reported everything up to an instant (R22). `every` is in days: the source vouches at least
 * this often; if it is absent, the previous promise stays.
 */
export const SourceVouched = exact(
  'SourceVouched',
  { upTo: DateTimeOrDate },
  {
    every: numberWithin(
      `a number of days from 0.01 to ${everyDaysMax}: how often the source vouches`,
      0.01,
      everyDaysMax,
    ),
  },
);
export type SourceVouched = TypeOf<typeof SourceVouched>;
