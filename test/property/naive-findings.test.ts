/**
 * Findings, simulations of policies and of events, in random worlds, at random positions and assurances: the
 * questions compared with the naive model of R16 to R20, at every instant at which anything changes.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type EventType, eventTypes } from '../../src/domain/events/catalogue.ts';
import { decodeData, decodeEvent, type Event } from '../../src/domain/events/event.ts';
import { type Finding, subjectsAt } from '../../src/domain/policy/finding.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { newReachBetween } from '../../src/questions/new-reach.ts';
import { policyVersions } from '../../src/questions/policies.ts';
import { simulatePolicy } from '../../src/questions/simulate-policy.ts';
import { asIfRecorded } from '../../src/questions/simulated-events.ts';
import { naming, trailOf } from '../../src/questions/trail.ts';
import { View } from '../../src/questions/view.ts';
import { corrected, source as events, retracted, sent } from '../support/given-events.ts';
import { storedEvents } from '../support/ledger.ts';
import {
  type Found,
  foundAt,
  type Holding,
  Instant,
  slotsOf,
  texts,
  versionsOf,
} from '../support/naive-findings.ts';
import { type Assurance, type CloudEvent, factsOf, type World } from '../support/naive-model.ts';
import { changesOf, correctionsOf, wayOf } from '../support/naive-trail.ts';
import { StagedLedger } from '../support/staged-ledger.ts';
import {
  datasets,
  epoch,
  parties,
  populations,
  recorded,
  sites,
  someAuthority,
  subjects,
  worlds,
} from '../support/worlds.ts';

const runs = Math.ceil(Number(process.env.PROPERTY_RUNS ?? 300) / 10);
const dayMs = 86_400_000;

const fits = (type: string, data: unknown): boolean =>
  eventTypes.includes(type as EventType) && E.isRight(decodeData(type as EventType, data));

// Given -------------------------------------------------------------------------------------------------------------

/** Policies whose rules the model knows, in place of those of the random worlds. */
const withKnownTexts = (event: CloudEvent): CloudEvent => {
  const text = texts[Number(event.id.replace(/\D/g, '')) % texts.length]!;
  const swap = (data: Readonly<Record<string, unknown>>): unknown =>
    typeof data.cedar === 'string' ? { ...data, cedar: text } : data;
  const data = event.data as Readonly<Record<string, unknown>>;
  return 'data' in data
    ? { ...event, data: { ...data, data: swap(data.data as Readonly<Record<string, unknown>>) } }
    : { ...event, data: swap(data) };
};

const tick = fc.nat(11);
const at = (day: number) => ({ time: new Date(epoch + day * dayMs).toISOString() });
const during = (from: number, until: number | undefined) => ({
  effectiveFrom: at(from).time,
  ...(until === undefined ? {} : { effectiveUntil: at(until).time }),
});
const party = fc.constantFrom<string>(...parties);
const dataset = fc.constantFrom<string>(datasets[0], datasets[0], datasets[1]);
const site = fc.constantFrom<string>(...sites);
const scope = fc.oneof(
  fc.constantFrom<string>(...subjects).map((subject) => ({ subject })),
  fc
    .constantFrom<string>(populations[0], populations[0], populations[1])
    .map((population) => ({ population })),
);
const policy = fc.constantFrom('p1', 'p2');

