/**
 * Random tests use the same worlds on every run, so that a change is not judged by luck. `PROPERTY_SEED=random`
 * uses others, `PROPERTY_SEED=N` those of a failed run; `PROPERTY_RUNS` sets their number.
 */
import fc from 'fast-check';

const given = process.env.PROPERTY_SEED ?? '20220617';
if (given !== 'random') {
  const seed = Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error('PROPERTY_SEED: expected a whole number, or random');
  fc.configureGlobal({ seed });
}
