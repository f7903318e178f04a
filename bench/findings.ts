/**
 * Measures the findings over everything: cold, after one write of each kind, and as known a little earlier, in a
 * log of people with varied histories. The baseline is computing everything from scratch at the last position, in
 * the same run.
 *
 * The environment sets the sizes: BENCH_EVENTS (default 1,000,000), BENCH_INDIVIDUALS (default 100,000).
 */
import { join } from 'node:path';
import type { Event } from '../src/domain/events/event.ts';
import { encodeStored } from '../src/domain/events/stored.ts';
import { unattributed } from '../src/domain/recording/attribution.ts';
import { openProjectionsToRead } from '../src/projections/engine/generations.ts';
import { IndexReader } from '../src/projections/engine/index-reader.ts';
import { Projector } from '../src/projections/engine/projector.ts';
import { allFindings } from '../src/questions/findings.ts';
import { View } from '../src/questions/view.ts';
import { openLogFile } from '../src/store/open/open-log-file.ts';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.ts';
import { inFolder, printTable, secondsOf } from './measure.ts';
import { mixedSubject, randomFrom, registrations } from './mixed-events.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const individuals = Number(process.env.BENCH_INDIVIDUALS ?? 100_000);
const random = randomFrom(11);
const below = (n: number): number => Math.floor(random() * n);
const start = Date.UTC(2016, 0, 1);
const tenYearsMs = 10 * 365 * 86_400_000;
const site = (): string => `site-${below(40)}`;
const population = (): string => `population-${below(12)}`;
const dataset = (): string => `acme/dataset-${below(8)}`;
const party = (): string => `party-${below(60)}`;
const individual = (): string => mixedSubject(below(individuals));

let nth = 0;
const event = (type: string, data: object, time = start + below(tenYearsMs)): Event =>
  ({
    id: `e-${nth++}`,
    source: 'https://emitter.example',
    time,
    assurance: 'observed',
    type,
    data,
  }) as unknown as Event;

const cedar = (condition: string, id: string): string =>
  `@id("${id}") forbid(principal, action, resource) when { ${condition} };`;

function* log(): Generator<Event> {
  yield* registrations();
  for (let index = 0; index < 60; index++) {
    const country = ['US', 'CN', 'SG', 'IE'][index % 4];
    yield event('PartyRegistered', {
      party: `party-${index}`,
      kind: 'organisation',
      name: 'A party',
      country,
    });
    if (index > 0)
      yield event('ControlBegan', {
        controller: `party-${below(index)}`,
        controlled: `party-${index}`,
        basis: 'ownership',
      });
  }
  const texts = [
    cedar('principal in Country::"CN" && resource.jurisdiction == "US"', 'not-there'),
    cedar('resource.jurisdiction == "IE" && resource.country != "IE"', 'at-home'),
    cedar('resource.overdue', 'overdue'),
  ];
  for (const [index, text] of texts.entries())
    yield event('PolicyAdopted', {
      policy: `policy-${index}`,
      title: 'A policy',
      cedar: text,
      effectiveFrom: start,
    });
  for (let index = 0; index < individuals; index++)
    yield event('SubjectEnrolled', { subject: mixedSubject(index), population: population() });
  for (let index = nth, crowd = 0; index < eventsCount; index++) {
    const dice = random();
    const [from, to] = [site(), site()];
    if (dice < 0.2) yield event('SubjectEnrolled', { subject: `crowd-${crowd++}`, population: population() });
    else if (dice < 0.55)
      yield event('DataPlaced', { dataset: dataset(), scope: { subject: individual() }, site: to });
    else if (dice < 0.85 && from !== to)
      yield event('DataMoved', { dataset: dataset(), scope: { subject: individual() }, from, to });
    else if (dice < 0.88) yield event('SubjectErased', { subject: individual() });
    else if (dice < 0.97)
      yield event('AccessObserved', {
        party: party(),
        dataset: dataset(),
        scope: { subject: individual() },
        action: 'read',
      });
    else if (dice < 0.9998)
      yield event('SubjectEnrolled', { subject: individual(), population: population() });
    else if (dice < 0.9999)
      yield event('AccessGranted', {
        grant: `grant-${index}`,
        party: party(),
        over: { population: population() },
        actions: ['read'],
      });
    else if (from !== to)
      yield event('DataCopied', { dataset: dataset(), scope: { population: population() }, from, to });
  }
}

