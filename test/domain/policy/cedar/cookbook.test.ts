/** The rules of docs/how-to/write-a-policy.md, on one ledger. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../../src/domain/policy/cedar/read-policy.ts';
import { dayOf, type Entry, ledgerOf, workedExample } from '../../../support/policy-case.ts';

const cookbook = readFileSync(join(import.meta.dirname, '../../../../docs/how-to/write-a-policy.md'), 'utf8');
const recipes = [...cookbook.matchAll(/^## (.+)\n[^#]*?```cedar\n([^`]+)```/gm)].map(
  ([, title, cedar]) => [title!, cedar!] as const,
);

/** Given: the worked example, a team and a service let in, messages beside profiles, and a second backup. */
const entries: ReadonlyArray<Entry> = [
  ...workedExample,
  ['2022-06-17', 'PartyRegistered', { party: 'usds', kind: 'team', name: 'USDS', country: 'US' }],
  ['2022-06-17', 'PartyRegistered', { party: 'kim', kind: 'person', name: 'Kim' }],
  ['2022-06-17', 'PartyRegistered', { party: 'indexer', kind: 'service', name: 'Indexer', country: 'US' }],
  ['2022-06-18', 'MembershipBegan', { member: 'kim', group: 'usds' }],
  [
    '2022-06-19',
    'AccessGranted',
    {
      grant: 'g-team',
      party: 'usds',
      over: { site: 'oracle-ashburn' },
      actions: ['read'],
      expires: '2023-01-01',
    },
  ],
  [
    '2022-06-19',
    'AccessGranted',
    { grant: 'g-index', party: 'indexer', over: { dataset: 'tiktok/messages' }, actions: ['read'] },
  ],
  [
    '2022-01-01',
    'DatasetRegistered',
    { dataset: 'tiktok/messages', name: 'Messages', categories: ['messages'], controller: 'tiktok' },
  ],
  [
    '2022-09-01',
    'DataPlaced',
    { dataset: 'tiktok/messages', scope: { population: 'us-users' }, site: 'oracle-ashburn' },
  ],
  [
    '2022-10-01',
    'BackupTaken',
    {
      backup: 'b2',
      dataset: 'tiktok/messages',
      scope: { population: 'us-users' },
      from: 'oracle-ashburn',
      to: 'virginia',
    },
  ],
  ['2023-01-01', 'BackupDestroyed', { backup: 'b1' }],
];

/** The findings of a text from 2022-06-17 on, each about one holding: `party at where of population, from to`. */
const found = (cedar: string): ReadonlyArray<string> => {
  const adoption: Entry = [
    '2022-06-17',
    'PolicyAdopted',
    { policy: 'p', title: 'A recipe', cedar, effectiveFrom: '2022-06-17' },
  ];
  return ledgerOf([...entries, adoption])
    .findings.filter(({ policy }) => policy === 'p')
    .map(({ verdict, rule, party, holding, population, from, to }) =>
      [
        `${verdict === 'violated' ? '' : '?'}${rule}:`,
        `${party ?? 'stored'} ${holding.backup ?? holding.dataset?.slice(7)} ${population}`,
        `${dayOf(from)} ${dayOf(to)}`,
      ].join(' '),
    )
    .sort();
};

