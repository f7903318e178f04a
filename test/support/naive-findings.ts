/**
 * A deliberately naive model of the rules R16 to R20: the findings at one instant.
 *
 * It replays everything known up to the instant, examines everybody in every holding with every party, and has each
 * rule as a function beside its Cedar text. The model of R3 to R12 says where data is, that of R13 to R15 the
 * paths.
 */
import type { Fact as ReachFact } from '../../src/domain/recording/facts.ts';
import type { Fact, Scope, State, World } from './naive-model.ts';
import { factsOf, instantOf, stateAtValidAt } from './naive-model.ts';
import { ownedAt } from './naive-ownership.ts';
import * as reach from './naive-reach.ts';

// ---------------------------------------------------------------------------------------------------------------
// Rules, in Cedar and in words

type Asked = {
  readonly action: 'store' | 'reach';
  readonly party: string;
  readonly kind: string | undefined;
  readonly country: string | undefined;
  /** The party, and everything above it. */
  readonly above: ReadonlySet<string>;
  readonly owned: boolean;
  readonly live: boolean;
  readonly overdue: boolean;
  readonly site: string;
  readonly siteCountry: string | undefined;
  readonly categories: readonly string[] | undefined;
  readonly population: string | undefined;
  readonly jurisdiction: string | undefined;
};
type Answer = boolean | 'error';

const and = (a: Answer, b: () => Answer): Answer => (a === true ? b() : a);
const equals = (a: string | undefined, b: string): Answer => (a === undefined ? 'error' : a === b);
const ownersCountries = ['US', 'IE'];

const rules: Readonly<Record<string, { readonly cedar: string; readonly holds: (asked: Asked) => Answer }>> =
  {
    live: {
      cedar: 'forbid(principal, action == Action::"store", resource) when { resource.live };',
      holds: ({ action, live }) => action === 'store' && live,
    },
    parent: {
      cedar: 'forbid(principal in Party::"parent", action == Action::"reach", resource);',
      holds: ({ action, above }) => action === 'reach' && above.has('parent'),
    },
    team: {
      cedar:
        'forbid(principal, action, resource) when { resource.jurisdiction == "US" && principal.kind == "team" };',
      holds: ({ jurisdiction, kind }) => and(equals(jurisdiction, 'US'), () => equals(kind, 'team')),
    },
    exempt: {
      cedar:
        'forbid(principal, action == Action::"reach", resource) when { resource.country == "SG" } unless { principal in Party::"oracle" };',
      holds: ({ action, siteCountry, above }) =>
        and(action === 'reach', () => and(equals(siteCountry, 'SG'), () => !above.has('oracle'))),
    },
    late: {
      cedar:
        'forbid(principal, action == Action::"store", resource) when { resource.overdue && resource.country == "US" };',
      holds: ({ action, overdue, siteCountry }) =>
        and(action === 'store' && overdue, () => equals(siteCountry, 'US')),
    },
    abroad: {
      cedar:
        'forbid(principal, action, resource) when { resource has population && resource.population == "us-users" && principal.country == "SG" };',
      holds: ({ population, country }) => and(population === 'us-users', () => equals(country, 'SG')),
    },
    health: {
      cedar:
        'forbid(principal, action == Action::"reach", resource) when { resource.categories.contains("messages") && !resource.live };',
      holds: ({ action, categories, live }) =>
        and(action === 'reach', () =>
          and(categories === undefined ? 'error' : categories.includes('messages'), () => !live),
        ),
    },
    owned: {
      cedar:
        '@ownedFrom("US,IE") forbid(principal, action == Action::"reach", resource) when { context.ownedFrom };',
      holds: ({ action, owned }) => action === 'reach' && owned,
    },
  };

/** Texts of policies whose rules the model knows. */
export const texts: readonly string[] = [
  ['live', 'parent'],
  ['team', 'exempt'],
  ['late', 'abroad'],
  ['health', 'owned', 'live'],
  ['parent', 'team', 'owned'],
].map((names) => names.map((name) => `@id("${name}") ${rules[name]!.cedar}`).join('\n'));

const rulesIn = (cedar: string): readonly string[] =>
  [...cedar.matchAll(/@id\("(\w+)"\)/g)].map((match) => match[1]!);

// ---------------------------------------------------------------------------------------------------------------
// R18: versions

export type Version = {
  readonly policy: string;
  readonly version: number;
  readonly adoptedBy: number | null;
  readonly rules: readonly string[];
  readonly isInForce: (instant: number) => boolean;
};

