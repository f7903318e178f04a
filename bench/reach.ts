/**
 * Measures how long questions about reach take within the process. Run it with `node bench/reach.ts`.
 *
 * The world: 77,000 parties and teams with about 350,000 interval edges over ten years, a thousand classes of data (live and
 * backups) with the grants over them, a million people in those classes. Questions are
 * about random people at random instants: cold (the labels of their classes are not cached), warm, and then with late grants,
 * revocations and memberships in between.
 */

import { edgeKinds } from '../src/domain/reach/edge.ts';
import type { ReachAnswer } from '../src/domain/reach/reach-of.ts';
import { reachOfSubject } from '../src/domain/reach/reach-of-subject.ts';
import type { Fact } from '../src/domain/recording/facts.ts';
import type { SubjectPresence } from '../src/domain/residency/presences.ts';
import type { Residency } from '../src/domain/residency/residency.ts';
import { type Instant, never } from '../src/domain/time/instant.ts';
import { ReachIndex } from '../src/projections/reach/reach-index.ts';

const organisationCount = 300;
const groupSize = 12;
const teamCount = 6_700;
const personCount = 70_000;
const siteCount = 40;
const populationCount = 20;
const datasetCount = 25;
const peopleCount = 1_000_000;
const warmQuestionCount = 20_000;
const changeCount = 300;

const year = 365.25 * 86_400_000;
const begin: Instant = Date.UTC(2014, 0, 1);
const end: Instant = begin + 10 * year;

// A pseudo-random number generator (mulberry32): the same world on every run.
let seed = 20_220_617;
const random = (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};
const below = (bound: number): number => Math.floor(random() * bound);
const instant = (): Instant => begin + Math.floor(random() * (end - begin));
/** A skewed size: a few are large, most are small. */
const skewed = (bound: number): number => Math.floor(bound * random() ** 2);

const facts: Fact[] = [];
const tell = (type: Fact['type'], time: Instant, data: object): void => {
  facts.push({
    position: facts.length + 1,
    type,
    time,
    assurance: 'observed',
    data,
    corrections: [],
  } as unknown as Fact);
};

const organisation = (n: number): string => `org-${n}`;
const team = (n: number): string => `team-${n}`;
const person = (n: number): string => `person-${n}`;
const population = (n: number): string => `population-${n}`;
const dataset = (n: number): string => `dataset-${n}`;
const site = (n: number): string => `site-${n}`;

let edgeCount = 0;
/** A membership of one or two intervals within the ten years. */
const membership = (member: string, group: string, stretches: number): void => {
  let time = begin + Math.floor(random() * 6 * year);
  for (let stretch = 0; stretch < stretches && time < end; stretch++) {
    tell('MembershipBegan', time, { member, group });
    edgeCount++;
    time += Math.floor((0.5 + random() * 4) * year);
    if (time < end) tell('MembershipEnded', time, { member, group });
    time += Math.floor(random() * year);
  }
};

const tellTheWorld = (): void => {
  for (let n = 0; n < organisationCount; n++) {
    tell('PartyRegistered', begin, {
      party: organisation(n),
      kind: 'organisation',
      name: `Organisation ${n}`,
    });
    // Groups of companies: an earlier company of the group controls each later one. Sometimes others control it too.
    const root = n - (n % groupSize);
    const controllers = n === root ? [] : [root + below(n - root)];
    if (random() < 0.1) controllers.push(below(organisationCount));
    for (const controller of controllers) {
      const data = {
        controller: organisation(controller),
        controlled: organisation(n),
        basis: random() < 0.8 ? 'ownership' : 'board',
      };
      const time = instant();
      tell('ControlBegan', time, data);
      if (random() < 0.3) tell('ControlEnded', time + Math.floor(random() * 5 * year), data);
      edgeCount++;
    }
  }
  for (let n = 0; n < teamCount; n++) {
    tell('PartyRegistered', begin, { party: team(n), kind: 'team', name: `Team ${n}` });
    if (random() < 0.5) membership(team(n), team(below(teamCount)), 1);
  }
  for (let n = 0; n < personCount; n++) {
    tell('PartyRegistered', begin, { party: person(n), kind: 'person', name: `Person ${n}` });
    const employer = skewed(organisationCount);
    membership(person(n), organisation(employer), 1 + below(2));
    for (let teams = 0; teams < 2; teams++) membership(person(n), team(skewed(teamCount)), 1 + below(3));
  }
  for (let n = 0; n < siteCount; n++) {
    tell('SiteRegistered', begin, {
      site: site(n),
      name: `Site ${n}`,
      country: 'US',
      operator: organisation(below(organisationCount)),
    });
    if (random() < 0.5)
      tell('SiteTransferred', instant(), { site: site(n), owner: organisation(below(organisationCount)) });
  }
  let grant = 0;
  const allow = (over: object): void => {
    const time = instant();
    const expires = random() < 0.3 ? { expires: time + Math.floor(random() * 5 * year) } : {};
    tell('AccessGranted', time, {
      grant: `grant-${grant}`,
      party: random() < 0.8 ? team(below(teamCount)) : person(below(personCount)),
      over,
      actions: ['read'],
      ...expires,
    });
    if (random() < 0.3)
      tell('AccessRevoked', time + Math.floor(random() * 3 * year), { grant: `grant-${grant}` });
    grant++;
  };
  for (let p = 0; p < populationCount; p++) {
    allow({ population: population(p) });
    for (let d = 0; d < datasetCount; d++) {
      for (let n = 0; n < 1 + below(3); n++) {
        allow({ dataset: dataset(d), scope: { population: population(p) } });
      }
    }
  }
};