/** One write of each kind, near the end of the time that the log covers. */
const now = start + tenYearsMs;
const writes: ReadonlyArray<readonly [string, () => Event]> = [
  [
    'data of one individual',
    () => event('DataPlaced', { dataset: dataset(), scope: { subject: individual() }, site: site() }, now),
  ],
  [
    'a new person',
    () => event('SubjectEnrolled', { subject: 'somebody-new', population: population() }, now),
  ],
  [
    'an access',
    () =>
      event(
        'AccessObserved',
        { party: party(), dataset: dataset(), scope: { subject: individual() }, action: 'read' },
        now,
      ),
  ],
  [
    'a grant over one person',
    () =>
      event(
        'AccessGranted',
        {
          grant: 'one',
          party: party(),
          over: { dataset: dataset(), scope: { subject: individual() } },
          actions: ['read'],
        },
        now,
      ),
  ],
  [
    'a grant over a site',
    () =>
      event(
        'AccessGranted',
        { grant: 'site', party: party(), over: { site: site() }, actions: ['read'] },
        now,
      ),
  ],
  [
    'a party',
    () =>
      event(
        'PartyRegistered',
        { party: 'party-30', kind: 'organisation', name: 'Another', country: 'US' },
        now,
      ),
  ],
  [
    'a control',
    () => event('ControlBegan', { controller: 'party-1', controlled: 'party-59', basis: 'board' }, now),
  ],
  ['a site', () => event('SiteTransferred', { site: 'site-1', operator: 'party-2' }, now)],
  [
    'a dataset',
    () =>
      event(
        'DatasetRegistered',
        { dataset: 'acme/dataset-1', name: 'Other', categories: ['health'], controller: 'acme' },
        now,
      ),
  ],
  [
    'a policy',
    () =>
      event(
        'PolicyAdopted',
        {
          policy: 'policy-9',
          title: 'New',
          cedar: cedar('resource.country == "CN"', 'none'),
          effectiveFrom: now - 1,
        },
        now,
      ),
  ],
  [
    'a correction',
    () =>
      event(
        'EventRetracted',
        { event: { source: 'https://emitter.example', id: `e-${individuals + 5_000}` }, reason: 'wrong' },
        now,
      ),
  ],
  [
    'data of a population',
    () =>
      event(
        'DataCopied',
        { dataset: dataset(), scope: { population: population() }, from: 'site-1', to: 'site-2' },
        now,
      ),
  ],
];

await inFolder(async (folder) => {
  const logFile = join(folder, 'log.sqlite');
  const projectionsFile = join(folder, 'projections.sqlite');
  const store = openSqliteEventStore(logFile, { now: Date.now });
  const append = async (events: ReadonlyArray<Event>): Promise<void> => {
    await store.append(
      events.map((each) => ({
        source: each.source,
        id: each.id,
        bytes: encodeStored(each),
        ...unattributed,
      })),
    );
  };
  let batch: Event[] = [];
  for (const each of log()) {
    batch.push(each);
    if (batch.length < 1_000) continue;
    await append(batch);
    batch = [];
  }
  await append(batch);
  const projector = new Projector({ logFile, projectionsFile });
  await projector.reached(await store.head(), 3_600_000);

  const reader = openLogFile(logFile);
  const newIndex = (): IndexReader => new IndexReader(openProjectionsToRead(projectionsFile), reader);
  const index = newIndex();
  let found = 0;
  const findings = (of: IndexReader, before = 0): Promise<number> =>
    secondsOf(() =>
      of.snapshot(() => {
        const view = new View(of, { position: of.checkpoint() - before, minAssurance: 'claimed' });
        found = allFindings(view).length;
      }),
    );
  const rows: string[][] = [['', 'seconds', 'of anew']];
  const cold = await findings(index);
  const times: (readonly [string, number])[] = [['cold', cold]];
  for (const [name, write] of writes) {
    await append([write()]);
    projector.grown();
    await projector.reached(await store.head(), 60_000);
    times.push([`after ${name}`, await findings(index)]);
  }
  times.push(['as known ten events before', await findings(index, 10)]);
  const anew = await findings(newIndex());
  for (const [name, seconds] of [...times, ['anew', anew] as const])
    rows.push([name, seconds.toFixed(2), (seconds / anew).toFixed(3)]);
  printTable(
    `Findings over ${eventsCount} events with ${individuals} individuals: ${found} findings, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
    rows,
  );
  await projector.stop();
  await store.close();
});
process.exit(0);