const policyTypes = ['PolicyAdopted', 'PolicySuspended', 'PolicyReinstated', 'PolicyWithdrawn'] as const;
type PolicyFact = Extract<Fact, { readonly type: (typeof policyTypes)[number] }>;

const builtIn = ['domicile:overdue-backup', 'domicile:unexplained-access'] as const;

/** All versions of all policies, from facts in the order of R3. */
export const versionsOf = (facts: readonly Fact[]): readonly Version[] => {
  const said = facts.filter((fact): fact is PolicyFact =>
    (policyTypes as readonly string[]).includes(fact.type),
  );
  const names = new Set<string>([...builtIn, ...said.map(({ data }) => data.policy)]);
  return [...names].flatMap((policy) => {
    const ofPolicy = said.filter(({ data }) => data.policy === policy);
    const isSuspended = (instant: number): boolean =>
      ofPolicy
        .filter(
          ({ type, time }) => time <= instant && (type === 'PolicySuspended' || type === 'PolicyReinstated'),
        )
        .at(-1)?.type === 'PolicySuspended';
    /** "what ends it is its `effectiveUntil` or a withdrawal": the first after the adoption. */
    const endOf = (index: number): number =>
      ofPolicy.slice(index + 1).find(({ type }) => type === 'PolicyWithdrawn')?.time ??
      Number.POSITIVE_INFINITY;
    const version = (
      number: number,
      adoptedBy: number | null,
      named: readonly string[],
      from: number,
      to: number,
    ): Version => ({
      policy,
      version: number,
      adoptedBy,
      rules: named,
      isInForce: (instant) => from <= instant && instant < to && !isSuspended(instant),
    });
    const first = (builtIn as readonly string[]).includes(policy)
      ? [version(1, null, [], Number.NEGATIVE_INFINITY, endOf(-1))]
      : [];
    let number = first.length;
    return [
      ...first,
      ...ofPolicy.flatMap((fact, index) => {
        if (fact.type !== 'PolicyAdopted') return [];
        number += 1;
        const { cedar, effectiveFrom, effectiveUntil } = fact.data;
        const until = effectiveUntil === undefined ? Number.POSITIVE_INFINITY : instantOf(effectiveUntil);
        return [
          version(
            number,
            fact.position,
            rulesIn(cedar),
            instantOf(effectiveFrom),
            Math.min(until, endOf(index)),
          ),
        ];
      }),
    ];
  });
};

// ---------------------------------------------------------------------------------------------------------------
// What is registered at an instant (R5), and who stands in what

type Registered = {
  readonly parties: Map<string, { kind: string; country?: string }>;
  readonly sites: Map<string, { country?: string; operator?: string }>;
  readonly jurisdictions: Map<string, string>;
  readonly categories: Map<string, readonly string[]>;
  readonly edges: Set<string>;
};

const thingOf = (fact: Fact): string | undefined => {
  switch (fact.type) {
    case 'PartyRegistered':
      return `party ${fact.data.party}`;
    case 'SiteRegistered':
      return `site ${fact.data.site}`;
    case 'PopulationRegistered':
      return `population ${fact.data.population}`;
    case 'DatasetRegistered':
      return `dataset ${fact.data.dataset}`;
    default:
      return undefined;
  }
};

const registeredAt = (facts: readonly Fact[], instant: number): Registered => {
  const isFirst = (fact: Fact): boolean =>
    thingOf(fact) !== undefined && facts.find((other) => thingOf(other) === thingOf(fact)) === fact;
  const found: Registered = {
    parties: new Map(),
    sites: new Map(),
    jurisdictions: new Map(),
    categories: new Map(),
    edges: new Set(),
  };
  for (const fact of [
    ...facts.filter(isFirst),
    ...facts.filter((each) => !isFirst(each) && each.time <= instant),
  ]) {
    if (fact.type === 'PartyRegistered') found.parties.set(fact.data.party, fact.data);
    if (fact.type === 'SiteRegistered') found.sites.set(fact.data.site, fact.data);
    if (fact.type === 'SiteTransferred') {
      const { site, operator } = fact.data;
      const before = found.sites.get(site) ?? {};
      found.sites.set(site, operator === undefined ? before : { ...before, operator });
    }
    if (fact.type === 'PopulationRegistered')
      found.jurisdictions.set(fact.data.population, fact.data.jurisdiction);
    if (fact.type === 'DatasetRegistered') found.categories.set(fact.data.dataset, fact.data.categories);
    if (fact.type === 'MembershipBegan') found.edges.add(`${fact.data.member} ${fact.data.group}`);
    if (fact.type === 'MembershipEnded') found.edges.delete(`${fact.data.member} ${fact.data.group}`);
    if (fact.type === 'ControlBegan')
      found.edges.add(`${fact.data.controlled} ${fact.data.controller} ${fact.data.basis}`);
    if (fact.type === 'ControlEnded')
      found.edges.delete(`${fact.data.controlled} ${fact.data.controller} ${fact.data.basis}`);
  }
  return found;
};

