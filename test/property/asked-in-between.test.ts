/**
 * A ledger that is asked while it is recorded, at the latest and at earlier positions, answers like a process that
 * asks for the first time: caches never show.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatInstant, never } from '../../src/domain/time/instant.ts';
import { Descriptions } from '../../src/questions/descriptions.ts';
import { discrepanciesAfter } from '../../src/questions/discrepancies.ts';
import { eventDetail } from '../../src/questions/events.ts';
import { allFindings, findingsOfSubject } from '../../src/questions/findings.ts';
import { staysAt, staysOfDataset, wireStay } from '../../src/questions/holding-stays.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { lineageOf, transfersBetween } from '../../src/questions/movements.ts';
import { partyCut } from '../../src/questions/party-cut.ts';
import { reachOfParty, wireHoldingReach } from '../../src/questions/party-reach.ts';
import { reachPage } from '../../src/questions/reach.ts';
import { populationRow } from '../../src/questions/registry.ts';
import { residencyAt } from '../../src/questions/residency.ts';
import { naming, trailOf } from '../../src/questions/trail.ts';
import type { View } from '../../src/questions/view.ts';
import { wireFinding } from '../../src/questions/wire-finding.ts';
import { unattended, type Work } from '../../src/questions/work.ts';
import { type Sent, sent } from '../support/given-events.ts';
import { storedEvents } from '../support/ledger.ts';
import { StagedLedger } from '../support/staged-ledger.ts';
import { datasets, epoch, parties, populations, sites, subjects, worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const dayMs = 86_400_000;
/** Few individuals in one step, so that there are several. */
const twoByTwo: Work = { ...unattended, individualsAtOnce: 2 };
const everything = { from: Number.MIN_SAFE_INTEGER, to: never };
const crowd = ['gus', 'hal', 'ida', 'jan', 'kim', 'lea'] as const;
/** So many people that an event about them is not decoded whole. */
const many = Array.from({ length: 110 }, (_, place) => `one-of-many-people-with-a-long-name-${place}`);

/** Every question by name, asked separately, so that caches fill in a random order. */
const questionsAt = (at: number): Readonly<Record<string, (view: View) => unknown>> => ({
  ...Object.fromEntries(
    sites.flatMap((site) => [
      [`holdings of ${site}`, (view: View) => holdingsAt(view, site, at)],
      [
        `stays at ${site}`,
        (view: View) => staysAt(view, site, everything).map((stay) => wireStay(view, stay)),
      ],
      [
        `stays at ${site} that day`,
        (view: View) => staysAt(view, site, { from: at, to: at + dayMs }).map((stay) => wireStay(view, stay)),
      ],
    ]),
  ),
  ...Object.fromEntries(
    datasets.map((dataset) => [
      `stays of ${dataset}`,
      (view: View) => staysOfDataset(view, dataset, everything).map((stay) => wireStay(view, stay)),
    ]),
  ),
  ...Object.fromEntries(
    populations.map((population) => [
      `population ${population}`,
      (view: View) => populationRow(view, new Descriptions(view), population, at),
    ]),
  ),
  ...Object.fromEntries(
    parties.flatMap((party) => [
      [`reach of ${party}`, (view: View) => reachOfParty(view, party, at, everything).map(wireHoldingReach)],
      [`cut of ${party}`, (view: View) => partyCut(view, party, { dataset: datasets[0] }, at)],
    ]),
  ),
  ...Object.fromEntries(
    [...subjects, ...crowd].flatMap((subject) => [
      [`residency of ${subject}`, (view: View) => residencyAt(view, subject, at)],
      [
        `who reaches ${subject}`,
        (view: View) =>
          reachPage(view, subject, { at, during: everything }, { after: undefined, limit: 1_000 }),
      ],
      [
        `findings of ${subject}`,
        (view: View) => findingsOfSubject(view, subject).map((each) => wireFinding(view, each, at)),
      ],
      [`trail of ${subject}`, (view: View) => trailOf(view, subject, naming(subject))],
    ]),
  ),
  findings: (view) => allFindings(view).map((each) => wireFinding(view, each, at)),
  transfers: (view) => transfersBetween(view, everything.from, everything.to),
  lineage: (view) => lineageOf(view, datasets[0], everything.from, everything.to, at),
  open: (view) => discrepanciesAfter(view, 'open', 0, 1_000),
  resolved: (view) => discrepanciesAfter(view, 'resolved', 0, 1_000),
  events: (view) => [...view.knownAfter(0)].map((position) => eventDetail(view, view.recorded(position)!)),
});
const names = Object.keys(questionsAt(0));
const counts = names.filter((name) => /^(holdings|population)/.test(name));

const instant = fc
  .record({ day: fc.nat(13), ms: fc.constantFrom(0, 0, 1, -1) })
  .map(({ day, ms }) => epoch + day * dayMs + ms);

/**
 * The story of a person of whom little is known: what names them first, what enrols them, and what happens to their
 * population's data. In sequence in the log, with other events in between.
 */
