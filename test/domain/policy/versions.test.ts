import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/domain/policy/compiled-policy.ts';
import { policiesOf, versionInForce } from '../../../src/domain/policy/policy-versions.ts';
import { proposedVersion } from '../../../src/domain/policy/proposed-version.ts';
import { day, dayOf, type Entry, factsOf, ledgerOf, workedExample } from '../../support/policy-case.ts';

const cedar = 'forbid(principal, action == Action::"store", resource);';
const adopted = (date: string, effectiveFrom: string, effectiveUntil?: string): Entry => [
  date,
  'PolicyAdopted',
  {
    policy: 'p',
    title: 'A policy',
    cedar,
    effectiveFrom,
    ...(effectiveUntil === undefined ? {} : { effectiveUntil }),
  },
];
const suspended = (date: string, policy = 'p'): Entry => [date, 'PolicySuspended', { policy }];
const reinstated = (date: string, policy = 'p'): Entry => [date, 'PolicyReinstated', { policy }];
const withdrawn = (date: string, policy = 'p'): Entry => [date, 'PolicyWithdrawn', { policy }];

/** By version: its days in force, and the events that began and ended each interval. */
const forces = (...entries: ReadonlyArray<Entry>) =>
  policiesOf(factsOf(entries))
    .versions.filter(({ policy }) => policy === 'p')
    .map(({ inForce }) =>
      inForce.map(({ from, to, opened, closed }) => `${dayOf(from)} to ${dayOf(to)}, ${opened} to ${closed}`),
    );

const discrepancies = (...entries: ReadonlyArray<Entry>) =>
  policiesOf(factsOf(entries)).discrepancies.map(({ position, code }) => `${position} ${code}`);

describe('a version counts while effective and neither suspended nor withdrawn', () => {
  it('counts in its effective interval, whenever it was adopted', () => {
    expect(forces(adopted('2022-01-01', '2020-01-01', '2021-01-01'))).toEqual([
      ['2020-01-01 to 2021-01-01, 1 to '],
    ]);
    expect(forces(adopted('2022-01-01', '2024-01-01'))).toEqual([['2024-01-01 to null, 1 to ']]);
  });

  it('does not count while suspended', () => {
    expect(
      forces(adopted('2020-01-01', '2020-01-01'), suspended('2021-01-01'), reinstated('2022-01-01')),
    ).toEqual([['2020-01-01 to 2021-01-01, 1 to 2', '2022-01-01 to null, 1,3 to ']]);
    expect(forces(adopted('2020-01-01', '2020-01-01'), suspended('2021-01-01'))).toEqual([
      ['2020-01-01 to 2021-01-01, 1 to 2'],
    ]);
  });

  it('does not begin to count before the end of a suspension in which it takes effect', () => {
    expect(
      forces(adopted('2020-01-01', '2021-06-01'), suspended('2021-01-01'), reinstated('2022-01-01')),
    ).toEqual([['2022-01-01 to null, 1,3 to ']]);
  });

  it('does not count from its withdrawal on, reinstated or not', () => {
    expect(
      forces(
        adopted('2020-01-01', '2020-01-01'),
        suspended('2020-06-01'),
        withdrawn('2021-01-01'),
        reinstated('2022-01-01'),
      ),
    ).toEqual([['2020-01-01 to 2020-06-01, 1 to 2']]);
    expect(forces(adopted('2020-01-01', '2020-01-01'), withdrawn('2021-01-01'))).toEqual([
      ['2020-01-01 to 2021-01-01, 1 to 2'],
    ]);
  });

  it('never counts if withdrawn before it takes effect, or if it is over before that', () => {
    expect(forces(adopted('2020-01-01', '2022-01-01'), withdrawn('2021-01-01'))).toEqual([[]]);
    expect(forces(adopted('2020-01-01', '2022-01-01', '2021-01-01'))).toEqual([[]]);
    expect(discrepancies(adopted('2020-01-01', '2022-01-01', '2021-01-01'))).toEqual([
      '1 policy-never-effective',
    ]);
  });

  it('is not interrupted by a suspension of no length', () => {
    expect(
      forces(adopted('2020-01-01', '2020-01-01'), suspended('2021-01-01'), reinstated('2021-01-01')),
    ).toEqual([['2020-01-01 to null, 1 to ']]);
  });
});