const aboveIn = ({ edges }: Registered, party: string): ReadonlySet<string> => {
  const above = new Set([party]);
  for (const each of above)
    for (const edge of edges) {
      const [child, parent] = edge.split(' ') as [string, string];
      if (child === each) above.add(parent);
    }
  return above;
};

// ---------------------------------------------------------------------------------------------------------------
// Who is where at an instant, and who reaches it

/** Facts in the form of the model of reach: with instants. */
export const forReach = (facts: readonly Fact[]): readonly ReachFact[] =>
  facts.map((fact) => {
    const data = { ...fact.data } as Record<string, unknown>;
    if (fact.type === 'AccessGranted' && fact.data.expires !== undefined)
      data.expires = instantOf(fact.data.expires);
    return { ...fact, data, corrections: [] } as unknown as ReachFact;
  });

export type Holding = {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  readonly population: string | null;
};

/** One person in one holding. */
type Held = { readonly holding: Holding; readonly subject: string; readonly expires: number | null };

const populationIn = (scope: Scope): string | null => ('population' in scope ? scope.population : null);

const heldIn = ({ live, own, backups }: State): readonly Held[] => [
  ...live.flatMap(({ dataset, population, site, subjects }) =>
    [...subjects].map((subject) => ({
      holding: { dataset, site, kind: 'live' as const, backup: null, population },
      subject,
      expires: null,
    })),
  ),
  ...own.map(({ dataset, subject, site }) => ({
    holding: { dataset, site, kind: 'live' as const, backup: null, population: null },
    subject,
    expires: null,
  })),
  ...backups
    .filter(({ destroyed }) => !destroyed)
    .flatMap(({ dataset, site, backup, scope, subjects, expires }) =>
      [...subjects].map((subject) => ({
        holding: { dataset, site, kind: 'backup' as const, backup, population: populationIn(scope) },
        subject,
        expires,
      })),
    ),
];

const targetOf = (
  { dataset, site, kind, backup, population }: Holding,
  subject: string | undefined,
  memberOf: string | undefined,
): reach.Target => ({
  row: { dataset, site, kind, backup },
  presentAt: () => true,
  scopesAt: () => (population === null ? [] : [population]),
  subject,
  populationAt: () => memberOf,
});

type Unexplained = {
  readonly party: string;
  readonly dataset: string;
  readonly site: string | null;
  readonly scope: string | null;
  readonly population: string | null;
  readonly people: number;
};

/** Everything known of one instant. */
export class Instant {
  readonly at: number;
  private readonly facts: readonly Fact[];
  private readonly forReach: reach.World;
  private readonly state: State;
  private readonly registered: Registered;
  private readonly owned: ReadonlySet<string>;
  private readonly paths = new Map<string, reach.Path | undefined>();

  constructor(world: World, at: number) {
    this.at = at;
    this.facts = factsOf(world);
    const facts = forReach(this.facts);
    this.forReach = { facts, residency: { presences: [], holdings: [], memberships: new Map() } as never };
    this.state = stateAtValidAt({ ...world, validAt: at });
    this.registered = registeredAt(this.facts, at);
    this.owned = ownedAt(facts, ownersCountries, at, true);
  }

  get held(): readonly Held[] {
    return heldIn(this.state);
  }

  memberOf(subject: string): string | undefined {
    return this.state.populationOf.get(subject);
  }

  /** The first path by R15 of the party to that person's data in the holding. */
  path({ holding, subject }: Held, party: string): reach.Path | undefined {
    const key = JSON.stringify([holding, subject, party]);
    if (!this.paths.has(key)) {
      const target = targetOf(holding, subject, this.memberOf(subject));
      this.paths.set(key, reach.firstPathAt(this.forReach, [target], party, this.at));
    }
    return this.paths.get(key);
  }

  operatorOf(site: string): string | undefined {
    return this.registered.sites.get(site)?.operator;
  }

  /** The input of a rule. */
  asked(action: Asked['action'], party: string, { holding, subject, expires }: Held): Asked {
    const { parties, sites, jurisdictions, categories } = this.registered;
    const population = this.memberOf(subject);
    return {
      action,
      party,
      kind: parties.get(party)?.kind,
      country: parties.get(party)?.country,
      above: aboveIn(this.registered, party),
      owned: this.owned.has(party),
      live: holding.kind === 'live',
      overdue: expires !== null && expires <= this.at,
      site: holding.site,
      siteCountry: sites.get(holding.site)?.country,
      categories: categories.get(holding.dataset),
      population,
      jurisdiction: population === undefined ? undefined : jurisdictions.get(population),
    };
  }

