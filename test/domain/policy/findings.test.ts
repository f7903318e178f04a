import { describe, expect, it } from 'vitest';
import { accessFindings } from '../../../src/domain/policy/access-findings.ts';
import { countedAccess } from '../../../src/domain/policy/counted-access.ts';
import { findingId, subjectsAt } from '../../../src/domain/policy/finding.ts';
import { unexplainedAccess } from '../../../src/domain/reach/unexplained-access.ts';
import { day, dayOf, type Entry, ledgerOf, told, workedExample } from '../../support/policy-case.ts';

const adopted = (cedar: string, effectiveFrom = '2000-01-01', policy = 'p'): Entry => [
  '2022-06-17',
  'PolicyAdopted',
  { policy, title: 'A policy', cedar, effectiveFrom },
];

const keepOut =
  'forbid(principal in Party::"bytedance", action == Action::"reach", resource) when { resource.jurisdiction == "US" };';

const ofPolicy = (entries: ReadonlyArray<Entry>, policy = 'p') =>
  ledgerOf(entries).findings.filter((finding) => finding.policy === policy);

describe('the worked example', () => {
  const ledger = ledgerOf([...workedExample, adopted(keepOut, '2022-06-17')]);
  const findings = ledger.findings.filter(({ policy }) => policy === 'p');

  it('finds b1 in Singapore reached by tiktok and bytedance: 2 subjects, and 1 from 2022-07-01 on', () => {
    expect(findings.map(told)).toEqual([
      'policy0: reach; by bytedance; b1 tiktok/profile at singapore; of us-users; 2022-06-17 to null; 2 from 2022-06-17, 1 from 2022-07-01',
      'policy0: reach; by tiktok; b1 tiktok/profile at singapore; of us-users; 2022-06-17 to null; 2 from 2022-06-17, 1 from 2022-07-01',
    ]);
  });

  it('counts people at the requested instant, or at the nearer end of the finding', () => {
    const [finding] = findings;
    expect(
      ['2022-01-01', '2022-06-30', '2022-07-01', '2030-01-01'].map((date) => subjectsAt(finding!, day(date))),
    ).toEqual([2, 2, 1, 1]);
  });

  it('has the path and the events that prove it', () => {
    const bytedance = findings.find(({ party }) => party === 'bytedance')!;
    expect(bytedance.path.map(({ edge, to }) => `${edge} ${to}`)).toEqual([
      'controls tiktok',
      'operates singapore',
    ]);
    // The control, the site, the population, the arrival in Virginia is not needed; the backup and the policy are.
    expect(bytedance.events).toEqual([4, 6, 8, 14, 18]);
    expect(bytedance.knownSince).toBe(18);
  });

  it('finds the backup overdue by the built-in policy', () => {
    expect(ledger.findings.filter(({ policy }) => policy === 'domicile:overdue-backup').map(told)).toEqual([
      'overdue-backup: store; b1 tiktok/profile at singapore; of us-users; 2022-03-01 to null; 2 from 2022-03-01, 1 from 2022-07-01',
      'overdue-backup: store; b1 tiktok/profile at singapore; of eu-users; 2022-07-01 to null; 1 from 2022-07-01',
    ]);
  });

  it('finds the past broken by a policy that takes effect in the past', () => {
    const past = ofPolicy([...workedExample, adopted(keepOut, '2019-01-01')]);
    expect(past.map(told)).toEqual([
      'policy0: reach; by bytedance; live tiktok/profile at virginia; of us-users; 2020-01-10 to 2022-06-17; 1 from 2020-01-10, 2 from 2020-02-01, 3 from 2021-05-01',
      'policy0: reach; by tiktok; live tiktok/profile at virginia; of us-users; 2020-01-10 to 2022-06-17; 1 from 2020-01-10, 2 from 2020-02-01, 3 from 2021-05-01',
      'policy0: reach; by bytedance; b1 tiktok/profile at singapore; of us-users; 2020-03-01 to null; 2 from 2020-03-01, 1 from 2022-07-01',
      'policy0: reach; by tiktok; b1 tiktok/profile at singapore; of us-users; 2020-03-01 to null; 2 from 2020-03-01, 1 from 2022-07-01',
    ]);
    expect(past[0]!.events).toContain(16);
  });
});

