/**
 * What sites held over time, and where datasets were, of random worlds: against a naive model, and against the answers at
 * every instant.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { HoldingStayRow } from '../../src/contract/rows/residency.ts';
import type { EventType } from '../../src/domain/events/catalogue.ts';
import { eventTypes } from '../../src/domain/events/catalogue.ts';
import { decodeData } from '../../src/domain/events/event.ts';
import { beginning, formatInstant, type Instant, never } from '../../src/domain/time/instant.ts';
import type { Interval } from '../../src/domain/time/interval.ts';
import { type HoldingStay, staysAt, staysOfDataset, wireStay } from '../../src/questions/holding-stays.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import type { View } from '../../src/questions/view.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import * as naive from '../support/naive-model.ts';
import {
  datasets,
  knownPositionOf,
  type Question,
  questions,
  recorded,
  shuffled,
  shuffles,
  sites,
  someAuthority,
  worlds,
} from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const everything: Interval = { from: beginning, to: never };
type Events = Parameters<typeof storedEvents>[0] & Parameters<typeof recorded>[0];

const fits = (type: string, data: unknown): boolean =>
  eventTypes.includes(type as EventType) && E.isRight(decodeData(type as EventType, data));

const viewOf = (events: Events, question: Question): View =>
  projected(storedEvents(events, someAuthority)).view(
    knownPositionOf(question, events),
    question.minAssurance,
  );

const worldOf = (events: Events, question: Question): naive.World => ({
  log: recorded(events, someAuthority),
  knownPosition: knownPositionOf(question, events),
  minAssurance: question.minAssurance,
  fits,
});

const wire = (view: View, stays: ReadonlyArray<HoldingStay>): ReadonlyArray<HoldingStayRow> =>
  stays.map((stay) => wireStay(view, stay));

const place = ({ dataset, population, site, kind, backup, from, to }: HoldingStayRow) => ({
  ...{ dataset, population, site, kind, backup, from, to },
});

/** What is there at an instant, as a site's holdings are shown, without how many people they hold. */
const coveringAt = (stays: ReadonlyArray<HoldingStayRow>, at: Instant): ReadonlyArray<object> => {
  const then = formatInstant(at);
  return stays
    .filter(({ from, to }) => from <= then && (to === null || then < to))
    .map(({ dataset, population, kind, backup, from, overdueSince }) => ({
      ...{ dataset, population, kind, backup },
      since: from,
      overdue: overdueSince !== null && overdueSince <= then,
    }));
};

const byRow = (rows: ReadonlyArray<object>): ReadonlyArray<string> =>
  rows.map((row) => JSON.stringify(row)).sort();

const uncounted = (rows: ReadonlyArray<naive.HoldingRow>): ReadonlyArray<object> =>
  rows.map(({ dataset, population, kind, backup, since, overdue }) => ({
    ...{ dataset, population, kind, backup },
    ...{ since, overdue },
  }));

/** Every instant at which anything may change, and those around it. */
const instantsIn = (stays: ReadonlyArray<HoldingStayRow>): ReadonlyArray<Instant> => {
  const bounds = stays.flatMap(({ from, to, overdueSince }) => [from, to, overdueSince]);
  const all = bounds.flatMap((bound) => (bound === null ? [] : [Date.parse(bound)]));
  return [...new Set(all.flatMap((at) => [at - 1, at, at + 1]))];
};

