/** Keys as lines of bytes, compared with the plain formulation; and whatever bytes the log has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOfEvents } from '../../src/sealed-index/event-lines.ts';
import { packBlock, unpackBlock } from '../../src/sealed-index/index-format.ts';
import type { IndexedEvent } from '../../src/sealed-index/index-key.ts';
import type { KeyLines } from '../../src/sealed-index/key-lines.ts';
import { KeyOrder } from '../../src/sealed-index/key-order.ts';
import { leafHashesOf } from '../../src/sealed-index/leaf-hashes.ts';
import { keysInBlock, mergedLines } from '../../src/sealed-index/merged-lines.ts';
import { keysOfLines } from '../../src/sealed-index/read-lines.ts';
import { corrected, enrolled, placed, type Sent, sent } from '../support/given-events.ts';
import { storedEvents } from '../support/ledger.ts';
import { plainKeysOf, plainLeavesOf } from '../support/plain-index.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 60);

const hex = (hashes: ReadonlyArray<Uint8Array>): ReadonlyArray<string> =>
  hashes.map((hash) => Buffer.from(hash).toString('hex'));

const expectIndexOf = (blocks: ReadonlyArray<KeyLines>, events: ReadonlyArray<IndexedEvent>): void => {
  const expected = plainKeysOf(events);
  expect(blocks.flatMap(keysOfLines)).toEqual(expected);
  expect(hex(blocks.flatMap(leafHashesOf))).toEqual(hex(plainLeavesOf(expected)));
  expect(blocks.slice(0, -1).every(({ count }) => count === keysInBlock)).toBe(true);
};

const name = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a',
      'ab',
      'a"b',
      'a\\\\b',
      'naming',
      '][1',
      'é',
      'Ärger',
      '日本',
      '🙂',
      'a]',
      'z',
    ),
  },
  { weight: 1, arbitrary: fc.nat(9_999).map((n) => `psn_${n}`) },
);

/** Many people in one event: from a few that come up again and again, some with names that JSON escapes. */
const crowd = fc
  .record({
    from: fc.nat(2_000),
    count: fc.integer({ min: 300, max: 900 }),
    step: fc.integer({ min: 1, max: 7 }),
    others: fc.array(name, { maxLength: 2 }),
  })
  .map(({ from, count, step, others }) => [
    ...Array.from({ length: count }, (_, n) => `somebody-${(from + n * step) % 3_000}`),
    ...others,
  ]);

const events: fc.Arbitrary<ReadonlyArray<Sent>> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: crowd.map((subjects) => ['SubjectsEnrolled', { subjects, population: 'us' }]) },
      { weight: 3, arbitrary: name.map((subject) => ['SubjectEnrolled', { subject, population: 'us' }]) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(name, name)
          .map(([subject, site]) => ['DataPlaced', { dataset: 'd', scope: { subject }, site }]),
      },
      { weight: 1, arbitrary: name.map((group) => ['MembershipBegan', { member: `in-${group}`, group }]) },
      { weight: 1, arbitrary: fc.constant(['SourceVouched', { upTo: '2020-01-01T00:00:00.000Z' }]) },
      {
        weight: 2,
        arbitrary: fc.tuple(name, name).map(([site, operator]) => [
          'EventCorrected',
          {
            event: { source: 'urn:other', id: site },
            reason: 'r',
            data: { site, name: site, country: 'US', operator },
          },
        ]),
      },
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) =>
    list.map(([type, data], n) =>
      sent(`e${n}`, type as string, data, { source: n % 3 === 0 ? 'urn:"quoted' : 'urn:other' }),
    ),
  );

describe('the lines of keys', () => {
  it('are the sorted keys of the events, whatever they name, however they are cut, packed and merged', () => {
    fc.assert(
      fc.property(
        events,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 16 }),
        fc.constantFrom(1, 20_000, undefined),
        (given, sizes, bytesMax) => {
          const stored = storedEvents(given);
          const order = new KeyOrder();
          const parts: KeyLines[][] = [];
          let at = 0;
          for (let part = 0; at < stored.length; part++) {
            const some = stored.slice(at, at + sizes[part % sizes.length]!);
            const blocks = [...linesOfEvents(some, order, bytesMax)];
            expectIndexOf(blocks, some);
            parts.push(blocks.map((block) => unpackBlock(packBlock(block))));
            at += some.length;
          }
          expectIndexOf([...mergedLines(parts)], stored);
        },
      ),
      { numRuns: runs },
    );
  });

  it('given keys with more positions than a leaf lists, have all of them, and the leaf has their hash', () => {
    const stored = storedEvents([
      ...Array.from({ length: 40 }, (_, n) => placed(`p${n}`, 'us', n < 30 ? 'often' : `site-${n % 3}`)),
      ...Array.from({ length: 12 }, (_, n) => corrected(`c${n}`, 'p1', { data: { site: 'often' } })),
    ]);
    const parts = [stored.slice(0, 8), stored.slice(8, 9), stored.slice(9)];
    const blocks = [...mergedLines(parts.map((part) => linesOfEvents(part)))];
    expect(blocks.flatMap(keysOfLines).some(({ positions }) => positions.length > 30)).toBe(true);
    expectIndexOf(blocks, stored);
  });
});