describe('judging once for each population', () => {
  it('judges those who moved away by where they are now, in the holding in which they remained', () => {
    const cedar =
      '@id("abroad") forbid(principal, action == Action::"store", resource) when { resource.jurisdiction == "IE" };';
    expect(ofPolicy([...workedExample, adopted(cedar)]).map(told)).toEqual([
      'abroad: store; b1 tiktok/profile at singapore; of eu-users; 2022-07-01 to null; 1 from 2022-07-01',
      'abroad: store; live tiktok/profile at oracle-ashburn; of eu-users; 2022-07-01 to null; 1 from 2022-07-01',
    ]);
  });

  it('does not judge a holding of nobody', () => {
    const cedar = '@id("any") forbid(principal, action == Action::"store", resource);';
    const [first] = ofPolicy([...workedExample, adopted(cedar)]);
    expect(dayOf(first!.from)).toBe('2020-01-10');
  });

  it('cannot judge people in no population by their jurisdiction', () => {
    const found = ofPolicy([
      ...workedExample.slice(0, 10),
      [
        '2020-01-01',
        'DataPlaced',
        { dataset: 'tiktok/profile', scope: { subject: 'eve' }, site: 'virginia' },
      ],
      ['2020-06-01', 'SubjectEnrolled', { subject: 'eve', population: 'us-users' }],
      adopted(
        '@id("r") forbid(principal, action == Action::"store", resource) when { resource.jurisdiction == "CN" };',
      ),
    ]);
    expect(found.map(told)).toEqual([
      'indeterminate r: store; live tiktok/profile at virginia; of null; 2020-01-01 to 2020-06-01; 1 from 2020-01-01',
    ]);
    expect(found[0]!.reason).toBe('`jurisdiction` is not known');
  });
});

