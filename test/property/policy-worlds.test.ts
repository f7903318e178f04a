/**
 * Findings of random worlds, compared at sampled instants with the stock engine over naive replays of the world at
 * that instant: R13, R17 to R19 end to end.
 */
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePolicy } from '../../src/domain/policy/compiled-policy.ts';
import { type Finding, subjectsAt } from '../../src/domain/policy/finding.ts';
import { findingsOf } from '../../src/domain/policy/judge.ts';
import { judgedHoldingsOf } from '../../src/domain/policy/judged-holdings.ts';
import { policyRegistry } from '../../src/domain/policy/policy-registry.ts';
import { policiesOf } from '../../src/domain/policy/policy-versions.ts';
import { RegisteredEntities } from '../../src/domain/policy/registered-entities.ts';
import type { Fact } from '../../src/domain/recording/facts.ts';
import type { SubjectPresence } from '../../src/domain/residency/presences.ts';
import type { Residency } from '../../src/domain/residency/residency.ts';
import { ReachIndex } from '../../src/projections/reach/reach-index.ts';
import { employedAt, ownedAt } from '../support/naive-ownership.ts';
import * as naive from '../support/naive-reach.ts';
import {
  anInstant,
  day,
  epoch,
  factAt,
  parties,
  populations,
  residencyIn,
  ticks,
  worlds,
} from '../support/reach-worlds.ts';

// Given -------------------------------------------------------------------------------------------------------------

const conditions = [
  'resource.jurisdiction == "US"',
  'resource.country == "US" && resource.live',
  'principal in Party::"acme"',
  'principal in [Country::"CN", Country::"RU"]',
  'principal.country == "CN"',
  'principal has country && principal.country == "CN"',
  'principal.kind == "person" || resource.categories.contains("health")',
  'resource.population == "us-users" && !(principal in Party::"parent")',
  'resource.site == "dublin" || resource.dataset == "messages"',
  'resource.overdue && action == Action::"store"',
  'resource in Site::"virginia" && resource.categories.containsAll(["profile", "health"])',
  'context.ownedFrom',
  '(context.employedFrom || context.ownedFrom) && resource.jurisdiction == "US"',
  '!context.ownedFrom && principal.kind == "organisation"',
];
const from = ['CN', 'RU'];
const annotations = (condition: string): string =>
  condition.includes('context') ? `@ownedFrom("${from.join()}") ` : '';
const cedar = conditions
  .map(
    (condition, index) =>
      `${annotations(condition)}@id("r${index}") forbid(principal, action, resource) when { ${condition} };`,
  )
  .join('\n');
const force = { from: epoch + 2 * day, to: epoch + 7 * day };
const adoption = factAt(2_000, {
  type: 'PolicyAdopted',
  time: epoch,
  data: { policy: 'p', title: 'p', cedar, effectiveFrom: force.from, effectiveUntil: force.to },
});

/** Given: controls have shares, by the position of their beginning; some have none. */
const shares = [undefined, 10, 19.9, 30.1, 50, 100];
const withShare = (fact: Fact): Fact => {
  const share = shares[fact.position % shares.length];
  return fact.type === 'ControlBegan' && share !== undefined
    ? ({ ...fact, data: { ...fact.data, share } } as Fact)
    : fact;
};

const tick = fc.nat(ticks - 1).map((n) => epoch + n * day);
const country = fc.constantFrom('US', 'CN', 'RU');
const registration = fc.oneof(
  fc.record({
    type: fc.constant('PopulationRegistered' as const),
    data: fc.record({
      population: fc.constantFrom<string>(...populations),
      name: fc.constant('people'),
      jurisdiction: country,
    }),
  }),
  fc.record({
    type: fc.constant('DatasetRegistered' as const),
    data: fc.record({
      dataset: fc.constantFrom('profile', 'messages'),
      name: fc.constant('data'),
      categories: fc.subarray(['profile', 'health']),
      controller: fc.constant('acme'),
    }),
  }),
  fc.record({
    type: fc.constant('PartyRegistered' as const),
    data: fc.record({
      party: fc.constantFrom<string>(...parties.slice(0, 4)),
      kind: fc.constantFrom('organisation', 'team', 'person'),
      name: fc.constant('a party'),
      country,
    }),
  }),
);
const world = fc
  .tuple(worlds(30), fc.array(fc.tuple(tick, registration), { minLength: 2, maxLength: 10, size: 'max' }))
  .map(([facts, registrations]) => [
    ...facts.map(withShare),
    ...registrations.map(([time, { type, data }], index) => factAt(1_000 + index, { type, time, data })),
    adoption,
  ]);

// When: the world at one instant, by replaying it -----------------------------------------------------------------------

interface Now {
  readonly parties: Map<string, { kind: string; country?: string }>;
  readonly sites: Map<string, { country?: string; operator?: string }>;
  readonly populations: Map<string, string>;
  readonly datasets: Map<string, ReadonlyArray<string>>;
  readonly above: Set<string>;
}

