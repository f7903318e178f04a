/**
 * Lists of people compared with brute force on random worlds: the people whom a finding concerns, and whom a party
 * reached, are those in the answers about each person alone, and their numbers match.
 */
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { expect, it } from 'vitest';
import type { Affected, PersonRow } from '../../src/contract/rows/people.ts';
import { codeUnitOrder } from '../../src/domain/events/code-unit-order.ts';
import { type Finding, findingId, subjectKey } from '../../src/domain/policy/finding.ts';
import type { EdgeKind } from '../../src/domain/reach/edge.ts';
import { foldingOrder } from '../../src/domain/recording/folding-order.ts';
import { formatBound, formatInstant } from '../../src/domain/time/instant.ts';
import { contains, cut, type Interval } from '../../src/domain/time/interval.ts';
import { cover } from '../../src/domain/time/timeline.ts';
import { fill } from '../../src/domain/time/varying.ts';
import { accessesTo } from '../../src/questions/accesses.ts';
import { backupsPage } from '../../src/questions/backups.ts';
import { allFindings, findingsOfSubject } from '../../src/questions/findings.ts';
import { reachPage } from '../../src/questions/reach.ts';
import { residencyOf } from '../../src/questions/residency-facts.ts';
import type { View } from '../../src/questions/view.ts';
import type { Outcome } from '../../src/questions/wide/outcome.ts';
import { affectedByParty, peopleOfFinding } from '../../src/questions/wide/people.ts';
import { sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import { day, instant, more } from '../support/more-events.ts';
import { datasets, epoch, parties, sites, subjects, worlds } from '../support/worlds.ts';

const crowd = [0, 1, 2, 3].flatMap((enrolment) => [0, 1, 2].map((index) => `crowd-${enrolment}-${index}`));
const everybody = [...subjects, ...crowd];

/** A log of events of all kinds, some of which name several people. */
const logs = fc
  .tuple(
    worlds({ episodesMin: 4, except: ['SubjectForgotten', 'SigningKeyRotated'] }),
    more,
    fc.array(instant, { minLength: 24, maxLength: 24 }),
    fc.integer({ min: 1, max: 7 }),
  )
  .map(([world, extra, times, every]) => {
    const log: unknown[] = [...world];
    for (const [index, [type, data]] of extra.entries())
      log.splice((index * every + 3) % (log.length + 1), 0, {
        ...sent(`more-${index}`, type as never, data as never, { time: times[index]! }),
      });
    return log;
  });

const askedAt = (view: View, limit: number, after?: string | number) => ({
  clocks: {
    validAt: epoch,
    knownAt: 0,
    position: view.known.position,
    minAssurance: view.known.minAssurance,
  },
  limit,
  after,
  parameters: {},
});

/** All pages of a list of people. */
const allPages = (
  page: (after: string | number | undefined) => Outcome<ReadonlyArray<PersonRow>>,
): ReadonlyArray<PersonRow> => {
  const rows: PersonRow[] = [];
  for (let after: string | number | undefined; ; ) {
    const found = page(after);
    if (E.isLeft(found)) throw new Error(JSON.stringify(found.left));
    rows.push(...found.right.data);
    if (found.right.after === null || found.right.after === undefined) return rows;
    after = found.right.after;
  }
};

const wire = (intervals: ReadonlyArray<Interval>) =>
  intervals.map(({ from, to }) => ({ from: formatBound(from), to: formatBound(to) }));

/** The intervals in which the findings about one person contain a finding. */
const ownIntervals = (own: ReadonlyArray<Finding>, finding: Finding): ReadonlyArray<Interval> =>
  cut(
    cover(
      own
        .filter((each) => subjectKey(each) === subjectKey(finding))
        .filter((each) => each.holding.kind !== null || each.events[0] === finding.events[0])
        .map(({ from, to }) => ({ from, to })),
    ),
    finding,
  );

it('the people whom a finding concerns are those who have it among their own findings, and as many as it counts', () => {
  const seen = { findings: 0, people: 0, ofCohorts: 0, partly: 0 };
  fc.assert(
    fc.property(logs, fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 1, 0.7), (log, limit, share) => {
      const events = storedEvents(log);
      const view = projected(events).view(Math.ceil(events.length * share));
      const own = new Map(everybody.map((subject) => [subject, findingsOfSubject(view, subject)]));
      for (const finding of allFindings(view)) {
        if (finding.source !== undefined) continue;
        seen.findings++;
        const rows = allPages((after) =>
          peopleOfFinding(view, askedAt(view, limit, after), { id: findingId(finding) }),
        );
        const told = new Map(rows.map(({ subject, intervals }) => [subject, intervals]));
        expect(rows.length).toBe(told.size);
        for (const subject of everybody) {
          const expected = ownIntervals(own.get(subject)!, finding);
          const intervals = told.get(subject) ?? [];
          const covered = cover(
            intervals.map(({ from, to }) => ({
              from: from === null ? Number.NEGATIVE_INFINITY : Date.parse(from),
              to: to === null ? Number.POSITIVE_INFINITY : Date.parse(to),
            })),
          );
          expect(wire(covered)).toEqual(wire(expected));
          if (intervals.length > 0) seen.people++;
          if (intervals.length > 0 && subject.startsWith('crowd')) seen.ofCohorts++;
          if (intervals.length > 0 && wire(covered)[0]!.from !== formatBound(finding.from)) seen.partly++;
        }
        for (let half = -1; half < 28; half++) {
          const at = epoch + half * (day / 2);
          if (at < finding.from || at >= finding.to) continue;
          const then = rows.filter(({ intervals }) =>
            intervals.some(
              ({ from, to }) =>
                (from === null || Date.parse(from) <= at) && (to === null || at < Date.parse(to)),
            ),
          );
          expect(then.length).toBe(finding.counts.at(at));
        }
      }
    }),
    { numRuns: 14, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(30);
});

/** The reach of a party to one person's data, from the answer about that person alone. */
const ownReach = (view: View, subject: string, by: Affecting): PersonRow['intervals'] => {
  const { party, from, to, site, dataset, via } = by;
  const during = { from: Date.parse(from), to: Date.parse(to) };
  const question = { at: during.from, during, party, ...(via === undefined ? {} : { via: new Set(via) }) };
  const { data } = reachPage(view, subject, question, { after: undefined, limit: 1_000 });
  return data
    .flatMap(({ intervals }) => intervals)
    .filter(({ holding }) => site === undefined || holding.site === site)
    .filter(({ holding }) => dataset === undefined || holding.dataset === dataset)
    .map((interval) => ({ ...interval, access: null }));
};

/** The accesses of a party to one person's data, from the answers about that person alone. */
const ownAccesses = (view: View, subject: string, by: Affecting): PersonRow['intervals'] =>
  accessesTo(view, residencyOf(view, subject), subject)
    .filter(
      ({ data, time }) => data.party === by.party && Date.parse(by.from) <= time && time < Date.parse(by.to),
    )
    .filter(({ data }) => by.site === undefined || data.site === by.site)
    .filter(({ data }) => by.dataset === undefined || data.dataset === by.dataset)
    .toSorted(foldingOrder)
    .map(({ position, time, data }) => ({
      from: formatInstant(time),
      to: formatInstant(time + 1),
      holding: { dataset: data.dataset, site: data.site ?? null, kind: null, backup: null },
      path: [],
      access: String(position),
    }));

interface Affecting {
  readonly party: string;
  readonly from: string;
  readonly to: string;
  readonly site: string | undefined;
  readonly dataset: string | undefined;
  readonly via: ReadonlyArray<EdgeKind> | undefined;
  readonly observed: boolean;
}

const affecting: fc.Arbitrary<Affecting> = fc
  .record({
    party: fc.constantFrom<string>(...parties),
    observed: fc.boolean(),
    first: fc.nat(12),
    days: fc.integer({ min: 1, max: 14 }),
    site: fc.constantFrom(undefined, undefined, ...sites),
    dataset: fc.constantFrom(undefined, undefined, ...datasets),
    via: fc.constantFrom<ReadonlyArray<EdgeKind> | undefined>(
      undefined,
      undefined,
      ['operates', 'controls'],
      ['granted', 'member-of', 'employs'],
    ),
  })
  .map(({ first, days, via, ...of }) => ({
    ...of,
    via: of.observed ? undefined : via,
    from: formatInstant(epoch + (of.observed ? 0 : first) * (day / 2)),
    to: formatInstant(epoch + (of.observed ? 28 : first + days) * (day / 2)),
  }));

/** How many distinct rows have each counted value. */
const countedBy = <K extends string>(
  rows: ReadonlyArray<PersonRow>,
  name: K,
  of: (row: PersonRow) => Iterable<string | null>,
) => {
  const counts = new Map<string | null, number>();
  for (const row of rows)
    for (const value of new Set(of(row))) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, subjects]) => ({ [name]: value, subjects }))
    .sort((a, b) => codeUnitOrder(String(a[name] ?? '\uffff'), String(b[name] ?? '\uffff')));
};