describe('what cannot be judged', () => {
  const at = (site: string): ReadonlyArray<Entry> => [
    ...workedExample.slice(0, 10),
    ['2020-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
    ['2020-01-02', 'DataPlaced', { dataset: 'tiktok/profile', scope: { population: 'us-users' }, site }],
  ];

  it.each([
    [
      'its country',
      'forbid(principal, action == Action::"store", resource) when { resource.country == "CN" };',
    ],
    ['that it is in a country', 'forbid(principal, action == Action::"store", resource in Country::"CN");'],
    ['its operator', 'forbid(principal in Country::"CN", action == Action::"store", resource);'],
  ])('is indeterminate at an unknown site if a rule asks for %s', (_, cedar) => {
    const [finding, ...others] = ofPolicy([...at('nowhere'), adopted(cedar)]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ verdict: 'indeterminate', action: 'store', from: day('2020-01-02') });
  });

  it('is still judged at an unknown site by a rule that asks for nothing unknown', () => {
    const violated =
      'forbid(principal, action == Action::"store", resource) when { resource.jurisdiction == "US" };';
    expect(ofPolicy([...at('nowhere'), adopted(violated)]).map(({ verdict }) => verdict)).toEqual([
      'violated',
    ]);
    const fine =
      'forbid(principal, action == Action::"store", resource) when { resource.jurisdiction == "IE" && resource.country == "CN" };';
    expect(ofPolicy([...at('nowhere'), adopted(fine)])).toEqual([]);
  });

  it('is indeterminate up to the transfer that names the operator', () => {
    const found = ofPolicy([
      ...at('nowhere'),
      ['2021-01-01', 'SiteTransferred', { site: 'nowhere', operator: 'bytedance' }],
      adopted('@id("r") forbid(principal in Country::"CN", action == Action::"store", resource);'),
    ]);
    expect(found.map(({ verdict, from, to }) => [verdict, dayOf(from), dayOf(to)])).toEqual([
      ['indeterminate', '2020-01-02', '2021-01-01'],
      ['violated', '2021-01-01', null],
    ]);
  });

  it('is indeterminate for an unregistered dataset or population', () => {
    const unregistered: ReadonlyArray<Entry> = [
      ...workedExample.slice(0, 7),
      ['2020-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
      [
        '2020-01-02',
        'DataPlaced',
        { dataset: 'tiktok/profile', scope: { population: 'us-users' }, site: 'virginia' },
      ],
    ];
    for (const attribute of ['resource.categories.contains("profile")', 'resource.jurisdiction == "US"']) {
      const cedar = `forbid(principal, action == Action::"store", resource) when { ${attribute} };`;
      expect(ofPolicy([...unregistered, adopted(cedar)]).map(({ verdict }) => verdict)).toEqual([
        'indeterminate',
      ]);
    }
  });

  it('is every holding for a version whose text is not a policy', () => {
    const found = ofPolicy([...workedExample, adopted('forbid(', '2022-06-17')]);
    expect(new Set(found.map(({ rule, verdict }) => `${verdict} ${rule}`))).toEqual(
      new Set(['indeterminate unreadable']),
    );
    expect(found.length).toBeGreaterThan(3);
  });
});

describe('parties belong to their teams, employers, controllers and countries', () => {
  const team: ReadonlyArray<Entry> = [
    ...workedExample.slice(0, 10),
    ['2020-01-01', 'PartyRegistered', { party: 'usds', kind: 'team', name: 'USDS' }],
    ['2020-01-01', 'MembershipBegan', { member: 'usds', group: 'tiktok' }],
    ['2020-01-01', 'MembershipBegan', { member: 'kim', group: 'usds' }],
    ['2022-01-01', 'MembershipEnded', { member: 'kim', group: 'usds' }],
    ['2020-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
    [
      '2020-01-02',
      'DataPlaced',
      { dataset: 'tiktok/profile', scope: { population: 'us-users' }, site: 'oracle-ashburn' },
    ],
    [
      '2021-01-01',
      'AccessGranted',
      { grant: 'g', party: 'kim', over: { site: 'oracle-ashburn' }, actions: ['read'] },
    ],
  ];
  it.each([
    ['Party::"usds"', '2022-01-01'],
    ['Party::"tiktok"', '2022-01-01'],
    ['Party::"bytedance"', '2022-01-01'],
    ['Country::"CN"', '2022-01-01'],
    ['Party::"kim"', null],
  ])('finds a member reaching data while it belongs to %s', (ancestor, until) => {
    const found = ofPolicy([
      ...team,
      adopted(
        `forbid(principal in ${ancestor}, action == Action::"reach", resource) when { principal == Party::"kim" };`,
      ),
    ]);
    expect(found.map(({ party, from, to }) => [party, dayOf(from), dayOf(to)])).toEqual([
      ['kim', '2021-01-01', until],
    ]);
  });

  it('proves it by the events by which the member belongs there', () => {
    const [found] = ofPolicy([
      ...team,
      adopted(
        'forbid(principal in Country::"CN", action == Action::"reach", resource) when { principal == Party::"kim" };',
      ),
    ]);
    // ByteDance’s country and control, both memberships and the end of one, the site, the arrival, the grant, the policy.
    expect(found!.events).toEqual([1, 4, 12, 13, 14, 16, 17, 18]);
  });

  it('lets parties that control each other belong to each other', () => {
    const found = ofPolicy([
      ...workedExample,
      ['2018-01-01', 'ControlBegan', { controller: 'tiktok', controlled: 'bytedance', basis: 'board' }],
      adopted(
        'forbid(principal in Party::"tiktok", action == Action::"reach", resource) when { resource.site == "singapore" && resource.population == "us-users" };',
      ),
    ]);
    expect(found.map(({ party }) => party)).toEqual(['bytedance', 'tiktok']);
  });
});

describe('the interval of a finding', () => {
  it('ends where the path changes, as reach does', () => {
    const found = ofPolicy([
      ...workedExample,
      ['2023-01-01', 'SiteTransferred', { site: 'singapore', owner: 'bytedance' }],
      adopted(
        'forbid(principal == Party::"bytedance", action == Action::"reach", resource) when { resource.population == "us-users" && !resource.live };',
      ),
    ]);
    expect(
      found.map(({ from, to, path }) => [dayOf(from), dayOf(to), path.map(({ edge }) => edge).join()]),
    ).toEqual([
      ['2020-03-01', '2023-01-01', 'controls,operates'],
      ['2023-01-01', null, 'owns'],
    ]);
  });

  it('ends where an input changes, and names the event', () => {
    const found = ofPolicy([
      ...workedExample,
      [
        '2023-01-01',
        'PopulationRegistered',
        { population: 'us-users', name: 'US users', jurisdiction: 'CA' },
      ],
      adopted(
        'forbid(principal, action == Action::"store", resource) when { !resource.live && resource.jurisdiction == "US" };',
      ),
    ]);
    expect(found.map(({ from, to }) => [dayOf(from), dayOf(to)])).toEqual([['2020-03-01', '2023-01-01']]);
    expect(found[0]!.events).toContain(18);
    expect(found[0]!.knownSince).toBe(19);
  });

  it('is known since the last event that it needed to begin, including the end of an exception', () => {
    const excused =
      '@id("r") forbid(principal, action == Action::"reach", resource) unless { principal in Party::"bytedance" };';
    const ofTiktok = (entries: ReadonlyArray<Entry>) =>
      ofPolicy(entries).filter(({ party, holding }) => party === 'tiktok' && holding.kind === 'backup');
    const entries: ReadonlyArray<Entry> = [...workedExample, adopted(excused)];
    expect(ofTiktok(entries)).toEqual([]);

    const sold: Entry = [
      '2023-01-01',
      'ControlEnded',
      { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' },
    ];
    const position = entries.length + 1;
    const [found] = ofTiktok([...entries, sold]);
    expect(dayOf(found!.from)).toBe('2023-01-01');
    expect(found!.events).toContain(position);
    expect(found!.knownSince).toBe(position);

    // An event that ends it later does not make it known later.
    const bought: Entry = [
      '2024-01-01',
      'ControlBegan',
      { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' },
    ];
    const [ended] = ofTiktok([...entries, sold, bought]);
    expect(dayOf(ended!.to)).toBe('2024-01-01');
    expect(ended!.events).toContain(position + 1);
    expect(ended!.knownSince).toBe(position);
  });

  it('rests on the registration of a site elsewhere', () => {
    const abroad =
      '@id("r") forbid(principal, action == Action::"store", resource) unless { resource in Country::"US" };';
    const entries: ReadonlyArray<Entry> = [...workedExample, adopted(abroad)];
    const [found] = ofPolicy(entries).filter(({ holding }) => holding.site === 'singapore');
    expect(found).toMatchObject({ verdict: 'violated' });
    expect(found!.events).toContain(6);
  });

  it('does not change the id of a finding when it ends', () => {
    const entries = [...workedExample, adopted(keepOut)];
    const open = ofPolicy(entries).filter(({ to }) => to === Number.POSITIVE_INFINITY);
    const closed = ofPolicy([...entries, ['2024-01-01', 'BackupDestroyed', { backup: 'b1' }]]);
    for (const finding of open)
      expect(closed.find((other) => findingId(other) === findingId(finding))).toMatchObject({
        to: day('2024-01-01'),
      });
    expect(open.length).toBe(2);
  });

  it('counts people with a grant over only their own data', () => {
    const found = ofPolicy([
      ...workedExample,
      [
        '2021-06-01',
        'AccessGranted',
        {
          grant: 'g',
          party: 'broker',
          over: { dataset: 'tiktok/profile', scope: { subject: 'ben' } },
          actions: ['read'],
        },
      ],
      adopted('@id("r") forbid(principal == Party::"broker", action == Action::"reach", resource);'),
    ]);
    expect(found.map(told)).toEqual([
      'r: reach; by broker; live tiktok/profile at virginia; of us-users; 2021-06-01 to 2022-06-17; 1 from 2021-06-01',
      'r: reach; by broker; live tiktok/profile at oracle-ashburn; of us-users; 2022-06-17 to null; 1 from 2022-06-17',
    ]);
    // All three are in tiktok's reach, along either path.
    const all = ofPolicy([
      ...workedExample,
      [
        '2021-06-01',
        'AccessGranted',
        {
          grant: 'g',
          party: 'tiktok',
          over: { dataset: 'tiktok/profile', scope: { subject: 'ben' } },
          actions: ['read'],
        },
      ],
      adopted(
        '@id("r") forbid(principal == Party::"tiktok", action == Action::"reach", resource in Site::"virginia");',
      ),
    ]);
    expect(all.map(told)).toEqual([
      'r: reach; by tiktok; live tiktok/profile at virginia; of us-users; 2020-01-10 to 2021-06-01; 1 from 2020-01-10, 2 from 2020-02-01, 3 from 2021-05-01',
      'r: reach; by tiktok; live tiktok/profile at virginia; of us-users; 2021-06-01 to 2022-06-17; 3 from 2021-06-01',
    ]);
    // Of two paths with one edge, the first by name is shown, although it leads to only one of them.
    expect(all.map(({ path }) => path.map(({ edge, to }) => `${edge} ${to}`))).toEqual([
      ['operates virginia'],
      ['granted g'],
    ]);
  });
});

describe('unexplained access', () => {
  const seen = (entries: ReadonlyArray<Entry>) => {
    const { facts, residency, reach, versions } = ledgerOf(entries);
    const accesses = facts.flatMap((fact) => {
      const found = fact.type === 'AccessObserved' ? unexplainedAccess(reach, fact, residency) : undefined;
      return found === undefined ? [] : [countedAccess(residency, found)];
    });
    return accessFindings(versions, accesses);
  };
  const access: Entry = [
    '2022-06-20',
    'AccessObserved',
    { party: 'stranger', dataset: 'tiktok/profile', scope: { population: 'us-users' }, action: 'read' },
  ];

  it('is a finding of the millisecond of the access, about everyone who was there', () => {
    const [finding] = seen([...workedExample, access]);
    expect(finding).toMatchObject({
      policy: 'domicile:unexplained-access',
      version: 1,
      rule: 'unexplained-access',
      party: 'stranger',
      path: [],
      from: day('2022-06-20'),
      to: day('2022-06-20') + 1,
      events: [18],
    });
    expect(subjectsAt(finding!, day('2022-06-20'))).toBe(3);
  });

  it('is none while the built-in policy is suspended', () => {
    const suspended: Entry = ['2022-06-01', 'PolicySuspended', { policy: 'domicile:unexplained-access' }];
    expect(seen([...workedExample, suspended, access])).toEqual([]);
  });
});