describe('what was held over time, of random worlds', () => {
  it('is what the naive model of the rules says, of each site and each dataset', () => {
    const seen = { stays: 0, ended: 0, own: 0, backups: 0, overdue: 0 };
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const view = viewOf(events, question);
        const world = worldOf(events, question);
        const expected = new Map(sites.map((site) => [site, naive.siteStaysOf(world, site)]));
        for (const site of sites) {
          const stays = wire(view, staysAt(view, site, everything));
          expect(stays.map(place)).toEqual(expected.get(site));
          seen.stays += stays.length;
          seen.ended += stays.filter(({ to }) => to !== null).length;
          seen.own += stays.filter(({ population }) => population === null).length;
          seen.backups += stays.filter(({ backup }) => backup !== null).length;
          seen.overdue += stays.filter(({ overdueSince }) => overdueSince !== null).length;
        }
        for (const dataset of datasets) {
          const stays = wire(view, staysOfDataset(view, dataset, everything)).map(place);
          const ofDataset = [...expected.values()].flat().filter((stay) => stay.dataset === dataset);
          expect(byRow(stays)).toEqual(byRow(ofDataset.map((stay) => place(stay as HoldingStayRow))));
          expect(stays.map(({ from }) => from)).toEqual(stays.map(({ from }) => from).sort());
        }
      }),
      { numRuns: Math.ceil(runs / 2) },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs / 60);
  });

  it('covers each instant with what is held then', () => {
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const view = viewOf(events, question);
        const { site } = question;
        const stays = wire(view, staysAt(view, site, everything));
        for (const at of [question.validAt, ...instantsIn(stays)])
          expect(byRow(coveringAt(stays, at))).toEqual(byRow(uncounted(holdingsAt(view, site, at))));
        const then = { ...worldOf(events, question), validAt: question.validAt };
        expect(byRow(coveringAt(stays, question.validAt))).toEqual(
          byRow(uncounted(naive.holdingsOf(then, site))),
        );
      }),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  it('over a period is every stay that overlaps it, whole', () => {
    fc.assert(
      fc.property(worlds(), questions, questions, (events, question, { validAt: other }) => {
        const view = viewOf(events, question);
        const from = Math.min(question.validAt, other);
        const during = { from, to: Math.max(question.validAt, other) + 1 };
        const overlapping = (stays: ReadonlyArray<HoldingStay>): ReadonlyArray<HoldingStay> =>
          stays.filter((stay) => stay.from < during.to && during.from < stay.to);
        expect(staysAt(view, question.site, during)).toEqual(
          overlapping(staysAt(view, question.site, everything)),
        );
        for (const dataset of datasets)
          expect(staysOfDataset(view, dataset, during)).toEqual(
            overlapping(staysOfDataset(view, dataset, everything)),
          );
      }),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  it('is opened by events of the instant it begins, and closed by those of the instant it ends', () => {
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const view = viewOf(events, question);
        const timeOf = (position: number): Instant => view.fact(position)!.time;
        for (const site of sites) {
          for (const { from, to, opened, closed } of staysAt(view, site, everything)) {
            expect(Math.max(...opened.map(timeOf))).toBe(from);
            expect(closed.map(timeOf)).toEqual(closed.map(() => to));
            expect(closed.length > 0).toBe(to !== never);
          }
        }
      }),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  it('is the same in whatever order events of different times arrive', () => {
    fc.assert(
      fc.property(
        worlds({ distinctTimes: true, corrections: 'one' }),
        shuffles,
        questions,
        (events, keys, { minAssurance }) => {
          const staysIn = (log: Events): ReadonlyArray<object> => {
            const view = projected(storedEvents(log, someAuthority)).view(log.length, minAssurance);
            return sites.flatMap((site) => wire(view, staysAt(view, site, everything)).map(place));
          };
          expect(staysIn(shuffled(events, keys))).toEqual(staysIn(events));
        },
      ),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  it('as known earlier never changes when more becomes known', () => {
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const known = knownPositionOf(question, events);
        const stored = storedEvents(events, someAuthority);
        const [then, now] = [stored.slice(0, known), stored].map((log) => {
          const view = projected(log).view(known, question.minAssurance);
          return [
            ...sites.map((site) => wire(view, staysAt(view, site, everything))),
            ...datasets.map((dataset) => wire(view, staysOfDataset(view, dataset, everything))),
          ];
        });
        expect(now).toEqual(then);
      }),
      { numRuns: Math.ceil(runs / 6) },
    );
  });
});
