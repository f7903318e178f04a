/**
 * From recorded events to facts: corrections in log order (R4), weighed by assurance (R6).
 */
import { describe, expect, it } from 'vitest';
import { factsIn, on } from '../../support/told.ts';

const placed = {
  specversion: '1.0',
  id: 'placed',
  source: 'test:one',
  type: 'DataPlaced',
  time: '2020-01-01T00:00:00Z',
  data: { dataset: 'd', scope: { population: 'p' }, site: 'a' },
};

const about = (id: string, type: string, assurance: string, data: object): object => ({
  specversion: '1.0',
  id,
  source: 'test:two',
  type,
  time: '2021-01-01T00:00:00Z',
  assurance,
  data: { event: { source: 'test:one', id: 'placed' }, reason: 'a slip', ...data },
});

const moved = about('moved', 'EventCorrected', 'verified', { time: '2019-01-01T00:00:00Z' });
const elsewhere = about('elsewhere', 'EventCorrected', 'claimed', { data: { ...placed.data, site: 'b' } });
const retracted = about('retracted', 'EventRetracted', 'observed', {});

const placement = (log: ReadonlyArray<unknown>, known = {}) =>
  factsIn(log, known).find(({ type }) => type === 'DataPlaced');

describe('a corrected event', () => {
  it('keeps what a correction does not give, and takes the assurance of the last one', () => {
    expect(placement([placed, moved, elsewhere])).toMatchObject({
      position: 1,
      time: on('2019-01-01'),
      assurance: 'claimed',
      data: { site: 'b' },
      corrections: [2, 3],
    });
  });

  it('is not changed by corrections with too little assurance, nor by unknown ones', () => {
    expect(placement([placed, moved, elsewhere], { minAssurance: 'observed' })).toMatchObject({
      assurance: 'verified',
      data: { site: 'a' },
      corrections: [2],
    });
    expect(placement([placed, moved, elsewhere], { position: 2 })).toMatchObject({ corrections: [2] });
  });

  it('is left out if its resulting assurance is too low', () => {
    expect(placement([placed, elsewhere], { minAssurance: 'verified' })).toBeUndefined();
    expect(placement([placed, moved], { minAssurance: 'verified' })).toBeDefined();
  });

  it('is gone once it is retracted, whichever came first', () => {
    expect(placement([retracted, moved, placed])).toBeUndefined();
    expect(placement([placed, moved, retracted])).toBeUndefined();
  });

  it('still holds if its retraction has too little assurance', () => {
    expect(placement([placed, moved, retracted], { minAssurance: 'verified' })).toBeDefined();
  });

  it('stays unchanged if the data of a correction does not fit its type', () => {
    const unfit = about('unfit', 'EventCorrected', 'verified', { data: { dataset: 'd' } });
    expect(placement([placed, unfit])).toMatchObject({ assurance: 'observed', corrections: [] });
  });
});