/** Events that are rare in random worlds: by type, data. */
const more = fc.oneof(
  fc
    .record({ party, dataset, scope, site: fc.option(site, { nil: undefined }), action: fc.constant('read') })
    .map((data) => ['AccessObserved', data] as const),
  fc
    .record({
      policy,
      cedar: fc.constantFrom(...texts),
      from: tick,
      until: fc.option(tick, { nil: undefined }),
    })
    .map(
      ({ policy, cedar, from, until }) =>
        [
          'PolicyAdopted',
          {
            ...{ policy, title: 'A policy', cedar, effectiveFrom: at(from).time },
            ...(until === undefined ? {} : { effectiveUntil: at(until).time }),
          },
        ] as const,
    ),
  fc
    .record({ policy: fc.constantFrom('p1', 'p2', 'domicile:overdue-backup', 'domicile:unexplained-access') })
    .chain((data) =>
      fc
        .constantFrom('PolicySuspended', 'PolicyReinstated', 'PolicyWithdrawn')
        .map((type) => [type, data] as const),
    ),
  fc
    .record({
      backup: fc.constantFrom('b1', 'b2', 'b5'),
      dataset,
      scope,
      from: site,
      to: site,
      expires: tick,
    })
    .map(({ expires, ...data }) => ['BackupTaken', { ...data, expires: at(expires).time }] as const),
  fc
    .record({ grant: fc.constantFrom('g1', 'g4'), party, dataset, scope })
    .map(
      ({ grant, party, dataset, scope }) =>
        ['AccessGranted', { grant, party, over: { dataset, scope }, actions: ['read'] }] as const,
    ),
  fc
    .record({ members: fc.subarray([...parties], { minLength: 2, maxLength: 2 }) })
    .map(({ members: [member, group] }) => ['MembershipBegan', { member, group }] as const),
);

const told = fc.record({
  what: more,
  day: tick,
  at: fc.nat(40),
  assurance: fc.constantFrom(undefined, 'claimed', 'verified'),
});

interface Given {
  readonly log: readonly CloudEvent[];
  readonly known: number;
  readonly minAssurance: Assurance;
}

const given: fc.Arbitrary<Given> = fc
  .record({
    world: worlds({
      episodesMin: 2,
      episodesMax: 12,
      correctionsRarity: 3,
      except: ['SubjectForgotten', 'SourceVouched'],
    }),
    extra: fc.array(told, { minLength: 3, maxLength: 9, size: 'max' }),
    share: fc.constantFrom(1, 1, 0.8, 0.6),
    minAssurance: fc.constantFrom<Assurance[]>('claimed', 'claimed', 'observed', 'verified'),
  })
  .map(({ world, extra, share, minAssurance }) => {
    const log = world.map(withKnownTexts);
    for (const [
      index,
      {
        what: [type, data],
        day,
        at: place,
        assurance,
      },
    ] of extra.entries())
      log.splice(
        place % (log.length + 1),
        0,
        sent(`x${index}`, type, data, {
          ...at(day),
          ...(assurance && { assurance }),
        }) as unknown as CloudEvent,
      );
    return { log, known: Math.max(1, Math.ceil(log.length * share)), minAssurance };
  });

const worldOf = ({ log, known, minAssurance }: Given): World => ({
  log: recorded(log, someAuthority),
  fits,
  knownPosition: known,
  minAssurance,
});

const ledgerOf = ({ log }: Given): StagedLedger => {
  const ledger = new StagedLedger(storedEvents(log, someAuthority));
  ledger.record(log.length);
  return ledger;
};

// Then --------------------------------------------------------------------------------------------------------------

const aboutOf = ({ rule, verdict, action, party, holding, population }: Finding): string =>
  JSON.stringify([
    ...[rule, verdict, action, party],
    ...[holding.dataset, holding.site, holding.kind, holding.backup, holding.population, population],
  ]);

const pathOf = (path: ReadonlyArray<{ readonly edge: string; readonly to: string }>): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join(', ');

const text = ({ about, people, path }: Found): string => `${about} ${people} ${path}`;

/** The model does not judge data stored at a site without a known operator. */
const isModelled =
  (instant: Instant) =>
  ({ action, holding, source }: Finding): boolean =>
    source === undefined && !(action === 'store' && instant.operatorOf(holding.site!) === undefined);

