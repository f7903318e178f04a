/** Labels are cached until an event changes them, up to a limit. */
import { describe, expect, test } from 'vitest';
import type { DataClass } from '../../../src/domain/reach/data-class.ts';
import { LabelCache } from '../../../src/projections/reach/label-cache.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { told } from '../../support/told.ts';

const at = (site: string): DataClass => ({
  dataset: 'd',
  site,
  backup: null,
  populations: [],
  subject: null,
});
const facts = told(
  ['2019-01-01', 'SiteTransferred', { site: 'virginia', operator: 'tiktok' }],
  ['2019-01-01', 'SiteTransferred', { site: 'dublin', operator: 'tiktok-ie' }],
  ['2019-01-01', 'ControlBegan', { controller: 'tiktok', controlled: 'tiktok-ie', basis: 'ownership' }],
);

/** A cache, and how often it computed labels of a site. */
const counting = (labelsMax?: number): { cache: LabelCache; workedOut: (site: string) => number } => {
  const { parties, grants, sites } = new ReachIndex(facts);
  const asked: string[] = [];
  const counted = (site: string): ReturnType<typeof sites> => {
    asked.push(site);
    return sites(site);
  };
  const cache = new LabelCache({ parties, grants, sites: counted }, labelsMax);
  // The operator and the owner are looked up separately.
  return { cache, workedOut: (site) => asked.filter((each) => each === site).length / 2 };
};

describe('labels are cached', () => {
  test('for the class, and separately for other kinds of edges', () => {
    const { cache, workedOut } = counting();
    expect(cache.labels(at('virginia'))).toBe(cache.labels(at('virginia')));
    cache.labels(at('virginia'), new Set(['operates']));
    expect(workedOut('virginia')).toBe(2);
  });

  test('until an edge leads to a labelled party, the site changes, or a grant over the data does', () => {
    const { cache, workedOut } = counting();
    const both = (): ReadonlyArray<number> => {
      cache.labels(at('virginia'));
      cache.labels(at('dublin'));
      return [workedOut('virginia'), workedOut('dublin')];
    };
    expect(both()).toEqual([1, 1]);
    cache.partiesChanged(['nobody']);
    expect(both()).toEqual([1, 1]);
    cache.partiesChanged(['tiktok-ie']);
    expect(both()).toEqual([1, 2]);
    cache.partiesChanged(['tiktok']);
    expect(both()).toEqual([2, 3]);
    cache.siteChanged('dublin');
    expect(both()).toEqual([2, 4]);
    cache.grantsChanged(new Set(['site virginia', 'dataset e']));
    expect(both()).toEqual([3, 4]);
  });

  test('only as many as fit: the least recently used are dropped first', () => {
    // Virginia has one label, Dublin two; each class also takes memory.
    const { cache, workedOut } = counting(5);
    cache.labels(at('virginia'));
    cache.labels(at('dublin'));
    cache.labels(at('virginia'));
    cache.labels(at('nowhere'));
    cache.labels(at('virginia'));
    cache.labels(at('dublin'));
    expect([workedOut('virginia'), workedOut('dublin'), workedOut('nowhere')]).toEqual([1, 2, 1]);
  });
});
