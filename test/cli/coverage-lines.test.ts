/** What the command line says below an answer about what the answer lacks. */
import { describe, expect, it } from 'vitest';
import { coverageLines } from '../../src/cli/terminal/coverage-lines.ts';
import type { Answer } from '../../src/client/client.ts';

const clocks = { validAt: '2022-01-01T00:00:00.000Z', knownAt: '2022-01-01T00:00:00.000Z', position: '7' };
const answer = (more: Partial<Answer<unknown>> = {}, ofClocks: object = {}): Answer<unknown> => ({
  clocks: { ...clocks, ...ofClocks },
  data: [],
  next: null,
  ...more,
});
const heardUntil = [
  { source: 'urn:a', upTo: '2022-06-17T00:00:00.000Z' },
  { source: 'urn:b', upTo: null },
];

describe('below an answer, the command line says', () => {
  it('that nothing was known, and what to type', () => {
    expect(coverageLines(answer({}, { knownNothing: true }), true)).toEqual([
      'Nothing was known then: the first event of the ledger was recorded later. Give a later --known-at or --known-position, or none.',
    ]);
  });

  it.each([[{ limitMet: true }], [{ next: 'cursor' }]])('that it is incomplete: %j', (cut) => {
    expect(coverageLines(answer(cut), false)).toEqual([
      'This list is incomplete because a limit was reached. Ask for less, for example with --party, --site or a shorter period.',
    ]);
  });

  it('how far its sources vouched, and which never did', () => {
    expect(coverageLines(answer({}, { heardUntil }), false)).toEqual([
      'Complete, according to the sources themselves: urn:a up to 2022-06-17.',
      'Something may be missing, because these sources have never vouched for completeness: urn:b.',
    ]);
  });

  it('nothing about vouching in a ledger without vouches, unless nothing was found', () => {
    const never = Array.from({ length: 7 }, (_, index) => ({ source: `urn:${index}`, upTo: null }));
    expect(coverageLines(answer({}, { heardUntil: never }), false)).toEqual([]);
    expect(coverageLines(answer({}, { heardUntil: never }), true)).toEqual([
      'Something may be missing, because these sources have never vouched for completeness: urn:0, urn:1, urn:2, urn:3, urn:4 and 2 more (--format json lists all).',
    ]);
  });

  it('nothing if nothing is missing', () => {
    expect(coverageLines(answer(), false)).toEqual([]);
  });
});
