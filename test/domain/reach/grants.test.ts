/**
 * R14: when grants are in force, for whom, and what they cover.
 */
import { describe, expect, test } from 'vitest';
import type { Over } from '../../../src/domain/events/scope.ts';
import { foldGrant, isGrantFact } from '../../../src/domain/reach/grants.ts';
import { reachOfSubject } from '../../../src/domain/reach/reach-of-subject.ts';
import type { Fact } from '../../../src/domain/recording/facts.ts';
import { foldResidency } from '../../../src/domain/residency/fold-residency.ts';
import { formatBound, never } from '../../../src/domain/time/instant.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { told } from '../../support/told.ts';

const grant = (more: object = {}): object => ({
  grant: 'g',
  party: 'usds',
  over: { site: 'virginia' },
  actions: ['read'],
  ...more,
});

const terms = (facts: ReadonlyArray<Fact>): ReadonlyArray<unknown> =>
  foldGrant(facts.filter(isGrantFact)).terms.map(({ party, from, to, opened, closed }) => [
    party,
    formatBound(from)?.slice(0, 10),
    formatBound(to)?.slice(0, 10),
    opened,
    closed,
  ]);
const discrepancies = (facts: ReadonlyArray<Fact>): ReadonlyArray<unknown> =>
  foldGrant(facts.filter(isGrantFact)).discrepancies.map(({ position, code }) => [position, code]);

describe('a grant is in force', () => {
  test('from its time until it is revoked', () => {
    const facts = told(
      ['2020-01-01', 'AccessGranted', grant()],
      ['2021-01-01', 'AccessRevoked', { grant: 'g' }],
    );
    expect(terms(facts)).toEqual([['usds', '2020-01-01', '2021-01-01', [1], [2]]]);
  });

  test('until it expires, whatever is revoked afterwards', () => {
    const facts = told(
      ['2020-01-01', 'AccessGranted', grant({ expires: '2021-01-01' })],
      ['2022-01-01', 'AccessRevoked', { grant: 'g' }],
    );
    expect(terms(facts)).toEqual([['usds', '2020-01-01', '2021-01-01', [1], [1]]]);
    expect(discrepancies(facts)).toEqual([]);
  });

  test('never if it expires before its time', () => {
    const facts = told(['2020-01-01', 'AccessGranted', grant({ expires: '2019-01-01' })]);
    expect(terms(facts)).toEqual([]);
  });

  test('until it is granted again: the new terms replace the old ones permanently', () => {
    const facts = told(
      ['2020-01-01', 'AccessGranted', grant()],
      ['2021-01-01', 'AccessGranted', grant({ party: 'oracle', expires: '2022-01-01' })],
    );
    expect(terms(facts)).toEqual([
      ['usds', '2020-01-01', '2021-01-01', [1], [2]],
      ['oracle', '2021-01-01', '2022-01-01', [2], [2]],
    ]);
  });

  test('not after it was replaced by one that was never in force', () => {
    const facts = told(
      ['2020-01-01', 'AccessGranted', grant()],
      ['2021-01-01', 'AccessGranted', grant({ expires: '2020-06-01' })],
    );
    expect(terms(facts)).toEqual([['usds', '2020-01-01', '2021-01-01', [1], [2]]]);
  });

  test('again when it is granted again after its revocation', () => {
    const facts = told(
      ['2020-01-01', 'AccessGranted', grant()],
      ['2021-01-01', 'AccessRevoked', { grant: 'g' }],
      ['2022-01-01', 'AccessGranted', grant()],
    );
    expect(terms(facts)).toEqual([
      ['usds', '2020-01-01', '2021-01-01', [1], [2]],
      ['usds', '2022-01-01', undefined, [3], []],
    ]);
  });
});

test('a revocation of no grant, or of one revoked before, is a discrepancy', () => {
  const facts = told(
    ['2019-01-01', 'AccessRevoked', { grant: 'g' }],
    ['2020-01-01', 'AccessGranted', grant()],
    ['2021-01-01', 'AccessRevoked', { grant: 'g' }],
    ['2022-01-01', 'AccessRevoked', { grant: 'g' }],
  );
  expect(discrepancies(facts)).toEqual([
    [1, 'unknown-grant'],
    [4, 'unknown-grant'],
  ]);
});

describe('a grant covers', () => {
  /** ana left us-users for eu-users in 2021; her profile stays in Virginia with those of us-users, and in a backup. */
  const world = told(
    ['2020-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
    ['2020-01-01', 'DataPlaced', { dataset: 'profile', scope: { population: 'us-users' }, site: 'virginia' }],
    ['2020-01-01', 'DataPlaced', { dataset: 'messages', scope: { subject: 'ana' }, site: 'dublin' }],
    [
      '2020-01-01',
      'BackupTaken',
      {
        backup: 'b1',
        dataset: 'profile',
        scope: { population: 'us-users' },
        from: 'virginia',
        to: 'singapore',
      },
    ],
    ['2021-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'eu-users' }],
  );
  const residency = foldResidency(world, (subject) => subject === 'ana');
  const coveredBy = (over: Over): ReadonlyArray<unknown> => {
    const [granted] = told(['2019-01-01', 'AccessGranted', grant({ over })]);
    const reach = new ReachIndex([{ ...granted!, position: 100 }]);
    const question = { at: 0, during: { from: 0, to: never } };
    return reachOfSubject(reach, 'ana', residency, question).parties.flatMap(({ intervals }) =>
      intervals.map(({ holding, from, to }) =>
        [
          holding.backup ?? holding.dataset,
          'at',
          holding.site,
          formatBound(from)?.slice(0, 4),
          formatBound(to)?.slice(0, 4) ?? '',
        ].join(' '),
      ),
    );
  };

  test('a site: everything at it, backups too', () => {
    expect(coveredBy({ site: 'virginia' })).toEqual(['profile at virginia 2020 ']);
    expect(coveredBy({ site: 'singapore' })).toEqual(['b1 at singapore 2020 ']);
  });
  test('a dataset: every holding of it', () => {
    expect(coveredBy({ dataset: 'profile' })).toEqual(['b1 at singapore 2020 ', 'profile at virginia 2020 ']);
  });
  test('a population: its holdings, whoever is in them, and all data of its members', () => {
    expect(coveredBy({ population: 'us-users' })).toEqual([
      'messages at dublin 2020 2021',
      'b1 at singapore 2020 ',
      'profile at virginia 2020 ',
    ]);
    expect(coveredBy({ population: 'eu-users' })).toEqual([
      'messages at dublin 2021 ',
      'b1 at singapore 2021 ',
      'profile at virginia 2021 ',
    ]);
  });
  test('a population of a dataset: the same for only that dataset', () => {
    expect(coveredBy({ dataset: 'messages', scope: { population: 'us-users' } })).toEqual([
      'messages at dublin 2020 2021',
    ]);
    expect(coveredBy({ dataset: 'profile', scope: { population: 'eu-users' } })).toEqual([
      'b1 at singapore 2021 ',
      'profile at virginia 2021 ',
    ]);
  });
  test('a subject of a dataset: that data of the subject, in any holding', () => {
    expect(coveredBy({ dataset: 'profile', scope: { subject: 'ana' } })).toEqual([
      'b1 at singapore 2020 ',
      'profile at virginia 2020 ',
    ]);
    expect(coveredBy({ dataset: 'profile', scope: { subject: 'ben' } })).toEqual([]);
  });
  test('a backup: only that backup', () => {
    expect(coveredBy({ backup: 'b1' })).toEqual(['b1 at singapore 2020 ']);
    expect(coveredBy({ backup: 'b2' })).toEqual([]);
  });
});