const idOf = ({ type, data }: Fact): string | undefined => {
  switch (type) {
    case 'PartyRegistered':
      return `${type} ${data.party}`;
    case 'SiteRegistered':
      return `${type} ${data.site}`;
    case 'PopulationRegistered':
      return `${type} ${data.population}`;
    case 'DatasetRegistered':
      return `${type} ${data.dataset}`;
    default:
      return undefined;
  }
};

const replay = (facts: ReadonlyArray<Fact>, instant: number): Now => {
  const inOrder = [...facts].sort((a, b) => a.time - b.time || a.position - b.position);
  // R5: the first registration of a thing is folded before everything else.
  const isFirst = (fact: Fact): boolean =>
    idOf(fact) !== undefined && inOrder.find((other) => idOf(other) === idOf(fact)) === fact;
  const now: Now = {
    parties: new Map(),
    sites: new Map(),
    populations: new Map(),
    datasets: new Map(),
    above: new Set(),
  };
  for (const fact of [
    ...inOrder.filter(isFirst),
    ...inOrder.filter((each) => !isFirst(each) && each.time <= instant),
  ]) {
    switch (fact.type) {
      case 'PartyRegistered':
        now.parties.set(fact.data.party, fact.data);
        break;
      case 'SiteRegistered':
        now.sites.set(fact.data.site, fact.data);
        break;
      case 'SiteTransferred': {
        const { site, operator } = fact.data;
        const before = now.sites.get(site) ?? {};
        now.sites.set(site, operator === undefined ? before : { ...before, operator });
        break;
      }
      case 'PopulationRegistered':
        now.populations.set(fact.data.population, fact.data.jurisdiction);
        break;
      case 'DatasetRegistered':
        now.datasets.set(fact.data.dataset, fact.data.categories);
        break;
      case 'MembershipBegan':
        now.above.add(`${fact.data.member} ${fact.data.group}`);
        break;
      case 'MembershipEnded':
        now.above.delete(`${fact.data.member} ${fact.data.group}`);
        break;
      case 'ControlBegan':
        now.above.add(`${fact.data.controlled} ${fact.data.controller} ${fact.data.basis}`);
        break;
      case 'ControlEnded':
        now.above.delete(`${fact.data.controlled} ${fact.data.controller} ${fact.data.basis}`);
        break;
    }
  }
  return now;
};

/** Everything above the party. The engine accepts no cycles, so this replaces the parents' parents. */
const everythingAbove = (now: Now, party: string): ReadonlyArray<{ type: string; id: string }> => {
  const found = new Set([party]);
  for (const each of found) {
    for (const edge of now.above) {
      const [child, parent] = edge.split(' ') as [string, string];
      if (child === each) found.add(parent);
    }
  }
  return [
    ...[...found].filter((each) => each !== party).map((id) => ({ type: 'Party', id })),
    ...[...found].flatMap((each) => {
      const code = now.parties.get(each)?.country;
      return code === undefined ? [] : [{ type: 'Country', id: code }];
    }),
  ];
};

type Attributes = Record<string, boolean | string | string[]>;

const known = (
  attributes: Record<string, boolean | string | ReadonlyArray<string> | undefined>,
): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Attributes;

interface Ownership {
  readonly owned: ReadonlySet<string>;
  readonly employed: ReadonlySet<string>;
}

/** The stock engine's result for each rule. */
const oracle = (
  now: Now,
  ownership: Ownership,
  action: 'store' | 'reach',
  party: string,
  { holding }: SubjectPresence,
  population: string | undefined,
): ReadonlyArray<readonly [string, 'violated' | 'indeterminate']> => {
  const { dataset, site, kind } = holding;
  const { kind: kindOf, country: of } = now.parties.get(party) ?? {};
  const above = everythingAbove(now, party);
  const answer = statefulIsAuthorized({
    principal: { type: 'Party', id: party },
    action: { type: 'Action', id: action },
    resource: { type: 'Holding', id: 'h' },
    context: { ownedFrom: ownership.owned.has(party), employedFrom: ownership.employed.has(party) },
    preparsedPolicySetId: 'world',
    entities: [
      { uid: { type: 'Party', id: party }, attrs: known({ kind: kindOf, country: of }), parents: [...above] },
      {
        uid: { type: 'Holding', id: 'h' },
        attrs: known({
          dataset,
          categories: now.datasets.get(dataset),
          population,
          jurisdiction: population === undefined ? undefined : now.populations.get(population),
          site,
          country: now.sites.get(site)?.country,
          live: kind !== 'backup',
          overdue: false,
        }),
        parents: [{ type: 'Site', id: site }],
      },
    ],
  });
  if (answer.type === 'failure') throw new Error(answer.errors[0]!.message);
  const { reason, errors } = answer.response.diagnostics;
  return [
    ...reason.map((rule) => [rule, 'violated'] as const),
    ...errors.map(({ policyId }) => [policyId, 'indeterminate'] as const),
  ];
};