describe('versions are independent', () => {
  it('lets an older version continue to count beside a newer one', () => {
    expect(forces(adopted('2020-01-01', '2020-01-01'), adopted('2022-01-01', '2021-01-01'))).toEqual([
      ['2020-01-01 to null, 1 to '],
      ['2021-01-01 to null, 2 to '],
    ]);
  });

  it('suspends all of them, and withdraws the existing ones', () => {
    expect(
      forces(
        adopted('2020-01-01', '2020-01-01'),
        withdrawn('2021-01-01'),
        adopted('2022-01-01', '2019-01-01'),
        suspended('2023-01-01'),
      ),
    ).toEqual([['2020-01-01 to 2021-01-01, 1 to 2'], ['2019-01-01 to 2023-01-01, 3 to 4']]);
  });

  it('numbers them in the order of adoption by valid time, not in log order', () => {
    const versions = policiesOf(
      factsOf([adopted('2022-01-01', '2022-01-01'), adopted('2020-01-01', '2020-01-01')]),
    ).versions;
    expect(
      versions.filter(({ policy }) => policy === 'p').map(({ version, adoptedBy }) => [version, adoptedBy]),
    ).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('never changes the findings of an older one', () => {
    const before = ledgerOf([...workedExample, adopted('2022-01-01', '2020-01-01')]).findings;
    const after = ledgerOf([
      ...workedExample,
      adopted('2022-01-01', '2020-01-01'),
      adopted('2023-01-01', '2020-06-01', '2021-01-01'),
    ]).findings;
    expect(after.filter(({ policy, version }) => policy !== 'p' || version === 1)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });
});

describe('events that do not fit', () => {
  it('are reported', () => {
    expect(
      discrepancies(
        suspended('2020-01-01'),
        suspended('2020-02-01'),
        reinstated('2020-03-01'),
        reinstated('2020-04-01'),
        withdrawn('2020-05-01'),
        adopted('2021-01-01', '2021-01-01'),
        withdrawn('2021-02-01'),
        withdrawn('2021-03-01'),
      ),
    ).toEqual([
      '2 policy-already-suspended',
      '4 policy-not-suspended',
      '5 unknown-policy',
      '8 policy-already-withdrawn',
    ]);
  });
});

describe('the built-in policies', () => {
  it('count from the beginning of time, and are switched off like any other', () => {
    const inForce = (...entries: ReadonlyArray<Entry>) =>
      policiesOf(factsOf(entries)).versions.map(({ policy, version, inForce: spans }) => [
        policy,
        version,
        spans.map(({ from, to }) => [dayOf(from), dayOf(to)]),
      ]);
    expect(inForce()).toEqual([
      ['domicile:overdue-backup', 1, [[null, null]]],
      ['domicile:silent-source', 1, [[null, null]]],
      ['domicile:unexplained-access', 1, [[null, null]]],
    ]);
    expect(
      inForce(
        suspended('2020-01-01', 'domicile:overdue-backup'),
        withdrawn('2021-01-01', 'domicile:unexplained-access'),
      ),
    ).toEqual([
      ['domicile:overdue-backup', 1, [[null, '2020-01-01']]],
      ['domicile:silent-source', 1, [[null, null]]],
      ['domicile:unexplained-access', 1, [[null, '2021-01-01']]],
    ]);
  });

  it('find nothing while they are suspended', () => {
    const overdue = (...entries: ReadonlyArray<Entry>) =>
      ledgerOf([...workedExample, ...entries])
        .findings.filter(({ population }) => population === 'us-users')
        .map(({ from, to }) => [dayOf(from), dayOf(to)]);
    const policy = 'domicile:overdue-backup';
    expect(overdue()).toEqual([['2022-03-01', null]]);
    expect(overdue(suspended('2022-04-01', policy), reinstated('2022-05-01', policy))).toEqual([
      ['2022-03-01', '2022-04-01'],
      ['2022-05-01', null],
    ]);
    expect(overdue(withdrawn('2022-02-01', policy))).toEqual([]);
  });
});

describe('a proposal', () => {
  const proposal = { policy: 'p', title: 'A policy', cedar, effectiveFrom: day('2019-01-01') };

  it('is the version that it would be if adopted', () => {
    const facts = factsOf([adopted('2020-01-01', '2020-01-01'), suspended('2021-01-01')]);
    const proposed = proposedVersion(facts, proposal, day('2022-01-01'));
    expect(proposed).toMatchObject({ version: 2, adoptedBy: null });
    expect(proposed.inForce.map(({ from, to, opened }) => [dayOf(from), dayOf(to), opened])).toEqual([
      ['2019-01-01', '2021-01-01', []],
    ]);
  });

  it('finds what it finds once adopted', () => {
    const known = [...workedExample, adopted('2020-01-01', '2020-01-01', '2021-01-01')];
    const proposed = proposedVersion(factsOf(known), proposal, day('2023-01-01'));
    const tried = ledgerOf(known, [proposed]).findings.filter(({ version }) => version === 2);
    const adoption: Entry = ['2023-01-01', 'PolicyAdopted', { ...proposal, effectiveFrom: '2019-01-01' }];
    const found = ledgerOf([...known, adoption]).findings.filter(({ version }) => version === 2);
    expect(compilePolicy(proposed).rules.length).toBe(1);
    expect(tried.map(({ events: _, knownSince: __, ...finding }) => finding)).toEqual(
      found.map(({ events: _, knownSince: __, ...finding }) => finding),
    );
    expect(found.length).toBeGreaterThan(0);
  });

  it('is compared with the newest version in force', () => {
    const { versions } = policiesOf(
      factsOf([adopted('2020-01-01', '2020-01-01'), adopted('2021-01-01', '2021-01-01', '2022-01-01')]),
    );
    const numberAt = (date: string) => versionInForce(versions, 'p', day(date))?.version;
    expect(['2019-06-01', '2020-06-01', '2021-06-01', '2022-06-01'].map(numberAt)).toEqual([
      undefined,
      1,
      2,
      1,
    ]);
  });
});