const expected: Readonly<Record<string, ReadonlyArray<string>>> = {
  'Keep a company out': [
    'keep-out: bytedance b1 us-users 2022-06-17 2023-01-01',
    'keep-out: bytedance b2 us-users 2022-10-01 null',
    'keep-out: tiktok b1 us-users 2022-06-17 2023-01-01',
    'keep-out: tiktok b2 us-users 2022-10-01 null',
  ],
  'Keep data in its country': ['stays-home: stored b1 us-users 2022-06-17 2023-01-01'],
  'Name the countries that are allowed': [
    'allowed-countries: stored b1 eu-users 2022-07-01 2023-01-01',
    'allowed-countries: stored profile eu-users 2022-07-01 null',
  ],
  'Keep out parties that answer to a country': ['bytedance', 'tiktok'].flatMap((party) => [
    `answers-to-a-country: ${party} b1 eu-users 2022-07-01 2023-01-01`,
    `answers-to-a-country: ${party} b1 us-users 2022-06-17 2023-01-01`,
    `answers-to-a-country: ${party} b2 us-users 2022-10-01 null`,
  ]),
  'Keep out companies that are half owned from a country': ['bytedance', 'tiktok'].flatMap((party) => [
    `owned-from-a-country: ${party} b1 eu-users 2022-07-01 2023-01-01`,
    `owned-from-a-country: ${party} b1 us-users 2022-06-17 2023-01-01`,
    `owned-from-a-country: ${party} b2 us-users 2022-10-01 null`,
  ]),
  'Keep out parties based in a country': [
    // Nobody reported Kim's home country.
    '?at-home-in-a-country: kim messages us-users 2022-09-01 2023-01-01',
    '?at-home-in-a-country: kim profile eu-users 2022-07-01 2023-01-01',
    '?at-home-in-a-country: kim profile us-users 2022-06-19 2023-01-01',
    'at-home-in-a-country: bytedance b1 eu-users 2022-07-01 2023-01-01',
    'at-home-in-a-country: bytedance b1 us-users 2022-06-17 2023-01-01',
    'at-home-in-a-country: bytedance b2 us-users 2022-10-01 null',
  ],
  'Allow parties whose country is unknown': [
    'known-to-be-elsewhere: bytedance b1 eu-users 2022-07-01 2023-01-01',
    'known-to-be-elsewhere: bytedance b1 us-users 2022-06-17 2023-01-01',
    'known-to-be-elsewhere: bytedance b2 us-users 2022-10-01 null',
    'known-to-be-elsewhere: oracle profile eu-users 2022-07-01 null',
    'known-to-be-elsewhere: tiktok b1 eu-users 2022-07-01 2023-01-01',
    'known-to-be-elsewhere: usds profile eu-users 2022-07-01 2023-01-01',
  ],
  'Let one team in and nobody else': ['team-only: indexer messages us-users 2022-09-01 null'],
  'Treat backups separately': [
    'no-backup-abroad: stored b1 eu-users 2022-07-01 2023-01-01',
    'no-backup-abroad: stored b1 us-users 2022-06-17 2023-01-01',
  ],
  'Treat sensitive data separately': ['sensitive-at-home: stored b2 us-users 2022-10-01 null'],
  'Cover a family of datasets': [
    'one-site-for-all-of-it: stored b1 us-users 2022-06-17 2023-01-01',
    'one-site-for-all-of-it: stored b2 us-users 2022-10-01 null',
  ],
  'Check who operates the site': [
    'operator-answers-to-a-country: stored b1 eu-users 2022-07-01 2023-01-01',
    'operator-answers-to-a-country: stored b1 us-users 2022-06-17 2023-01-01',
    'operator-answers-to-a-country: stored b2 us-users 2022-10-01 null',
  ],
  'Allow people but not services': [
    'people-only: indexer b2 us-users 2022-10-01 null',
    'people-only: indexer messages us-users 2022-09-01 null',
  ],
  'Apply different conditions to different data': ['bytedance', 'stored', 'tiktok'].flatMap((party) => [
    `strict-for-messages: ${party} b1 eu-users 2022-07-01 2023-01-01`,
    `strict-for-messages: ${party} b1 us-users 2022-06-17 2023-01-01`,
    `strict-for-messages: ${party} b2 us-users 2022-10-01 null`,
  ]),
  'Put several rules into one policy': [
    'backup-at-a-live-site: stored b2 us-users 2022-10-01 null',
    'overdue: stored b1 eu-users 2022-07-01 2023-01-01',
    'overdue: stored b1 us-users 2022-06-17 2023-01-01',
  ],
};

describe('the cookbook', () => {
  it('has a dozen rules and more', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(12);
    expect(recipes.map(([title]) => title).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(recipes)('%s', (title, cedar) => {
    expect(readPolicy(cedar)).toMatchObject({ _tag: 'Right', right: { warnings: [] } });
    expect(found(cedar)).toEqual(expected[title]);
  });
});
