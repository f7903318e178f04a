/** Discrepancies in random worlds: the projections compared with the naive model, however the log was read. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type EventType, eventTypes } from '../../src/domain/events/catalogue.ts';
import { decodeData } from '../../src/domain/events/event.ts';
import { discrepanciesAfter } from '../../src/questions/discrepancies.ts';
import { momentsMax } from '../../src/questions/discrepancy-moments.ts';
import { discrepanciesOf } from '../../src/questions/event-discrepancies.ts';
import type { View } from '../../src/questions/view.ts';
import { sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import * as naive from '../support/naive-model.ts';
import {
  knownPositionOf,
  questions,
  recorded,
  someAuthority,
  splitIntoBatches,
  splits,
  worlds,
} from '../support/worlds.ts';

const at = (day: number) => ({ time: new Date(Date.UTC(2020, 0, day)).toISOString() });
const runs = Number(process.env.PROPERTY_RUNS ?? 100);

const fits = (type: string, data: unknown): boolean =>
  eventTypes.includes(type as EventType) && E.isRight(decodeData(type as EventType, data));

/** The naive model knows nothing of policies. */
const isModelled = (code: string): boolean => !/policy/.test(code);

const inOrder = (found: ReadonlyArray<readonly [number, string]>): ReadonlyArray<string> =>
  [
    ...new Set(
      found.filter(([, code]) => isModelled(code)).map(([at, code]) => `${String(at).padStart(4)} ${code}`),
    ),
  ].sort();

/** All pages of a list, each with a number of rows. */
const listed = (
  view: View,
  state: 'open' | 'resolved',
  limit: number,
): ReadonlyArray<readonly [number, string]> => {
  const found: (readonly [number, string])[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const { rows, next } = discrepanciesAfter(view, state, after, limit);
    found.push(...rows.map(({ event, code }) => [Number(event), code] as const));
    after = next;
  }
  return found;
};

describe('discrepancies in random worlds', () => {
  it('are those of the naive model, in the list and for each event', () => {
    fc.assert(
      fc.property(worlds(), splits, questions, (events, sizes, question) => {
        const stored = storedEvents(events, someAuthority);
        const knownPosition = knownPositionOf(question, events);
        const view = projected(stored, splitIntoBatches(stored, sizes)).view(
          knownPosition,
          question.minAssurance,
        );
        const world: naive.World = {
          log: recorded(events, someAuthority),
          knownPosition,
          minAssurance: question.minAssurance,
          fits,
        };
        const expected = inOrder(naive.discrepanciesOf(world).map(({ position, code }) => [position, code]));
        expect(inOrder(listed(view, 'open', 1_000))).toEqual(expected);
        expect(inOrder(listed(view, 'open', 2))).toEqual(expected);
        const ofEach = stored.flatMap(({ position }) => {
          const event = view.recorded(position);
          return event === undefined
            ? []
            : discrepanciesOf(view, event).map(({ code }) => [position, code] as const);
        });
        expect(inOrder(ofEach)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('are resolved if an event did not fit as known at any earlier position, and does now', () => {
    fc.assert(
      fc.property(worlds(), questions, (events, question) => {
        const log = recorded(events, someAuthority);
        const knownPosition = knownPositionOf(question, events);
        const { minAssurance } = question;
        const view = projected(storedEvents(events, someAuthority)).view(knownPosition, minAssurance);
        const codesAt = (position: number): ReadonlySet<string> =>
          new Set(
            naive
              .discrepanciesOf({ log, knownPosition: position, minAssurance, fits })
              .map((each) => `${each.position} ${each.code}`),
          );
        const now = codesAt(knownPosition);
        const ever = new Set(log.slice(0, knownPosition).flatMap(({ position }) => [...codesAt(position)]));
        const expected = [...ever]
          .filter((code) => !now.has(code))
          .map((code) => code.split(' '))
          .map(([position, code]) => [Number(position), code!] as const);
        const perKind = (found: ReadonlyArray<readonly [number, string]>): ReadonlyArray<string> =>
          inOrder(found.filter(([position, code]) => !now.has(`${position} ${code}`)));
        expect(perKind(listed(view, 'resolved', 1_000))).toEqual(inOrder(expected));
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
  });
});

describe('a discrepancy resolved by one of very many late events', () => {
  it('is reported, or the list says that it may be incomplete', () => {
    const log = [
      sent('erased', 'DataDeleted', { dataset: 'd', scope: { subject: 'ana' }, site: 'a' }, at(20)),
      ...Array.from({ length: momentsMax }, (_, n) =>
        sent(`late-${n}`, 'SubjectErased', { subject: 'ana' }, at(2)),
      ),
      sent('placed', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 'a' }, at(3)),
    ];
    const pageOf = (events: ReadonlyArray<unknown>) => {
      const view = projected(storedEvents(events)).view(events.length);
      const { rows, limitMet } = discrepanciesAfter(view, 'resolved', 0, 100, { event: 1 });
      return [rows.map(({ code }) => code), limitMet];
    };
    expect(pageOf(log)).toEqual([['not-held'], true]);
    expect(pageOf([log[0], log.at(-1)])).toEqual([['not-held'], false]);
  });
});