const scopeOf = (holding: SubjectPresence['holding']): string | null =>
  holding.kind === 'live'
    ? holding.population
    : holding.kind === 'backup' && 'population' in holding.scope
      ? holding.scope.population
      : null;

/** The expected findings at the instant: by subject, number of people and path. */
const expectedAt = (
  facts: ReadonlyArray<Fact>,
  residency: Residency,
  at: number,
): ReadonlyMap<string, { people: number; path: naive.Path }> => {
  const found = new Map<string, { people: number; path: naive.Path }>();
  const now = replay(facts, at);
  const ownership = {
    owned: ownedAt(facts, from, at, true),
    employed: employedAt(facts, from, at, true),
  };
  for (const presence of residency.presences) {
    if (!(presence.from <= at && at < presence.to)) continue;
    const { holding, subject } = presence;
    const population = residency.memberships.get(subject)?.find(({ from, to }) => from <= at && at < to)
      ?.value.population;
    const scope = scopeOf(holding);
    const backup = holding.kind === 'backup' ? holding.backup : null;
    const target: naive.Target = {
      row: {
        dataset: holding.dataset,
        site: holding.site,
        kind: backup === null ? 'live' : 'backup',
        backup,
      },
      presentAt: () => true,
      scopesAt: () => (scope === null ? [] : [scope]),
      subject,
      populationAt: () => population,
    };
    const put = (action: 'store' | 'reach', party: string, path: naive.Path): void => {
      for (const [rule, verdict] of oracle(now, ownership, action, party, presence, population)) {
        const key = [
          ...[verdict, rule, action, action === 'store' ? null : party, holding.dataset, holding.site],
          ...[backup, scope, population ?? null],
        ].join();
        const before = found.get(key);
        found.set(key, {
          people: (before?.people ?? 0) + 1,
          path: before === undefined || naive.fewestFirst(path, before.path) < 0 ? path : before.path,
        });
      }
    };
    const operator = now.sites.get(holding.site)?.operator;
    if (operator !== undefined) put('store', operator, []);
    for (const party of parties) {
      const path = naive.firstPathAt({ facts, residency }, [target], party, at);
      if (path !== undefined) put('reach', party, path);
    }
  }
  return found;
};

// Then --------------------------------------------------------------------------------------------------------------

const pairs = (path: ReadonlyArray<{ readonly edge: string; readonly to: string }>): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join(', ');

const keyOf = ({ verdict, rule, action, party, holding, population }: Finding): string =>
  [
    verdict,
    rule,
    action,
    party,
    holding.dataset,
    holding.site,
    holding.backup,
    holding.population,
    population,
  ].join();

it('finds at every sampled instant what the stock engine says of each person, and nothing while not in force', () => {
  preparsePolicySet('world', {
    staticPolicies: Object.fromEntries(
      conditions.map((condition, index) => [
        `r${index}`,
        `forbid(principal, action, resource) when { ${condition} };`,
      ]),
    ),
  });
  const seen = { violated: 0, indeterminate: 0, nothing: 0, ofSeveral: 0 };
  fc.assert(
    fc.property(world, fc.array(anInstant, { minLength: 6, maxLength: 6 }), (facts, instants) => {
      const residency = residencyIn(facts);
      const reach = new ReachIndex(facts);
      const entities = new RegisteredEntities(policyRegistry(reach, facts));
      const policies = policiesOf(facts)
        .versions.filter(({ policy }) => policy === 'p')
        .map(compilePolicy);
      const findings = findingsOf({ policies, entities }, judgedHoldingsOf(residency, reach));
      for (const { from, to } of findings) {
        expect(from).toBeGreaterThanOrEqual(force.from);
        expect(to).toBeLessThanOrEqual(force.to);
        expect(from).toBeLessThan(to);
      }
      for (const at of instants) {
        const inForce = force.from <= at && at < force.to;
        const expected = inForce ? expectedAt(facts, residency, at) : new Map();
        const unknownOperators = new Set(
          ['virginia', 'dublin'].filter((site) => replay(facts, at).sites.get(site)?.operator === undefined),
        );
        const found = findings.filter(
          ({ from, to, action, holding }) =>
            from <= at && at < to && !(action === 'store' && unknownOperators.has(holding.site!)),
        );
        const told = found.map((finding) => [keyOf(finding), subjectsAt(finding, at), pairs(finding.path)]);
        const right = [...expected].map(([key, { people, path }]) => [key, people, pairs(path)]);
        expect(told.sort()).toEqual(right.sort());
        for (const [, { people }] of expected) if (people > 1) seen.ofSeveral++;
        for (const { verdict } of found) seen[verdict]++;
        if (found.length === 0) seen.nothing++;
      }
    }),
    { numRuns: 250 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(250);
});
