/**
 * How long it takes to judge one million class-histories (holding, population, party) of ten years, and to try a policy
 * on them: the timelines are there, the policy is read.
 *
 * Run it with `node bench/policy.ts`. Numbers are of one core.
 */
import type { ClassHistory } from '../src/domain/policy/class-history.ts';
import { differenceOf } from '../src/domain/policy/difference.ts';
import { findingsOf, type Judging } from '../src/domain/policy/findings.ts';
import type { PolicyRegistry } from '../src/domain/policy/registered-entities.ts';
import { RegisteredEntities } from '../src/domain/policy/registered-entities.ts';
import type { PolicyVersion } from '../src/domain/policy/versions.ts';
import { beginning, never } from '../src/domain/time.ts';
import { judgingPolicy } from '../src/policy-language/judging-policy.ts';
import { randomFrom } from './mixed-events.ts';

const historiesCount = 1_000_000;
const partiesEach = 5;
const day = 86_400_000;
const start = Date.UTC(2015, 0, 1);
const end = Date.UTC(2025, 0, 1);
const random = randomFrom(42);
const below = (n: number): number => Math.floor(random() * n);
const pick = <A>(list: ReadonlyArray<A>): A => list[below(list.length)]!;
const instant = (): number => start + below((end - start) / day) * day;

const countries = ['US', 'SG', 'IE', 'DE', 'CN', 'NO', 'BR', 'IN'];
const parties = Array.from({ length: 2_000 }, (_, index) => `party-${index}`);
const sites = Array.from({ length: 500 }, (_, index) => `site-${index}`);
const populations = Array.from({ length: 100 }, (_, index) => `population-${index}`);
const datasets = Array.from({ length: 50 }, (_, index) => `dataset-${index}`);

/** A description that changes once or twice in the ten years, for each id. */
const changing = <D>(ids: ReadonlyArray<string>, describe: (id: string) => D) => {
  const all = new Map(
    ids.map((id) => {
      const bounds = [beginning, ...[instant(), instant()].sort((a, b) => a - b), never];
      const pieces = bounds.slice(0, -1).map((from, index) => ({
        from,
        to: bounds[index + 1]!,
        value: { description: describe(id), events: [below(historiesCount)] },
      }));
      return [id, pieces.filter(({ from, to }) => from < to)] as const;
    }),
  );
  return (id: string) => all.get(id) ?? [];
};

/** Each party stands in up to two others before it in the list, for some years. */
const above = new Map(
  parties.map((party, index) => [
    party,
    index < 20
      ? []
      : [parties[below(20)]!, parties[below(index)]!].map((parent) => {
          const [from, to] = [instant(), instant()].sort((a, b) => a - b) as [number, number];
          return { party: parent, spans: [{ from, to: to + day, opened: [1], closed: [2] }] };
        }),
  ]),
);
const registry: PolicyRegistry = {
  party: changing(parties, (party) => ({
    party,
    kind: 'organisation' as const,
    name: party,
    country: pick(countries),
  })),
  site: changing(sites, () => ({ country: pick(countries), operator: pick(parties), operatorBy: 3 })),
  population: changing(populations, (population) => ({
    population,
    name: population,
    jurisdiction: pick(countries),
  })),
  dataset: changing(datasets, (dataset) => ({
    dataset,
    name: dataset,
    categories: ['profile', pick(['health', 'messages', 'location'])],
    controller: 'party-0',
  })),
  above: (party) => above.get(party) ?? [],
};

const history = (): ClassHistory => {
  const [from, to] = [instant(), instant()].sort((a, b) => a - b) as [number, number];
  const until = to + day;
  const middle = from + Math.floor((until - from) / 2);
  const backup = below(4) === 0 ? `backup-${below(1_000_000)}` : null;
  const population = pick(populations);
  return {
    holding: {
      dataset: pick(datasets),
      site: pick(sites),
      kind: backup === null ? 'live' : 'backup',
      backup,
      population,
    },
    expires: backup === null ? never : middle,
    population,
    subjects: [
      { from, to: middle, value: 1 + below(1_000) },
      { from: middle, to: until, value: 1 + below(1_000) },
    ],
    presences: [{ from, to: until, opened: [below(historiesCount)], closed: [below(historiesCount)] }],
    reached: Array.from({ length: partiesEach }, () => ({
      party: pick(parties),
      intervals: [{ from, to: until, path: [], opened: [below(historiesCount)] }],
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

/** Broken by a few in a hundred, as rules are. */
const rule = (country: string): string => `
  @id("keep-out")
  forbid(principal in Country::"${country}", action == Action::"reach", resource)
  when { resource.jurisdiction == "US" && resource.categories.containsAny(["health", "location"]) }
  unless { resource.country == "US" && resource.live };`;

const measure = <A>(what: string, run: () => A): A => {
  const [began, used] = [performance.now(), process.threadCpuUsage()];
  const result = run();
  const { user, system } = process.threadCpuUsage(used);
  const [wallMs, threadMs] = [performance.now() - began, (user + system) / 1_000];
  console.log(`${what}: ${Math.round(wallMs)} ms, ${Math.round(threadMs)} ms of them on the processor`);
  return result;
};

const histories = Array.from({ length: historiesCount / partiesEach }, history);
const judgingBy = (judged: PolicyVersion): Judging => ({
  policies: [judgingPolicy(judged)],
  entities: new RegisteredEntities(registry),
});
const first = judgingBy(version(1, rule('CN')));
const second = judgingBy(version(2, rule('SG')));

console.log(`${historiesCount} class-histories of up to ten years`);
const cold = measure('judged, first time', () => findingsOf(first, histories));
const before = measure('judged again', () => findingsOf(first, histories));
console.log(`${cold.length} and ${before.length} findings`);
const { opened, closed, lengthened, shortened } = measure('another version tried', () =>
  differenceOf(before, findingsOf(second, histories), 'versions'),
);
console.log(
  `opened ${opened.length}, closed ${closed.length}, lengthened ${lengthened.length}, shortened ${shortened.length}`,
);
