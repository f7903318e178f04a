/**
 * Where data was in random worlds: the projections compared with a naive model, and with themselves after other
 * orders of events.
 */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { EventType } from '../../src/domain/events/catalogue.ts';
import { eventTypes } from '../../src/domain/events/catalogue.ts';
import { decodeData } from '../../src/domain/events/event.ts';
import { beginning, never } from '../../src/domain/time/instant.ts';
import { discrepanciesAfter } from '../../src/questions/discrepancies.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { membersAt } from '../../src/questions/members.ts';
import { historyBetween, residencyAt } from '../../src/questions/residency.ts';
import type { View } from '../../src/questions/view.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import * as naive from '../support/naive-model.ts';
import {
  knownPositionOf,
  type Question,
  questions,
  recorded,
  shuffled,
  shuffles,
  someAuthority,
  splitIntoBatches,
  splits,
  worlds,
} from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);

const fits = (type: string, data: unknown): boolean =>
  eventTypes.includes(type as EventType) && E.isRight(decodeData(type as EventType, data));

const unproved = <R extends object>(rows: ReadonlyArray<R>): ReadonlyArray<object> =>
  rows.map((row) => {
    const { assurance: _a, events: _e, ...rest } = row as R & { assurance?: unknown; events?: unknown };
    return rest;
  });

const answers = (view: View, { subject, site, population, validAt }: Question) => ({
  residency: unproved(residencyAt(view, subject, validAt)),
  history: unproved(historyBetween(view, subject, beginning, never)).map(withoutPlace),
  holdings: holdingsAt(view, site, validAt),
  members: membersAt(view, population, validAt),
});

const withoutPlace = (row: object): object => {
  const { country: _c, operator: _o, ...rest } = row as { country?: unknown; operator?: unknown };
  return rest;
};

describe('where data was, of random worlds', () => {
  it('is what the naive model of the rules says, for any question', () => {
    fc.assert(
      fc.property(worlds(), fc.array(questions, { minLength: 1, maxLength: 6 }), (events, asked) => {
        const ledger = projected(storedEvents(events, someAuthority));
        for (const question of asked) {
          const knownPosition = knownPositionOf(question, events);
          const world: naive.World = {
            log: recorded(events, someAuthority),
            knownPosition,
            minAssurance: question.minAssurance,
            validAt: question.validAt,
            fits,
          };
          const view = ledger.view(knownPosition, question.minAssurance);
          expect(answers(view, question)).toEqual({
            residency: naive.residencyOf(world, question.subject),
            history: naive.historyOf({ ...world, validAt: undefined }, question.subject),
            holdings: naive.holdingsOf(world, question.site),
            members: naive.populationCount(world, question.population),
          });
        }
      }),
      { numRuns: runs },
    );
  });

  it('has the discrepancies that the naive model finds', () => {
    const sorted = (rows: ReadonlyArray<{ position: number; code: string }>): ReadonlyArray<string> =>
      [...new Set(rows.map(({ position, code }) => `${position} ${code}`))].sort();
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const knownPosition = knownPositionOf(question, events);
        const { minAssurance } = question;
        const view = projected(storedEvents(events, someAuthority)).view(knownPosition, minAssurance);
        const page = discrepanciesAfter(view, 'open', 0, 1_000);
        const found = page.rows
          .filter(({ code }) => !code.includes('policy'))
          .map(({ event, code }) => ({ position: Number(event), code }));
        const expected = naive.discrepanciesOf({
          log: recorded(events, someAuthority),
          knownPosition,
          minAssurance,
          fits,
        });
        expect(sorted(found)).toEqual(sorted(expected));
      }),
      { numRuns: runs },
    );
  });

  it('is the same however the log was split into pages', () => {
    fc.assert(
      fc.property(worlds(), splits, questions, (events, sizes, question) => {
        const stored = storedEvents(events, someAuthority);
        const known = knownPositionOf(question, events);
        const whole = projected(stored).view(known, question.minAssurance);
        const split = projected(stored, splitIntoBatches(stored, sizes)).view(known, question.minAssurance);
        expect(answers(split, question)).toEqual(answers(whole, question));
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
  });

  it('is the same in whatever order events of different times arrive', () => {
    fc.assert(
      fc.property(
        worlds({ distinctTimes: true, corrections: 'one' }),
        shuffles,
        questions,
        (events, keys, question) => {
          const inOrder = projected(storedEvents(events, someAuthority)).view(
            events.length,
            question.minAssurance,
          );
          const otherwise = projected(storedEvents(shuffled(events, keys), someAuthority)).view(
            events.length,
            question.minAssurance,
          );
          expect(answers(otherwise, question)).toEqual(answers(inOrder, question));
        },
      ),
      { numRuns: Math.ceil(runs / 3) },
    );
  });

  it('as known earlier never changes when more becomes known', () => {
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const known = knownPositionOf(question, events);
        const stored = storedEvents(events, someAuthority);
        const then = projected(stored.slice(0, known)).view(known, question.minAssurance);
        const now = projected(stored).view(known, question.minAssurance);
        expect(answers(now, question)).toEqual(answers(then, question));
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
  });
});
