/** A sequence of snapshots: afterwards the source says exactly what the latest one does. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, type Event } from '../../src/domain/events/event.ts';
import { differenceOf } from '../../src/import/facts/difference.ts';
import { corrected, factsAt } from '../../src/import/facts/facts-at.ts';
import { disagreements } from '../../src/import/facts/reconcile.ts';
import { digestOf, eventOf, type Fact, type ForeignEvent } from '../../src/import/imported/foreign-event.ts';
import { orFail } from './samples.ts';

const source = 'https://directory.example';
const name = fc.constantFrom('a', 'b', 'c');
const scope = name.map((population) => ({ population }));

const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ member: name, group: name }).map((data): Fact => ({ type: 'MembershipBegan', data })),
  fc
    .record({
      controller: name,
      controlled: name,
      basis: fc.constantFrom('board', 'contract'),
      share: fc.constantFrom(10, 60),
    })
    .map((data) => ({ type: 'ControlBegan', data }) as Fact),
  fc
    .record({
      grant: name,
      party: name,
      over: fc.oneof(
        name.map((site) => ({ site })),
        name.map((dataset) => ({ dataset })),
      ),
      actions: fc.constantFrom(['read'], ['read', 'write']),
    })
    .map((data) => ({ type: 'AccessGranted', data }) as Fact),
  fc.record({ dataset: name, scope, site: name }).map((data): Fact => ({ type: 'DataPlaced', data })),
  fc
    .record({ party: name, kind: fc.constantFrom('team', 'person'), name })
    .map((data) => ({ type: 'PartyRegistered', data }) as Fact),
);

/** A snapshot in the form of an importer's result. */
const snapshot = (facts: ReadonlyArray<Fact>): ReadonlyArray<ForeignEvent> =>
  facts.map((fact, index) =>
    eventOf(digestOf(fact, index), { source, time: '2020-01-01T00:00:00.000Z', assurance: 'claimed' }, fact),
  );
const decoded = (events: ReadonlyArray<ForeignEvent>): ReadonlyArray<Event> =>
  events.map((event) => orFail(decodeEvent(event)));

const day = 86_400_000;
/** The log after a sequence of snapshots, a day apart. */
const synced = (snapshots: ReadonlyArray<ReadonlyArray<Fact>>): ReadonlyArray<Event> => {
  let log: ReadonlyArray<Event> = [];
  for (const [index, facts] of snapshots.entries()) {
    const at = Date.UTC(2024, 0, 1) + index * day;
    const { events } = differenceOf(factsAt(log, at), snapshot(facts), source, at);
    log = [...log, ...decoded(events)];
  }
  return log;
};

describe('a sequence of snapshots', () => {
  it('leaves exactly the facts of the last one, and descriptions that it lacks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyFact, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        (snapshots) => {
          const says = factsAt(synced(snapshots), Number.POSITIVE_INFINITY);
          const alone = factsAt(synced([snapshots.at(-1)!]), Number.POSITIVE_INFINITY);

          const differing = disagreements(says, alone).filter(
            ({ first, second }) => !(second === undefined && first?.type === 'PartyRegistered'),
          );
          expect(differing).toEqual([]);
        },
      ),
    );
  });

  it('repeats nothing: the same snapshot changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        const log = synced([facts]);
        const { events } = differenceOf(
          factsAt(log, Number.POSITIVE_INFINITY),
          snapshot(facts),
          source,
          1e13,
        );

        expect(events).toEqual([]);
      }),
    );
  });

  it('makes each event once, so that none conflicts with another', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyFact, { maxLength: 12 }), { maxLength: 4 }), (snapshots) => {
        const log = synced(snapshots);

        expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
      }),
    );
  });

  it('keeps every earlier day unchanged', () => {
    const first: Fact = { type: 'MembershipBegan', data: { member: 'a', group: 'b' } };
    const log = synced([[first], [], [first]]);

    const days = [0, 1, 2].map((index) => factsAt(log, Date.UTC(2024, 0, 1) + index * day).size);
    expect(days).toEqual([1, 0, 1]);
  });
});

describe('the facts of a source', () => {
  const event = (fact: Fact, id: string): ForeignEvent =>
    eventOf(id, { source, time: '2024-01-01T00:00:00.000Z', assurance: 'claimed' }, fact);
  const member: Fact = { type: 'MembershipBegan', data: { member: 'a', group: 'b' } };

  it('exclude what was retracted, and are as corrected', () => {
    const target = (id: string) => ({ event: { source, id }, reason: 'wrong' });
    const log = decoded([
      event(member, '1'),
      event({ type: 'EventRetracted', data: target('1') }, '2'),
      event(member, '3'),
      event({ type: 'EventCorrected', data: { ...target('3'), data: { member: 'c', group: 'b' } } }, '4'),
    ]);

    const facts = [...factsAt(corrected(log), Number.POSITIVE_INFINITY).values()].map(({ fact }) => fact);
    expect(facts).toEqual([{ type: 'MembershipBegan', data: { member: 'c', group: 'b' } }]);
  });

  it('are compared with those of another source', () => {
    const moved: Fact = {
      type: 'DataMoved',
      data: { dataset: 'd', scope: { population: 'p' }, from: 'x', to: 'y' },
    };
    const placedAt = (site: string): Fact => ({
      type: 'DataPlaced',
      data: { dataset: 'd', scope: { population: 'p' }, site },
    });
    const [a, b] = [[placedAt('x'), moved, member], [placedAt('y')]].map((facts) =>
      factsAt(decoded(facts.map((fact, index) => event(fact, String(index)))), Number.POSITIVE_INFINITY),
    );

    expect(disagreements(a!, b!)).toEqual([{ first: member, second: undefined }]);
  });
});
