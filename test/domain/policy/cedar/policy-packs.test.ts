import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { describeFault, readPolicyToAdopt } from '../../../../src/domain/policy/cedar/read-policy.ts';
import { formatInstant, never } from '../../../../src/domain/time/instant.ts';
import { readPacks } from '../../../../src/ledger/policy-packs.ts';
import { dayOf, type Entry, ledgerOf, workedExample } from '../../../support/policy-case.ts';

const read = readPacks(join(import.meta.dirname, '../../../../policies'));
if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
const packs = read.right;

/** Given: the packs of a policy, adopted. */
const adopt = (policy: string): ReadonlyArray<Entry> =>
  packs
    .filter(({ proposal }) => proposal.policy === policy)
    .map(({ proposal: { effectiveFrom, effectiveUntil, ...adoption } }) => [
      formatInstant(effectiveFrom).slice(0, 10),
      'PolicyAdopted',
      {
        ...adoption,
        effectiveFrom: formatInstant(effectiveFrom),
        ...(effectiveUntil === undefined ? {} : { effectiveUntil: formatInstant(effectiveUntil) }),
      },
    ]);

/** What a policy finds: rule, party, holding and interval. */
const found = (policy: string, entries: ReadonlyArray<Entry>): ReadonlyArray<string> =>
  ledgerOf([...entries, ...adopt(policy)])
    .findings.filter((finding) => finding.policy === policy)
    .map(({ verdict, rule, party, holding, population, from, to }) =>
      [
        ...(verdict === 'violated' ? [] : [verdict]),
        ...[rule, party ?? '-', holding.backup ?? holding.site, population, dayOf(from), String(dayOf(to))],
      ].join(' '),
    )
    .sort();

it.each(packs.map((pack) => [pack.name, pack] as const))(
  '%s passes adoption without a warning',
  (name, pack) => {
    const policy = readPolicyToAdopt(pack.proposal.cedar);
    if (E.isLeft(policy)) throw new Error(policy.left.map(describeFault).join());
    expect(policy.right.warnings).toEqual([]);
    for (const { ast } of policy.right.rules) expect(ast.annotations?.limits).toMatch(/^[A-Z].{60,}\.$/);
    expect(name.startsWith(pack.proposal.policy)).toBe(true);
  },
);

it('has versions of a policy that follow each other without a gap or an overlap', () => {
  const byPolicy = Map.groupBy(packs, ({ proposal }) => proposal.policy);
  expect([...byPolicy.keys()]).toEqual([
    '28-cfr-202',
    'eo-13942',
    'eo-14034',
    'gdpr-chapter-v',
    'padfaa',
    'pipl-export',
    'russia-242-fz',
  ]);
  for (const versions of byPolicy.values()) {
    versions.slice(1).forEach(({ proposal }, index) => {
      expect(versions[index]!.proposal.effectiveUntil ?? never).toBe(proposal.effectiveFrom);
    });
  }
});

describe('the packs on the founding case', () => {
  it('find ByteDance reaching US data while Executive Order 13942 was in force', () => {
    expect(found('eo-13942', workedExample)).toEqual(
      ['bytedance', 'tiktok'].flatMap((party) =>
        ['b1', 'virginia'].map(
          (at) => `bytedance-reaches-us-data ${party} ${at} us-users 2020-08-06 2021-06-09`,
        ),
      ),
    );
  });

  it('report the holder under a foreign adversary in each version of the review', () => {
    expect(found('eo-14034', workedExample)).toEqual([
      'held-under-a-foreign-adversary - b1 us-users 2021-06-09 2023-07-17',
      'held-under-a-foreign-adversary - b1 us-users 2023-07-17 null',
      'held-under-a-foreign-adversary - virginia us-users 2021-06-09 2022-06-17',
    ]);
  });

  it('find covered persons reaching sensitive data since 28 CFR part 202 is in effect', () => {
    expect(found('28-cfr-202', workedExample)).toEqual([
      'covered-person-reaches-sensitive-data bytedance b1 us-users 2025-04-08 null',
      'covered-person-reaches-sensitive-data tiktok b1 us-users 2025-04-08 null',
    ]);
  });

  it('leave out a company in which a covered person holds less than half, and its employees', () => {
    const joint: ReadonlyArray<Entry> = [
      ['2026-01-22', 'PartyRegistered', { party: 'jv', kind: 'organisation', name: 'JV', country: 'US' }],
      ['2026-01-22', 'PartyRegistered', { party: 'team', kind: 'team', name: 'A team', country: 'US' }],
      ['2026-01-22', 'SiteTransferred', { site: 'oracle-ashburn', owner: 'jv' }],
      ['2026-01-22', 'MembershipBegan', { member: 'team', group: 'jv' }],
      [
        '2026-01-22',
        'AccessGranted',
        { grant: 'g', party: 'team', over: { site: 'oracle-ashburn' }, actions: ['read'] },
      ],
    ];
    const held = (share: number | undefined): Entry => [
      '2026-01-22',
      'ControlBegan',
      {
        controller: 'bytedance',
        controlled: 'jv',
        basis: 'ownership',
        ...(share === undefined ? {} : { share }),
      },
    ];
    const ofJoint = (share: number | undefined) =>
      found('28-cfr-202', [...workedExample, ...joint, held(share)]).filter((each) =>
        each.includes('ashburn'),
      );
    const reaching = (...parties: ReadonlyArray<string>) =>
      parties.map(
        (party) => `covered-person-reaches-sensitive-data ${party} oracle-ashburn us-users 2026-01-22 null`,
      );
    expect(ofJoint(19.9)).toEqual(reaching('bytedance'));
    expect(ofJoint(50)).toEqual(reaching('bytedance', 'jv', 'team'));
    expect(ofJoint(undefined)).toEqual(reaching('bytedance', 'jv', 'team'));
    const marked = ledgerOf([...workedExample, ...joint, held(undefined), ...adopt('28-cfr-202')]).findings;
    const reasons = marked
      .filter(({ policy, holding }) => policy === '28-cfr-202' && holding.site === 'oracle-ashburn')
      .map(({ party, verdict, reason }) => `${party} ${verdict}: ${reason}`);
    expect(reasons.sort()).toEqual([
      'bytedance violated: null',
      'jv violated: rests on a control whose share is not known',
      'team violated: rests on a control whose share is not known',
    ]);
  });

  it('find only brokered data under the act on data brokers', () => {
    expect(found('padfaa', workedExample)).toEqual([]);
    const brokered: Entry = [
      '2024-01-01',
      'DatasetRegistered',
      { dataset: 'tiktok/profile', name: 'Profiles', categories: ['brokered'], controller: 'tiktok' },
    ];
    expect(found('padfaa', [...workedExample, brokered])).toEqual(
      ['-', 'bytedance', 'tiktok'].map(
        (party) => `brokered-data-made-available ${party} b1 us-users 2024-06-23 null`,
      ),
    );
  });
});