const crowdOf = (subjects: ReadonlyArray<string>): string => subjects.map((each) => `"${each}"`).join(',');
const hundreds = Array.from({ length: 400 }, (_, n) => `somebody-${n}`);
const whole = (data: string, before = '"storedversion":1,', after = ''): string =>
  `{${before}"specversion":"1.0","id":"1","source":"urn:s","type":"SubjectsEnrolled","time":"2020-01-01T00:00:00.000Z","assurance":"observed","data":${data}${after}}`;

describe('the keys of an event that enrols many', () => {
  const dataOf = (list: string, more = ''): string => `{"subjects":[${list}],"population":"us"${more}}`;
  it.each([
    ['as it is written', whole(dataOf(crowdOf(hundreds)))],
    ['with another attribute', whole(dataOf(crowdOf(hundreds)), undefined, ',"traceparent":"00-ab"')],
    ['with somebody twice', whole(dataOf(crowdOf([...hundreds, 'somebody-7'])))],
    ['with a name that is not ASCII', whole(dataOf(crowdOf([...hundreds, 'Zoë'])))],
    ['with a name that JSON escapes', whole(dataOf(crowdOf(['a\\"b', ...hundreds])))],
    ['with a name in which a list ends', whole(dataOf(crowdOf([...hundreds, 'x],'])))],
    ['with a control character', whole(dataOf(crowdOf([...hundreds, '\u007f'])))],
    ['of an earlier version', whole(dataOf(crowdOf(hundreds)), '')],
    ['of an earlier version, with somebody who cannot be', whole(dataOf(crowdOf([...hundreds, ''])), '')],
    ['with spaces', whole(dataOf(crowdOf(hundreds).replaceAll(',', ', ')))],
    ['with something else in the list', whole(dataOf(`${crowdOf(hundreds)},7`))],
    ['with a list in the list', whole(dataOf(`${crowdOf(hundreds)},["x"]`))],
    ['with two lists', whole(dataOf(crowdOf(hundreds), ',"subjects":["other"]'))],
    ['with two lists that begin alike', whole(dataOf(crowdOf(hundreds), ',"subjects":["somebody-0"]'))],
    ['with two populations', whole(dataOf(crowdOf(hundreds), ',"population":"eu"'))],
    ['with two sets of data', whole(dataOf(crowdOf(hundreds)), undefined, ',"data":{"subjects":["other"]}')],
    [
      'with the list elsewhere',
      whole(
        '{"subjects":["somebody-0"],"population":"eu"}',
        `"storedversion":1,"type":"SubjectsEnrolled","time":"","x":{"a":1,"data":${dataOf(crowdOf(hundreds))}},`,
      ),
    ],
    [
      'with its type and time elsewhere',
      `{"storedversion":1,"x":{"type":"SubjectsEnrolled","time":"t"},"type":"SubjectsEnrolled","data":${dataOf(crowdOf(hundreds))}}`,
    ],
    ['of another type after all', whole(dataOf(crowdOf(hundreds)), undefined, ',"type":"SiteRegistered"')],
    ['that is cut off', whole(dataOf(crowdOf(hundreds))).slice(0, -1)],
    ['that is cut off in a name', whole(dataOf(crowdOf(hundreds))).slice(0, -40)],
  ])('%s, are those of the decoded event', (_, text) => {
    const event = { position: 7, source: 'urn:s', id: '1', bytes: Buffer.from(text) };
    expect(event.bytes.length).toBeGreaterThan(4_096);
    expectIndexOf([...linesOfEvents([event])], [event]);
  });
});

describe('a block of lines', () => {
  it.each(['', '\n', '\n["a"]', '\n["a"][1', '\n["a"][1]\n', '\n[1]', '\n["a"][1]\n\n["b"][2]', '["a"]'])(
    'is refused where it is %j',
    (text) => {
      expect(() => unpackBlock(Buffer.from(text))).toThrow(RangeError);
    },
  );

  it('is refused, or the same, where any of its bits is flipped', () => {
    const [block] = linesOfEvents(storedEvents([enrolled('e', 'somebody')]));
    const [packed, keys] = [packBlock(block!), keysOfLines(block!)];
    let refused = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const other = Buffer.from(packed);
      other[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(keysOfLines(unpackBlock(other)), `bit ${bit}`).toEqual(keys);
      } catch (error) {
        if (!(error instanceof RangeError || (error instanceof Error && 'code' in error))) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(packed.length * 7);
  });
});
