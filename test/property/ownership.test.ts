/**
 * Ownership over intervals, compared at every instant of random worlds with replays of the world up to it (R23).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ownership } from '../../src/domain/policy/ownership.ts';
import { policyRegistry } from '../../src/domain/policy/policy-registry.ts';
import type { Fact } from '../../src/domain/recording/facts.ts';
import { valueAt } from '../../src/domain/time/varying.ts';
import { ReachIndex } from '../../src/projections/reach/reach-index.ts';
import { employedAt, ownedAt } from '../support/naive-ownership.ts';
import { day, epoch, factAt } from '../support/reach-worlds.ts';

// Given -------------------------------------------------------------------------------------------------------------

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const from = ['CN', 'RU'];
const instants = 8;
const party = fc.constantFrom(...names);
const basis = fc.constantFrom('ownership', 'board');
const share = fc.option(fc.constantFrom(0, 10, 19.9, 25, 30.1, 49.9, 50, 100), { nil: undefined, freq: 6 });
const data = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('PartyRegistered'),
      party,
      country: fc.option(fc.constantFrom('US', 'CN', 'RU', 'SG'), { nil: undefined, freq: 5 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('ControlBegan'),
      controller: party,
      controlled: party,
      basis,
      share,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('ControlEnded'), controller: party, controlled: party, basis }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('MembershipBegan'), member: party, group: party }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('MembershipEnded'), member: party, group: party }) },
);
const world: fc.Arbitrary<ReadonlyArray<Fact>> = fc
  .array(fc.tuple(fc.nat(instants - 1), data), { minLength: 5, maxLength: 40, size: 'max' })
  .map((told) =>
    told.map(([tick, { type, ...of }], index) =>
      factAt(index + 1, {
        type,
        time: epoch + tick * day,
        data: type === 'PartyRegistered' ? { kind: 'organisation', name: 'a party', ...of } : of,
      } as Parameters<typeof factAt>[1]),
    ),
  );

const ownershipIn = (facts: ReadonlyArray<Fact>): Ownership =>
  new Ownership(policyRegistry(new ReachIndex(facts), facts), from);

// Then --------------------------------------------------------------------------------------------------------------

it('says of every party at every instant what a replay of the world says, however unknown shares count', () => {
  const seen = { yes: 0, unknown: 0, no: 0, employed: 0 };
  fc.assert(
    fc.property(world, fc.shuffledSubarray(names, { minLength: names.length }), (facts, order) => {
      const ownership = ownershipIn(facts);
      for (let tick = -1; tick <= instants; tick++) {
        const at = epoch + tick * day;
        const right = {
          owned: { all: ownedAt(facts, from, at, true), none: ownedAt(facts, from, at, false) },
          employed: { all: employedAt(facts, from, at, true), none: employedAt(facts, from, at, false) },
        };
        for (const each of order) {
          for (const [name, { all, none }] of Object.entries(right)) {
            const history = name === 'owned' ? ownership.ownedFrom(each) : ownership.employedFrom(each);
            const told = valueAt(history.pieces, at)!;
            expect(told, `${each} at ${tick}`).toBe(
              none.has(each) ? 'yes' : all.has(each) ? 'unknown' : 'no',
            );
            if (name === 'owned') seen[told]++;
            else if (told !== 'no') seen.employed++;
          }
        }
      }
    }),
    { numRuns: 1_500 },
  );
  for (const count of [seen.yes, seen.unknown, seen.no, seen.employed]) expect(count).toBeGreaterThan(1_000);
});

it('proves an ownership by sufficient events', () => {
  let proved = 0;
  fc.assert(
    fc.property(world, (facts) => {
      const ownership = ownershipIn(facts);
      for (const each of names) {
        const { pieces, eventsAt } = ownership.ownedFrom(each);
        for (const { from: begins, value } of pieces) {
          if (value === 'no' || !Number.isFinite(begins) || begins < epoch) continue;
          const events = eventsAt(begins).value;
          const enough = facts.filter(({ position }) => events.includes(position));
          expect(ownedAt(enough, from, begins, value === 'unknown').has(each)).toBe(true);
          proved++;
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(proved).toBeGreaterThan(300);
});