describe('the packs on people elsewhere', () => {
  const people = (
    jurisdiction: string,
    ...sites: ReadonlyArray<readonly [string, string]>
  ): ReadonlyArray<Entry> => [
    ['2018-01-01', 'PopulationRegistered', { population: 'people', name: 'People', jurisdiction }],
    ['2018-01-01', 'PartyRegistered', { party: 'acme', kind: 'organisation', name: 'Acme', country: 'US' }],
    ['2018-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'people' }],
    ...sites.flatMap(([site, country]): Entry[] => [
      ['2018-01-01', 'SiteRegistered', { site, name: site, country, operator: 'acme' }],
      ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { population: 'people' }, site }],
    ]),
  ];

  it('find data of Europeans in the United States in the gap between two decisions', () => {
    expect(
      found('gdpr-chapter-v', people('IE', ['virginia', 'US'], ['dublin', 'IE'], ['tokyo', 'JP'])),
    ).toEqual([
      // Acme's home is the United States, wherever it operates.
      ...['dublin', 'tokyo', 'virginia'].flatMap((site) => [
        `reachable-from-third-country acme ${site} people 2020-07-16 2021-12-17`,
        `reachable-from-third-country acme ${site} people 2021-12-17 2023-07-10`,
      ]),
      'stored-in-third-country - tokyo people 2018-05-25 2019-01-23',
      'stored-in-third-country - virginia people 2020-07-16 2021-12-17',
      'stored-in-third-country - virginia people 2021-12-17 2023-07-10',
    ]);
    expect(found('gdpr-chapter-v', people('US', ['virginia', 'US']))).toEqual([]);
  });

  it.each([
    ['AX', true],
    ['RE', true],
    ['GP', true],
    ['MQ', true],
    ['GF', true],
    ['YT', true],
    ['MF', true],
    ['PM', false],
    ['BL', false],
    ['NC', false],
    ['GL', false],
    ['AW', false],
    ['FO', false],
  ])('know whether %s is territory of the Union, for people and for sites', (code, isOfUnion) => {
    const stored = (jurisdiction: string, country: string): boolean =>
      found('gdpr-chapter-v', people(jurisdiction, ['there', country])).some((each) =>
        each.startsWith('stored-in-third-country'),
      );
    expect(stored(code, 'CN')).toBe(isOfUnion);
    expect(stored('FI', code)).toBe(!isOfUnion && code !== 'FO');
    expect(stored(code, code)).toBe(false);
  });

  it('find live data of Russians outside of Russia', () => {
    expect(found('russia-242-fz', people('RU', ['moscow', 'RU'], ['virginia', 'US']))).toEqual([
      'primary-store-outside-russia - virginia people 2018-01-01 null',
    ]);
  });

  it('find exports of data from China', () => {
    expect(found('pipl-export', people('CN', ['beijing', 'CN'], ['hongkong', 'HK']))).toEqual([
      'reachable-from-abroad acme beijing people 2021-11-01 null',
      'reachable-from-abroad acme hongkong people 2021-11-01 null',
      'stored-abroad - hongkong people 2021-11-01 null',
    ]);
  });
});
