/**
 * Random tests draw the same worlds on every run, so that a change is judged by itself and not by luck.
 * `PROPERTY_SEED=random` draws others, `PROPERTY_SEED=N` those of a run that failed; `PROPERTY_RUNS` says how many.
 */
import fc from 'fast-check';

const given = process.env.PROPERTY_SEED ?? '20220617';
if (given !== 'random') {
  const seed = Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error('PROPERTY_SEED: expected a whole number, or random');
  fc.configureGlobal({ seed });
}