it('the people whom a party affected are those whose own reach names it, and as many as it counts', () => {
  const seen = { people: 0, ofCohorts: 0, inNone: 0, later: 0, accessed: 0 };
  fc.assert(
    fc.property(
      logs,
      fc.array(affecting, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(1, 1, 0.7),
      (log, questions, limit, share) => {
        const events = storedEvents(log);
        const view = projected(events).view(Math.ceil(events.length * share));
        for (const by of questions) {
          if (!view.mentions('party', by.party)) continue;
          const { party, site, dataset } = by;
          if (site !== undefined && !view.mentions('site', site)) continue;
          if (dataset !== undefined && !view.mentions('dataset', dataset)) continue;
          const parameters = {
            ...(site === undefined ? {} : { site }),
            ...(dataset === undefined ? {} : { dataset }),
            ...(by.via === undefined ? {} : { via: by.via }),
            ...(by.observed ? { observed: true } : {}),
            from: Date.parse(by.from),
            to: Date.parse(by.to),
          };
          let counts: Affected | undefined;
          const rows = allPages((after) =>
            pipe(
              affectedByParty(view, { ...askedAt(view, limit, after), parameters }, { id: party }),
              E.map(({ data, ...page }) => {
                counts = data;
                return { ...page, data: data.people };
              }),
            ),
          );
          const told = new Map(rows.map((row) => [row.subject, row]));
          expect(told.size).toBe(rows.length);
          expect(counts?.subjects).toBe(rows.length);
          for (const subject of everybody) {
            const own = by.observed ? ownAccesses(view, subject, by) : ownReach(view, subject, by);
            if (by.observed && own.length > 0) seen.accessed++;
            expect(told.get(subject)?.intervals ?? []).toEqual(own);
            if (own.length > 0) seen.people++;
            if (own.length > 0 && subject.startsWith('crowd')) seen.ofCohorts++;
            if (own.some(({ from }) => from !== null && from > by.from)) seen.later++;
          }
          if (rows.some(({ populations }) => populations.length === 0)) seen.inNone++;
          const within = (row: PersonRow) => membershipsWithin(view, row, by);
          expect(counts?.populations).toEqual(countedBy(rows, 'population', within));
          expect(counts?.datasets).toEqual(
            countedBy(rows, 'dataset', ({ intervals }) => intervals.map(({ holding }) => holding.dataset)),
          );
        }
      },
    ),
    { numRuns: 120, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
});

/** The populations, or none, of a person during its intervals within the period. */
const membershipsWithin = (view: View, row: PersonRow, by: Affecting): ReadonlyArray<string | null> => {
  const memberships = residencyOf(view, row.subject).memberships.get(row.subject) ?? [];
  return row.intervals.flatMap(({ from, to }) =>
    fill(
      memberships,
      {
        from: Math.max(from === null ? Number.NEGATIVE_INFINITY : Date.parse(from), Date.parse(by.from)),
        to: Math.min(to === null ? Number.POSITIVE_INFINITY : Date.parse(to), Date.parse(by.to)),
      },
      null,
    ).map(({ value }) => value?.population ?? null),
  );
};

it('a backup has as many people as are in it one by one, wherever it is, until it is destroyed', () => {
  const seen = { backups: 0, ofSeveral: 0, moved: 0, destroyed: 0, overdue: 0 };
  fc.assert(
    fc.property(logs, fc.constantFrom(1, 1, 0.7), fc.integer({ min: -1, max: 28 }), (log, share, half) => {
      const events = storedEvents(log);
      const view = projected(events).view(Math.ceil(events.length * share));
      const at = epoch + half * (day / 2);
      const told = backupsPage(view, {
        ...askedAt(view, 1_000),
        clocks: { ...askedAt(view, 1).clocks, validAt: at },
      });
      const rows = new Map(told.data.map((row) => [row.backup, row]));
      const people = new Map<string, Set<string>>();
      const now = new Map<string, { site: string; people: Set<string> }>();
      for (const subject of everybody) {
        for (const { holding, ...interval } of residencyOf(view, subject).presencesOf(subject)) {
          if (holding.kind !== 'backup' || interval.from > at) continue;
          people.set(holding.backup, (people.get(holding.backup) ?? new Set()).add(subject));
          if (!contains(interval, at)) continue;
          const held = now.get(holding.backup) ?? { site: holding.site, people: new Set<string>() };
          now.set(holding.backup, { site: holding.site, people: held.people.add(subject) });
        }
      }
      for (const [backup, of] of people) {
        const row = rows.get(backup);
        expect(row?.subjects).toBe(of.size);
        if (of.size > 1) seen.ofSeveral++;
      }
      for (const [backup, { site, people: of }] of now)
        expect(rows.get(backup)).toMatchObject({
          site,
          subjects: of.size,
          state: expect.stringMatching(/held|overdue/),
        });
      for (const row of rows.values()) {
        seen.backups++;
        if (row.sites.length > 1) seen.moved++;
        if (row.state === 'destroyed') {
          seen.destroyed++;
          expect(now.has(row.backup)).toBe(false);
        }
        if (row.state === 'overdue') {
          seen.overdue++;
          expect(Date.parse(row.expires!)).toBeLessThanOrEqual(at);
        }
      }
    }),
    { numRuns: 150, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
});