  /** R16: accesses of this instant without a path to that data. */
  unexplained(): readonly Unexplained[] {
    return this.facts.flatMap((fact): readonly Unexplained[] => {
      if (fact.type !== 'AccessObserved' || fact.time !== this.at) return [];
      const { party, dataset, scope, site } = fact.data;
      const there = this.held.filter(
        ({ holding }) => holding.dataset === dataset && (site === undefined || holding.site === site),
      );
      if ('subject' in scope) {
        const own = there.filter(({ subject }) => subject === scope.subject);
        if (own.some((each) => this.path(each, party) !== undefined)) return [];
        const population = this.memberOf(scope.subject) ?? null;
        return [{ party, dataset, site: site ?? null, scope: null, population, people: 1 }];
      }
      const { population } = scope;
      const ofAll = there.filter(({ holding }) => holding.population === population);
      const explained = ofAll.some(
        ({ holding }) =>
          reach.firstPathAt(this.forReach, [targetOf(holding, undefined, undefined)], party, this.at) !==
          undefined,
      );
      if (explained) return [];
      const people = new Set(ofAll.map(({ subject }) => subject)).size;
      return [{ party, dataset, site: site ?? null, scope: population, population, people }];
    });
  }
}

// ---------------------------------------------------------------------------------------------------------------
// R17 to R19: what is found

/** A finding at an instant: its subject, the number of people, and the path. */
export type Found = { readonly about: string; readonly people: number; readonly path: string };

const pairs = (path: reach.Path): string => path.map(({ edge, to }) => `${edge} ${to}`).join(', ');

const overdue = ({ action, overdue }: Asked): Answer => action === 'store' && overdue;

/**
 * The version's findings at the instant, in no order; none about data stored at a site without a known operator.
 */
export const foundAt = (instant: Instant, version: Version, parties: readonly string[]): readonly Found[] => {
  if (!version.isInForce(instant.at)) return [];
  if (version.policy === 'domicile:unexplained-access' && version.adoptedBy === null)
    return instant.unexplained().map(({ party, dataset, site, scope, population, people }) => ({
      about: JSON.stringify([
        'unexplained-access',
        'violated',
        'reach',
        party,
        dataset,
        site,
        null,
        null,
        scope,
        population,
      ]),
      people,
      path: '',
    }));
  const isOverdue = version.policy === 'domicile:overdue-backup' && version.adoptedBy === null;
  const judged = isOverdue
    ? [{ rule: 'overdue-backup', holds: overdue }]
    : version.rules.map((rule) => ({ rule, holds: rules[rule]!.holds }));
  const found = new Map<string, { people: number; path: reach.Path }>();
  for (const held of instant.held) {
    const { dataset, site, kind, backup, population } = held.holding;
    const put = (action: 'store' | 'reach', party: string, path: reach.Path): void => {
      const asked = instant.asked(action, party, held);
      for (const { rule, holds } of judged) {
        const answer = holds(asked);
        if (answer === false) continue;
        const about = JSON.stringify([
          ...[
            rule,
            answer === true ? 'violated' : 'indeterminate',
            action,
            action === 'store' ? null : party,
          ],
          ...[dataset, site, kind, backup, population, instant.memberOf(held.subject) ?? null],
        ]);
        const before = found.get(about);
        found.set(about, {
          people: (before?.people ?? 0) + 1,
          path: before === undefined || reach.fewestFirst(path, before.path) < 0 ? path : before.path,
        });
      }
    };
    const operator = instant.operatorOf(site);
    if (operator !== undefined) put('store', operator, []);
    for (const party of parties) {
      const path = instant.path(held, party);
      if (path !== undefined) put('reach', party, path);
    }
  }
  return [...found].map(([about, { people, path }]) => ({ about, people, path: pairs(path) }));
};

/** The first instants of all periods without a change. */
export const slotsOf = (world: World): readonly number[] => {
  const slots = new Set<number>();
  for (const fact of factsOf(world)) {
    slots.add(fact.time);
    if (fact.type === 'AccessObserved') slots.add(fact.time + 1);
    for (const end of ['expires', 'effectiveFrom', 'effectiveUntil'] as const) {
      const value = (fact.data as Readonly<Record<string, unknown>>)[end];
      if (typeof value === 'string') slots.add(instantOf(value));
    }
  }
  return [...slots].sort((a, b) => a - b);
};