describe('in random worlds, at random known positions and assurances', () => {
  it('finds at every instant what the naive model finds', () => {
    const seen = { violated: 0, indeterminate: 0, access: 0, overdue: 0 };
    fc.assert(
      fc.property(given, (asked) => {
        const ledger = ledgerOf(asked);
        try {
          const world = worldOf(asked);
          const view = ledger.view(asked.known, asked.minAssurance);
          const versions = versionsOf(factsOf(world));
          const all = allFindings(view);
          expect(
            policyVersions(view)
              .filter(({ policy }) => policy !== 'domicile:silent-source')
              .map(({ policy, version, adoptedBy }) => [policy, version, adoptedBy])
              .sort(),
          ).toEqual(versions.map(({ policy, version, adoptedBy }) => [policy, version, adoptedBy]).sort());
          for (const slot of slotsOf(world)) {
            const instant = new Instant(world, slot);
            const found = all.filter(
              (finding) => finding.from <= slot && slot < finding.to && isModelled(instant)(finding),
            );
            for (const version of versions) {
              const ofVersion = found.filter(
                (each) => each.policy === version.policy && each.version === version.version,
              );
              const is = ofVersion.map((finding) =>
                text({
                  about: aboutOf(finding),
                  people: subjectsAt(finding, slot),
                  path: pathOf(finding.path),
                }),
              );
              const right = foundAt(instant, version, parties).map(text);
              expect(is.sort(), `at ${new Date(slot).toISOString()}`).toEqual(right.sort());
              for (const { verdict, holding, rule } of ofVersion) {
                seen[verdict]++;
                if (holding.kind === null) seen.access++;
                if (rule === 'overdue-backup') seen.overdue++;
              }
            }
          }
        } finally {
          ledger.close();
        }
      }),
      { numRuns: runs },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs / 10);
  });

  it('simulates a policy as the naive model compares all instants', () => {
    const seen = { opened: 0, closed: 0, lengthened: 0, shortened: 0 };
    fc.assert(
      fc.property(
        given,
        fc.record({
          policy,
          cedar: fc.constantFrom(...texts),
          base: fc.constantFrom(...texts),
          from: tick,
          until: fc.option(tick, { nil: undefined }),
          validAt: tick,
        }),
        (others, { policy, cedar, base, from, until, validAt }) => {
          // One version, of which the simulated one may be longer or shorter.
          const adoption = { ...{ policy, title: 'A policy', cedar: base }, ...during(3, 8) };
          const asked: Given = {
            ...others,
            log: [sent('base', 'PolicyAdopted', adoption, at(0)) as unknown as CloudEvent, ...others.log],
            known: others.known + 1,
          };
          const ledger = ledgerOf(asked);
          try {
            const world = worldOf(asked);
            const view = ledger.view(asked.known, asked.minAssurance);
            const tried = sent(
              'tried',
              'PolicyAdopted',
              {
                ...{ policy, title: 'A policy', cedar, effectiveFrom: at(from).time },
                ...(until === undefined ? {} : { effectiveUntil: at(until).time }),
              },
              at(validAt),
            ) as unknown as CloudEvent;
            const adopted: World = {
              ...world,
              log: [
                ...world.log.slice(0, asked.known),
                ...recorded([...asked.log.slice(0, asked.known), tried]).slice(-1),
              ],
              knownPosition: asked.known + 1,
            };
            const [was, is] = [versionsOf(factsOf(world)), versionsOf(factsOf(adopted))];
            const current = was.findLast(
              (each) => each.policy === policy && each.isInForce(epoch + validAt * dayMs),
            );
            const proposed = is.find(({ adoptedBy }) => adoptedBy === asked.known + 1)!;
            const slots = slotsOf(adopted);
            const instants = slots.map((slot) => new Instant(world, slot));
            const right = naiveDifference(
              instants.map((instant) => (current === undefined ? [] : foundAt(instant, current, parties))),
              instants.map((instant) => foundAt(instant, proposed, parties)),
              slots,
            );
            const difference = simulatePolicy(
              view,
              {
                ...{ policy, title: 'A policy', cedar, effectiveFrom: epoch + from * dayMs },
                ...(until === undefined ? {} : { effectiveUntil: epoch + until * dayMs }),
              },
              epoch + validAt * dayMs,
            );
            // The model does not judge data stored at a site whose operator is never known.
            const isJudged = ({ action, holding }: Finding): boolean =>
              action === 'reach' ||
              instants.every((instant) => instant.operatorOf(holding.site!) !== undefined);
            const isJudgedToo = (row: string): boolean => {
              const [, , action, , , place] = JSON.parse(
                row.slice(row.indexOf('['), row.indexOf(']') + 1),
              ) as string[];
              return (
                action === 'reach' || instants.every((instant) => instant.operatorOf(place!) !== undefined)
              );
            };
            const told = (Object.keys(seen) as (keyof typeof seen)[]).flatMap((list) =>
              difference[list].filter(isJudged).map((finding) => {
                seen[list]++;
                return `${list} ${aboutOf(finding)} ${finding.from} ${finding.to}`;
              }),
            );
            expect(told.sort()).toEqual(right.filter(isJudgedToo).sort());
          } finally {
            ledger.close();
          }
        },
      ),
      { numRuns: runs },
    );
    // Few trials are of the rules in force, for longer or shorter.
    for (const count of [seen.opened, seen.closed]) expect(count).toBeGreaterThan(0);
  });

  it('simulates events as the naive model examines every person', () => {
    const seen = { rows: 0, several: 0 };
    fc.assert(
      fc.property(
        given,
        worlds({ episodesMin: 1, episodesMax: 3, corrections: 'none', except: ['SubjectForgotten'] }),
        fc.nat(99),
        tick,
        (asked, others, first, validAt) => {
          const ledger = ledgerOf(asked);
          try {
            const world = worldOf(asked);
            const view = ledger.view(asked.known, asked.minAssurance);
            // Some events elsewhere, and some corrections of events here.
            const count = 1 + (first % 3);
            const start = first % Math.max(1, others.length - count);
            const extra: CloudEvent[] = others
              .slice(start, start + count)
              .map((event, index) => ({ ...event, id: `try-${index}` }));
            if (first % 5 === 0) {
              const { source, id } = asked.log[first % asked.known]!;
              extra.push(
                sent('try-not', 'EventRetracted', {
                  event: { source, id },
                  reason: 'it never held',
                }) as unknown as CloudEvent,
              );
            }
            const decoded = extra.map((event): Event => {
              const each = decodeEvent(event);
              if (E.isLeft(each)) throw new Error('no event');
              return each.right;
            });
            const when = epoch + validAt * dayMs;
            const rows = newReachBetween(
              view,
              new View(view.index, view.known, asIfRecorded(decoded, 5_000)),
              when,
            );
            const known = asked.log.slice(0, asked.known);
            const tried: World = {
              ...world,
              log: [
                ...world.log.slice(0, asked.known),
                ...recorded([...known, ...extra]).slice(known.length),
              ],
              knownPosition: known.length + extra.length,
            };
            const slots = [...new Set([when, ...slotsOf(world), ...slotsOf(tried)])]
              .filter((slot) => slot >= when)
              .sort((a, b) => a - b);
            /** By party and holding, the newly reached people in each slot, and the first path to any of them. */
            const fresh = slots.map((slot) =>
              newlyReached(new Instant(world, slot), new Instant(tried, slot)),
            );
            for (const [index, slot] of slots.entries()) {
              const here = rows.filter(({ from, to }) => from <= slot && slot < to);
              const is = here.map((row) => `${keyOfRow(row.party, row)} ${pathOf(row.path.edges)}`);
              const right = [...fresh[index]!].map(([key, { path }]) => `${key} ${path}`);
              expect(is.sort(), `at ${new Date(slot).toISOString()}`).toEqual(right.sort());
            }
            for (const row of rows) {
              const people = new Set<string>();
              for (const [index, slot] of slots.entries())
                if (row.from <= slot && slot < row.to)
                  for (const each of fresh[index]!.get(keyOfRow(row.party, row))!.people) people.add(each);
              expect(row.subjects).toBe(people.size);
              seen.rows++;
              if (people.size > 1) seen.several++;
            }
          } finally {
            ledger.close();
          }
        },
      ),
      { numRuns: runs },
    );
    expect(seen.several).toBeGreaterThan(0);
  });

  it('lists in a trail every event that opened or closed a path, and each correction of one', () => {
    const seen = { ways: 0, corrected: 0 };
    fc.assert(
      fc.property(given, fc.constantFrom<string>(...subjects), (asked, subject) => {
        const ledger = ledgerOf(asked);
        try {
          const world = worldOf(asked);
          const view = ledger.view(asked.known, asked.minAssurance);
          const names = ({ data }: Pick<CloudEvent, 'data'>): boolean =>
            JSON.stringify(data).includes(`"${subject}"`);
          const trail = trailOf(view, subject, ({ position }) => names(asked.log[position - 1]!)).map(
            ({ recorded }) => recorded.position,
          );
          expect([...trail].sort((a, b) => a - b)).toEqual(trail);
          const missing = (due: ReadonlyArray<number>): ReadonlyArray<number> =>
            due.filter((position) => !trail.includes(position));
          const way = wayOf(world, subject);
          expect(missing(way), 'ways').toEqual([]);
          const named = world.log
            .slice(0, asked.known)
            .filter(({ event }) => names(event))
            .map(({ position }) => position);
          expect(missing(named), 'named').toEqual([]);
          const namedThen = new Set<number>();
          for (let then = 1; then <= asked.known; then++)
            for (const fact of factsOf({ ...world, knownPosition: then }))
              if (names(fact)) namedThen.add(fact.position);
          expect(missing([...namedThen]), 'named as known then').toEqual([]);
          // A correction of a correction has no effect, and corrects nothing in the trail.
          const corrections = trail
            .filter((position) => !/^Event/.test(asked.log[position - 1]!.type))
            .flatMap((position) => correctionsOf(world, position));
          expect(missing(corrections), 'corrections').toEqual([]);
          const times = new Map(factsOf(world).map(({ position, time }) => [position, time]));
          for (const instant of changesOf(world, subject))
            expect(
              trail.some((position) => times.get(position) === instant),
              new Date(instant).toISOString(),
            ).toBe(true);
          seen.ways += way.length;
          seen.corrected += corrections.length;
        } finally {
          ledger.close();
        }
      }),
      { numRuns: runs },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});

describe('the trail', () => {
  const scopeOf = (population: string) => ({ dataset: 'acme/profile', scope: { population } });
  const trailIn = (
    log: ReadonlyArray<unknown>,
    subject: string,
    names: Parameters<typeof trailOf>[2] = () => false,
  ): ReadonlyArray<number> => {
    const ledger = new StagedLedger(storedEvents(log));
    try {
      ledger.record(log.length);
      return trailOf(ledger.view(log.length, 'claimed'), subject, names).map(
        ({ recorded }) => recorded.position,
      );
    } finally {
      ledger.close();
    }
  };
  const ana = { subject: 'ana' };

  it('says nothing of what only a later correction names, however long it is known', () => {
    const ledger = new StagedLedger(
      storedEvents([
        sent('1', 'DataPlaced', { dataset: 'd', scope: { subject: 'ben' }, site: 'virginia' }, at(0)),
        sent(
          '2',
          'EventCorrected',
          { event: { source: events, id: '1' }, reason: 'a typing error', time: at(1).time },
          at(1),
        ),
        sent('3', 'SubjectEnrolled', { ...ana, population: 'eu-users' }, at(2)),
        sent(
          '4',
          'EventCorrected',
          {
            event: { source: events, id: '1' },
            reason: 'it was hers',
            data: { dataset: 'd', scope: ana, site: 'virginia' },
          },
          at(3),
        ),
      ]),
    );
    const positions = (known: number) =>
      trailOf(ledger.view(known, 'claimed'), 'ana', naming('ana')).map(({ recorded }) => recorded.position);
    try {
      ledger.record(3);
      expect(positions(3)).toEqual([3]);
      ledger.record(4);
      expect(positions(3)).toEqual([3]);
      expect(positions(4)).toEqual([1, 2, 3, 4]);
    } finally {
      ledger.close();
    }
  });

  it('includes what named the person only as known then, and nothing that never did', () => {
    const accessOf = (subject: string) => ({
      data: { party: 'acme', dataset: 'd', scope: { subject }, action: 'read' },
    });
    const log = [
      sent('1', 'AccessObserved', accessOf('ben').data, at(0)),
      corrected('2', '1', accessOf('ana')),
      corrected('3', '1', accessOf('ben')),
      corrected('4', '5', accessOf('ana')),
      sent('5', 'AccessObserved', accessOf('ben').data, at(0)),
      corrected('6', '5', accessOf('ben')),
      corrected('7', '9', accessOf('ana')),
      corrected('8', '9', accessOf('ben')),
      sent('9', 'AccessObserved', accessOf('ben').data, at(0)),
      sent('10', 'AccessObserved', accessOf('ben').data, at(0)),
      retracted('11', '10'),
      corrected('12', '10', accessOf('ana')),
    ];
    // 4 named her until 6; 7 never did, and nor did 10, which was retracted before it was hers.
    const corrections = [2, 4, 7, 12];
    expect(trailIn(log, 'ana', naming('ana'))).toEqual([...corrections, 1, 3, 5, 6].sort((a, b) => a - b));
  });

  it('includes the deletion of data held through one population, even if it stays through another', () => {
    const log = [
      sent('1', 'SubjectEnrolled', { ...ana, population: 'eu-users' }, at(0)),
      sent('2', 'DataPlaced', { ...scopeOf('eu-users'), site: 'virginia' }, at(1)),
      sent('3', 'SubjectEnrolled', { ...ana, population: 'us-users' }, at(2)),
      sent('4', 'DataPlaced', { ...scopeOf('us-users'), site: 'virginia' }, at(3)),
      sent('5', 'DataDeleted', { ...scopeOf('us-users'), site: 'virginia' }, at(4)),
    ];
    expect(trailIn(log, 'ana')).toEqual([1, 2, 3, 4, 5]);
  });

  it('includes the retraction of what prevented a backup from being taken', () => {
    const backup = { backup: 'b1', from: 'virginia', to: 'dublin' };
    const log = [
      sent('1', 'SubjectEnrolled', { ...ana, population: 'us-users' }, at(0)),
      sent('2', 'DataPlaced', { ...scopeOf('us-users'), site: 'virginia' }, at(1)),
      sent('3', 'BackupTaken', { ...backup, ...scopeOf('us-users') }, at(3)),
      sent('4', 'BackupTaken', { ...backup, ...scopeOf('eu-users') }, at(2)),
      sent('5', 'EventRetracted', { event: { source: events, id: '4' }, reason: 'it never was' }, at(5)),
    ];
    expect(trailIn(log, 'ana')).toEqual([1, 2, 3, 5]);
  });
});

const keyOfRow = (party: string, { dataset, site, kind, backup, population }: Holding): string =>
  JSON.stringify([party, dataset, site, kind, backup, population]);

/** The people whom parties reach at an instant in the second world and not in the first, by party and holding. */
const newlyReached = (
  before: Instant,
  after: Instant,
): ReadonlyMap<string, { readonly people: ReadonlySet<string>; readonly path: string }> => {
  const reached = (instant: Instant) =>
    instant.held.flatMap((held) =>
      parties.flatMap((each) => {
        const path = instant.path(held, each);
        return path === undefined ? [] : [{ key: keyOfRow(each, held.holding), subject: held.subject, path }];
      }),
    );
  const was = new Set(reached(before).map(({ key, subject }) => `${key} ${subject}`));
  const fresh = Map.groupBy(
    reached(after).filter(({ key, subject }) => !was.has(`${key} ${subject}`)),
    ({ key }) => key,
  );
  return new Map(
    [...fresh].map(([key, all]) => [
      key,
      {
        people: new Set(all.map(({ subject }) => subject)),
        path: pathOf(
          all
            .map(({ path }) => path)
            .sort((a, b) => a.length - b.length || (pairKey(a) < pairKey(b) ? -1 : 1))[0]!,
        ),
      },
    ]),
  );
};

const pairKey = (path: ReadonlyArray<{ readonly edge: string; readonly to: string }>): string =>
  path.map(({ edge, to }) => `${edge}\u0000${to}`).join('\u0000');

interface Run {
  readonly from: number;
  readonly to: number;
}

/**
 * R20: what opened, closed, lengthened and shortened, from the findings in each slot; one run of slots may be both.
 */
const naiveDifference = (
  before: ReadonlyArray<ReadonlyArray<Found>>,
  after: ReadonlyArray<ReadonlyArray<Found>>,
  slots: ReadonlyArray<number>,
): ReadonlyArray<string> => {
  const runsOf = (found: ReadonlyArray<ReadonlyArray<Found>>, about: string): ReadonlyArray<Run> => {
    const list: Run[] = [];
    for (const [index, here] of found.entries()) {
      if (!here.some((each) => each.about === about)) continue;
      const next = slots[index + 1] ?? Number.POSITIVE_INFINITY;
      const last = list.at(-1);
      if (last?.to === slots[index]) list[list.length - 1] = { from: last!.from, to: next };
      else list.push({ from: slots[index]!, to: next });
    }
    return list;
  };
  const meet = (a: Run, b: Run): boolean => a.from < b.to && b.from < a.to;
  const isWithin = (slot: number, list: ReadonlyArray<Run>): boolean =>
    list.some(({ from, to }) => from <= slot && slot < to);
  const abouts = new Set([...before, ...after].flat().map(({ about }) => about));
  return [...abouts].flatMap((about) => {
    const [was, is] = [runsOf(before, about), runsOf(after, about)];
    const row = (list: string, { from, to }: Run): string => `${list} ${about} ${from} ${to}`;
    const opened = is.filter((run) => !was.some((other) => meet(run, other)));
    const closed = was.filter((run) => !is.some((other) => meet(run, other)));
    const kept = is.filter((run) => !opened.includes(run));
    const lengthened = kept.filter((run) =>
      slots.some((slot) => isWithin(slot, [run]) && !isWithin(slot, was)),
    );
    // The lost part touches the remaining run.
    const lost = runsOfSlots(slots, (slot) => isWithin(slot, was) && !isWithin(slot, is)).filter((run) =>
      was.some((other) => !closed.includes(other) && meet(run, other)),
    );
    const shortened = kept.filter((run) => lost.some(({ from, to }) => to === run.from || from === run.to));
    return [
      ...opened.map((run) => row('opened', run)),
      ...closed.map((run) => row('closed', run)),
      ...lengthened.map((run) => row('lengthened', run)),
      ...shortened.map((run) => row('shortened', run)),
    ];
  });
};

const runsOfSlots = (slots: ReadonlyArray<number>, holds: (slot: number) => boolean): ReadonlyArray<Run> => {
  const list: Run[] = [];
  for (const [index, slot] of slots.entries()) {
    if (!holds(slot)) continue;
    const next = slots[index + 1] ?? Number.POSITIVE_INFINITY;
    const last = list.at(-1);
    if (last?.to === slot) list[list.length - 1] = { from: last.from, to: next };
    else list.push({ from: slot, to: next });
  }
  return list;
};