/** The people of a class joined at various times. Their data is at one site, with a backup at another. */
const person_ = (n: number): { readonly subject: string; readonly residency: Residency } => {
  const subject = `subject-${n}`;
  const [p, d] = [n % populationCount, Math.floor(n / populationCount) % datasetCount];
  const enrolled = begin + ((n * 7_919) % Math.floor(8 * year));
  const stay = { subject, from: enrolled, to: never, opened: [1], closed: [] };
  const presences: ReadonlyArray<SubjectPresence> = [
    {
      ...stay,
      holding: {
        kind: 'live',
        dataset: dataset(d),
        population: population(p),
        site: site((p + d) % siteCount),
      },
    },
    {
      ...stay,
      from: enrolled + year,
      holding: {
        kind: 'backup',
        backup: `backup-${p}-${d}`,
        dataset: dataset(d),
        scope: { population: population(p) },
        site: site((p + d + 7) % siteCount),
      },
    },
  ];
  const memberships = new Map([
    [subject, [{ from: enrolled, to: never, value: { population: population(p), event: 1 } }]],
  ]);
  return {
    subject,
    residency: {
      presences,
      presencesOf: () => presences,
      presencesIn: () => presences,
      holdings: [],
      memberships,
      backups: new Map(),
      takenAlong: new Map(),
      discrepancies: [],
    },
  };
};

const milliseconds = (from: bigint): number => Number(process.hrtime.bigint() - from) / 1e6;

const show = (what: string, times: number[]): void => {
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(3);
  console.log(
    `${what.padEnd(44)} n ${String(times.length).padStart(6)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)} ms`,
  );
};

const timed = <A>(times: number[], run: () => A): A => {
  const from = process.hrtime.bigint();
  const result = run();
  times.push(milliseconds(from));
  return result;
};

tellTheWorld();
const building = process.hrtime.bigint();
const index = new ReachIndex(facts);
const parties = [
  ...Array.from({ length: organisationCount }, (_, n) => organisation(n)),
  ...Array.from({ length: teamCount }, (_, n) => team(n)),
  ...Array.from({ length: personCount }, (_, n) => person(n)),
];
for (const party of parties) index.parties.into(party);
console.log(
  `${parties.length} parties, ${edgeCount} interval edges, ${facts.length} facts; folded in ${milliseconds(building).toFixed(0)} ms`,
);

const ask = (n: number): ReachAnswer => {
  const { subject, residency } = person_(n);
  return reachOfSubject(index, subject, residency, {
    at: begin + 8 * year + Math.floor(random() * 2 * year),
  });
};

const classCount = populationCount * datasetCount;
// The code is warm but the labels are not: labels for given kinds of edges are cached separately.
for (let n = 0; n < classCount; n++) {
  const { subject, residency } = person_(n);
  reachOfSubject(index, subject, residency, { at: end, via: new Set(edgeKinds) });
}

const cold: number[] = [];
const sizes: number[] = [];
for (let n = 0; n < classCount; n++) {
  const person = n + classCount * below(peopleCount / classCount);
  sizes.push(timed(cold, () => ask(person)).parties.length);
}
sizes.sort((a, b) => a - b);
console.log(
  `parties in an answer: p50 ${sizes[classCount >> 1]}, p99 ${sizes[Math.floor(classCount * 0.99)]}, max ${sizes.at(-1)}`,
);
show('cold question', cold);

const warm: number[] = [];
for (let n = 0; n < warmQuestionCount; n++) timed(warm, () => ask(below(peopleCount)));
show('warm question', warm);

const changes: number[] = [];
const after: number[] = [];
for (let n = 0; n < changeCount; n++) {
  const position = facts.length + 1 + n;
  const [p, d] = [below(populationCount), below(datasetCount)];
  const late = [
    {
      type: 'AccessGranted',
      data: {
        grant: `late-${n}`,
        party: team(below(teamCount)),
        over: { dataset: dataset(d), scope: { population: population(p) } },
        actions: ['read'],
      },
    },
    { type: 'AccessRevoked', data: { grant: `grant-${below(1_000)}` } },
    { type: 'MembershipBegan', data: { member: person(below(personCount)), group: team(skewed(teamCount)) } },
  ][n % 3]!;
  const fact = {
    position,
    time: instant(),
    assurance: 'observed',
    corrections: [],
    ...late,
  } as unknown as Fact;
  timed(changes, () => index.change([], [fact]));
  timed(after, () => ask(p + populationCount * d));
}
show('late grant, revocation or membership', changes);
show('question of a class after it', after);