const stories = fc.array(
  fc.record({
    who: fc.constantFrom(...crowd),
    first: fc.constantFrom('accessed', 'granted', 'nothing'),
    next: fc.constantFrom('moved', 'deleted', 'copied', 'backup', 'placed', 'erased'),
    population: fc.constantFrom<string>(populations[0], populations[0], populations[1]),
    party: fc.constantFrom<string>(...parties),
    dataset: fc.constantFrom<string>(datasets[0], datasets[0], datasets[1]),
    isWithMany: fc.boolean(),
    between: fc.constantFrom([0, 1], [0, 1], [1, 0], [1, 2], [0, 3]),
    days: fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)),
    gaps: fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)),
  }),
  { minLength: 2, maxLength: 6, size: 'max' },
);
type Story = (typeof stories extends fc.Arbitrary<infer A> ? A : never)[number];

const told = (story: Story, n: number): Sent[] => {
  const { who, first, next, population, party, dataset, isWithMany, between, days } = story;
  const [from, to] = between.map((site) => sites[site]!);
  const on = (day: number) => ({ time: formatInstant(epoch + day * dayMs) });
  const own = { dataset, scope: { subject: who } };
  const all = { dataset, scope: { population } };
  const firsts: Readonly<Record<typeof first, ReadonlyArray<Sent>>> = {
    accessed: [
      sent(`access-${n}`, 'AccessObserved', { party, ...own, site: from, action: 'read' }, on(days[0])),
    ],
    granted: [
      sent(
        `grant-${n}`,
        'AccessGranted',
        { grant: `g-${n}`, party, over: own, actions: ['read'] },
        on(days[0]),
      ),
    ],
    nothing: [],
  };
  const nexts: Readonly<Record<typeof next, readonly [string, object]>> = {
    moved: ['DataMoved', { ...all, from, to }],
    copied: ['DataCopied', { ...all, from, to }],
    deleted: ['DataDeleted', { ...all, site: from }],
    placed: ['DataPlaced', { ...all, site: to }],
    backup: ['BackupTaken', { ...all, backup: `b-${n}`, from, to }],
    erased: ['SubjectErased', { subject: who }],
  };
  const [type, data] = nexts[next];
  return [
    sent(`placed-${n}`, 'DataPlaced', { ...all, site: from }, on(days[0])),
    ...firsts[first],
    isWithMany
      ? sent(
          `enrolled-${n}`,
          'SubjectsEnrolled',
          { subjects: [...many.map((each) => `${each}-${n % 3}`), who], population },
          on(days[1]),
        )
      : sent(`enrolled-${n}`, 'SubjectEnrolled', { subject: who, population }, on(days[1])),
    sent(`next-${n}`, type, data, on(days[2])),
  ];
};

/** The stories among the events of a world, each in order. */
const woven = (world: ReadonlyArray<unknown>, all: ReadonlyArray<Story>): ReadonlyArray<unknown> => {
  const log = [...world];
  for (const [n, story] of all.entries()) {
    let at = n;
    for (const [index, event] of told(story, n).entries()) {
      at = Math.min(log.length, at + (story.gaps[index % 3] ?? 0));
      log.splice(at++, 0, event);
    }
  }
  return log;
};

const asked = fc.array(
  fc.record({
    /** Events recorded before the question. */
    record: fc.constantFrom(0, 1, 1, 1, 2, 3),
    share: fc.constantFrom(1, 1, 1, 0.9, 0.6, 0.3),
    minAssurance: fc.constantFrom('claimed' as const, 'claimed' as const, 'observed' as const),
    at: instant,
    questions: fc
      .tuple(fc.constantFrom(...counts), fc.subarray(names, { maxLength: 3 }))
      .map(([count, others]) => [count, ...others]),
  }),
  { minLength: 10, maxLength: 30, size: 'max' },
);

it('asked in between and at earlier positions, it answers like a process that asks for the first time', () => {
  const seen = { answers: 0, earlier: 0 };
  fc.assert(
    fc.property(
      worlds({ episodesMin: 1, episodesMax: 8, except: ['SubjectForgotten'] }),
      stories,
      asked,
      (world, people, steps) => {
        const log = woven(world, people);
        const ledger = new StagedLedger(storedEvents(log));
        const rest = {
          record: log.length,
          share: 1,
          minAssurance: 'claimed' as const,
          at: epoch + 12 * dayMs,
        };
        try {
          for (const { record, share, minAssurance, at, questions } of [
            ...steps,
            { ...rest, questions: names },
          ]) {
            ledger.record(record);
            const position = Math.ceil(ledger.head * share);
            const all = questionsAt(at);
            for (const name of questions) {
              const answer = all[name]!(ledger.view(position, minAssurance, twoByTwo));
              expect(answer, name).toEqual(all[name]!(ledger.fresh(position, minAssurance)));
              seen.answers++;
              if (position < ledger.head) seen.earlier++;
            }
          }
        } finally {
          ledger.close();
        }
      },
    ),
    { numRuns: Math.ceil(runs / 10) },
  );
  expect(seen.earlier).toBeGreaterThan(runs / 2);
});
