/**
 * Measures how long it takes to judge one million class-histories (holding, population, party) of ten years, and to
 * simulate a policy on them, with the timelines and the policy in memory. The baseline is Cedar's own engine,
 * extrapolated from a sample on which both agree.
 *
 * Run it with `node bench/policy.ts`. BENCH_HISTORIES (default 1,000,000) sets the number of histories, and
 * BENCH_RUNS (default 3) the number of runs. Results are for one core.
 */

import { type EntityUidJson, preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { compilePolicy } from '../src/domain/policy/compiled-policy.ts';
import type { Finding } from '../src/domain/policy/finding.ts';
import { differenceOf } from '../src/domain/policy/findings-difference.ts';
import { findingsOf, type Judging } from '../src/domain/policy/judge.ts';
import type { JudgedHolding } from '../src/domain/policy/judged-holding.ts';
import type { PolicyVersion } from '../src/domain/policy/policy-versions.ts';
import type { PolicyRegistry } from '../src/domain/policy/registered-entities.ts';
import { RegisteredEntities } from '../src/domain/policy/registered-entities.ts';
import { Path } from '../src/domain/reach/path.ts';
import { beginning, type Instant, never } from '../src/domain/time/instant.ts';
import type { Interval } from '../src/domain/time/interval.ts';
import { StepFunction } from '../src/domain/time/step-function.ts';
import { holdsAt, intersect } from '../src/domain/time/timeline.ts';
import { valueAt } from '../src/domain/time/varying.ts';
import { median, printTable } from './measure.ts';
import { randomFrom } from './mixed-events.ts';

const historiesCount = Number(process.env.BENCH_HISTORIES ?? 1_000_000);
const partiesEach = 5;
const runs = Number(process.env.BENCH_RUNS ?? 3);
const day = 86_400_000;
const start = Date.UTC(2015, 0, 1);
const end = Date.UTC(2025, 0, 1);
const random = randomFrom(42);
const below = (n: number): number => Math.floor(random() * n);
const pick = <A>(list: ReadonlyArray<A>): A => list[below(list.length)]!;
const aPosition = (): number => below(historiesCount);
const instant = (): number => start + below((end - start) / day) * day;

const countries = ['US', 'SG', 'IE', 'DE', 'CN', 'NO', 'BR', 'IN'];
const parties = Array.from({ length: 2_000 }, (_, index) => `party-${index}`);
const sites = Array.from({ length: 500 }, (_, index) => `site-${index}`);
const populations = Array.from({ length: 100 }, (_, index) => `population-${index}`);
const datasets = Array.from({ length: 50 }, (_, index) => `dataset-${index}`);

/** A description for each id that changes `times()` times in the ten years. */
const changing = <D>(ids: ReadonlyArray<string>, times: () => number, describe: (id: string) => D) => {
  const all = new Map(
    ids.map((id) => {
      const changes = Array.from({ length: times() }, instant).sort((a, b) => a - b);
      const bounds = [beginning, ...changes, never];
      const pieces = bounds.slice(0, -1).map((from, index) => ({
        from,
        to: bounds[index + 1]!,
        value: { description: describe(id), events: [aPosition()] },
      }));
      return [id, pieces.filter(({ from, to }) => from < to)] as const;
    }),
  );
  return (id: string) => all.get(id) ?? [];
};

/** Each party is in up to two earlier parties of the list, for some years. */
const above = new Map(
  parties.map((party, index) => [
    party,
    index < 20
      ? []
      : [parties[below(20)]!, parties[below(index)]!].map((parent) => {
          const [from, to] = [instant(), instant()].sort((a, b) => a - b) as [number, number];
          return {
            party: parent,
            edge: 'controls' as const,
            spans: [{ from, to: to + day, opened: [1], closed: [2] }],
          };
        }),
  ]),
);
const twice = (): number => 2;
const seldom = (): number => (below(4) === 0 ? 1 : 0);
const registry: PolicyRegistry = {
  party: changing(parties, twice, (party) => ({
    party,
    kind: 'organisation' as const,
    name: party,
    country: pick(countries),
  })),
  site: changing(sites, twice, () => ({ country: pick(countries), operator: pick(parties), operatorBy: 3 })),
  population: changing(populations, seldom, (population) => ({
    population,
    name: population,
    jurisdiction: pick(countries),
  })),
  dataset: changing(datasets, twice, (dataset) => ({
    dataset,
    name: dataset,
    categories: ['profile', pick(['health', 'messages', 'location'])],
    controller: 'party-0',
  })),
  above: (party) => above.get(party) ?? [],
  owners: () => [],
};

/** The ten years cut into this many intervals, with gaps after some of them. */
const pieces = (count: number): ReadonlyArray<Interval> => {
  const cuts = Array.from({ length: count - 1 }, instant);
  const bounds = [start, ...[...new Set(cuts)].sort((a, b) => a - b), end];
  return bounds.slice(0, -1).flatMap((from, index) => {
    const to = bounds[index + 1]! - (below(4) === 0 ? day : 0);
    return from < to ? [{ from, to }] : [];
  });
};

const history = (): JudgedHolding => {
  const backup = below(4) === 0 ? `backup-${below(1_000_000)}` : null;
  const population = pick(populations);
  const presences = pieces(1 + below(2)).map((interval) => ({
    ...interval,
    opened: [aPosition()],
    closed: [aPosition()],
  }));
  return {
    holding: {
      dataset: pick(datasets),
      site: pick(sites),
      kind: backup === null ? 'live' : 'backup',
      backup,
      population,
    },
    expires: backup === null ? never : instant(),
    population,
    subjects: StepFunction.of(
      presences.flatMap(({ from, to }) => {
        const middle = from + Math.floor((to - from) / 2);
        return [
          { from, to: middle, value: 1 + below(1_000) },
          { from: middle, to, value: 1 + below(1_000) },
        ].filter((piece) => piece.from < piece.to);
      }),
    ),
    presences,
    reached: [...new Set(Array.from({ length: partiesEach }, () => pick(parties)))].map((party) => ({
      party,
      intervals: intersect(pieces(1 + below(3)), presences).map((interval) => ({
        ...interval,
        path: new Path([]),
      })),
    })),
  };
};

const version = (number: number, cedar: string): PolicyVersion => ({
  policy: 'bench',
  version: number,
  title: 'A policy',
  authority: null,
  cedar,
  effectiveFrom: beginning,
  effectiveUntil: never,
  adoptedBy: 1,
  inForce: [{ from: beginning, to: never, opened: [1], closed: [] }],
});

/** A typical rule: a few per cent of the histories break it. */
const keepOut = (country: string): string => `
  @id("keep-out")
  forbid(principal in Country::"${country}", action == Action::"reach", resource)
  when { resource.jurisdiction == "US" && resource.categories.contains("health") }
  unless { resource.country == "US" && resource.live };`;

/** A rule that depends on both the party and the holding. */
const together = `
  @id("together")
  forbid(principal, action == Action::"reach", resource)
  when { if principal.country == "CN" then resource.jurisdiction == "US" && resource.country != "US" else false };`;

const judgingBy = (judged: PolicyVersion): Judging => ({
  policies: [compilePolicy(judged)],
  entities: new RegisteredEntities(registry),
});

// The stock engine, asked about a sample at every instant at which its input changes ---------------------

const aboveAt = (party: string, at: Instant): ReadonlyArray<EntityUidJson> => {
  const found = new Set([party]);
  for (const each of found)
    for (const { party: parent, spans } of registry.above(each)) if (holdsAt(spans, at)) found.add(parent);
  return [...found].flatMap((each) => {
    const country = valueAt(registry.party(each), at)?.description.country;
    const own = country === undefined ? [] : [{ type: 'Country', id: country }];
    return each === party ? own : [{ type: 'Party', id: each }, ...own];
  });
};

const boundsIn = (party: string, { holding, population, expires }: JudgedHolding): ReadonlyArray<Instant> => [
  expires,
  ...[
    ...registry.party(party),
    ...registry.site(holding.site),
    ...registry.dataset(holding.dataset),
    ...registry.population(population!),
    ...registry.above(party).flatMap(({ spans }) => spans),
  ].flatMap(({ from, to }) => [from, to]),
];

const isBrokenAt = (party: string, { holding, population, expires }: JudgedHolding, at: Instant): boolean => {
  const answer = statefulIsAuthorized({
    principal: { type: 'Party', id: party },
    action: { type: 'Action', id: 'reach' },
    resource: { type: 'Holding', id: 'h' },
    context: {},
    preparsedPolicySetId: 'bench',
    entities: [
      {
        uid: { type: 'Party', id: party },
        attrs: { country: valueAt(registry.party(party), at)!.description.country! },
        parents: [...aboveAt(party, at)],
      },
      {
        uid: { type: 'Holding', id: 'h' },
        attrs: {
          dataset: holding.dataset,
          categories: [...valueAt(registry.dataset(holding.dataset), at)!.description.categories],
          population: population!,
          jurisdiction: valueAt(registry.population(population!), at)!.description.jurisdiction,
          site: holding.site,
          country: valueAt(registry.site(holding.site), at)!.description.country!,
          live: holding.kind === 'live',
          overdue: at >= expires,
        },
        parents: [{ type: 'Site', id: holding.site }],
      },
    ],
  });
  if (answer.type === 'failure') throw new Error(answer.errors[0]!.message);
  return answer.response.diagnostics.reason.length > 0;
};

/** Judges the class-histories of a sample instant by instant. Throws if the findings disagree. */
const stock = (
  cedar: string,
  sample: ReadonlyArray<JudgedHolding>,
  findings: ReadonlyArray<Finding>,
): Took => {
  preparsePolicySet('bench', { staticPolicies: cedar });
  const ofHistory = Map.groupBy(findings, ({ holding, party }) => `${JSON.stringify(holding)} ${party}`);
  let [judged, instants] = [0, 0];
  const took = measured(() => {
    for (const each of sample) {
      for (const { party, intervals } of each.reached) {
        judged++;
        const found = ofHistory.get(`${JSON.stringify(each.holding)} ${party}`) ?? [];
        const bounds = boundsIn(party, each);
        for (const { from, to } of intervals) {
          for (const at of new Set([from, ...bounds.filter((bound) => from < bound && bound < to)])) {
            instants++;
            const isFound = found.some((finding) => finding.from <= at && at < finding.to);
            if (isBrokenAt(party, each, at) !== isFound)
              throw new Error('the stock engine says something else');
          }
        }
      }
    }
  });
  console.log(
    `stock engine: ${instants} instants of ${judged} class-histories, all as ours; times are extrapolated`,
  );
  return {
    wallMs: (took.wallMs / judged) * historiesCount,
    threadMs: (took.threadMs / judged) * historiesCount,
  };
};

// Measurements ------------------------------------------------------------------------------------------------------------

interface Took {
  readonly wallMs: number;
  readonly threadMs: number;
}

const measured = (run: () => void): Took => {
  const [began, used] = [performance.now(), process.threadCpuUsage()];
  run();
  const { user, system } = process.threadCpuUsage(used);
  return { wallMs: performance.now() - began, threadMs: (user + system) / 1_000 };
};

/** The median of several runs. */
const several = (run: () => void): Took => {
  const took = Array.from({ length: runs }, () => measured(run));
  return {
    wallMs: median(took.map(({ wallMs }) => wallMs)),
    threadMs: median(took.map(({ threadMs }) => threadMs)),
  };
};

const histories = Array.from({ length: historiesCount / partiesEach }, history);
const distinct = new Set<string>();
let [pairs, intervals] = [0, 0];
for (const { holding, reached } of histories) {
  for (const { party, intervals: each } of reached) {
    distinct.add([...Object.values(holding), party].join());
    pairs++;
    intervals += each.length;
  }
}
console.log(
  `${pairs} class-histories of ten years, ${distinct.size} of them distinct, in ${intervals} intervals; what is registered and in what parties stand changes meanwhile`,
);
distinct.clear();

const rows: string[][] = [['', 'wall', 'on the processor', 'of the stock engine']];
const row = (what: string, took: Took, raw?: Took): void => {
  const ms = (value: number): string => `${Math.round(value).toLocaleString('en')} ms`;
  const ratio = raw === undefined ? '' : `1/${Math.round(raw.threadMs / took.threadMs).toLocaleString('en')}`;
  rows.push([what, ms(took.wallMs), ms(took.threadMs), ratio]);
};

const sample = histories.slice(0, 200);
const judge = (name: string, cedar: string): ReadonlyArray<Finding> => {
  const judging = judgingBy(version(1, cedar));
  let findings: ReadonlyArray<Finding> = [];
  const cold = measured(() => {
    findings = findingsOf(judging, histories);
  });
  const raw = stock(cedar, sample, findingsOf(judging, sample));
  row(`${name}: judged, first time`, cold, raw);
  row(
    `${name}: judged again`,
    several(() => findingsOf(judging, histories)),
    raw,
  );
  row(`${name}: stock engine`, raw);
  console.log(`${name}: ${findings.length} findings`);
  return findings;
};

judge('together', together);
const before = judge('keep-out', keepOut('CN'));
const second = judgingBy(version(2, keepOut('SG')));
row(
  'another version tried, against what is found',
  several(() => differenceOf(before, findingsOf(second, histories), 'versions')),
);
const { opened, closed, lengthened, shortened } = differenceOf(
  before,
  findingsOf(second, histories),
  'versions',
);
console.log(
  `opened ${opened.length}, closed ${closed.length}, lengthened ${lengthened.length}, shortened ${shortened.length}`,
);
row(
  'both versions judged and compared, as simulate does',
  several(() => {
    const [first, next] = [judgingBy(version(1, keepOut('CN'))), judgingBy(version(2, keepOut('SG')))];
    differenceOf(findingsOf(first, histories), findingsOf(next, histories), 'versions');
  }),
);
printTable(
  `${historiesCount.toLocaleString('en')} class-histories (holding, population, party) of ten years, median of ${runs}`,
  rows,
);
