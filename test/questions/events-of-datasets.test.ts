/**
 * Which events may be about the data of some datasets.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBeAbout } from '../../src/questions/events-of-datasets.ts';
import type { View } from '../../src/questions/view.ts';
import { Abandoned } from '../../src/questions/work.ts';

const types = ['DataMoved', 'AccessObserved', 'BackupTaken', 'SubjectErased'] as const;
const datasets = ['messages', 'profile', 'videos'];

/** The events at the positions 1 to n: a type each, and the datasets that its versions are about. */
const events = fc.array(fc.record({ type: fc.constantFrom(...types), of: fc.subarray(datasets) }));
type Events = ReadonlyArray<{ readonly type: (typeof types)[number]; readonly of: ReadonlyArray<string> }>;

const viewOf = (recorded: Events, goOn: () => void = () => {}): View => {
  const view: Pick<View, 'positions' | 'typeAt' | 'work'> = {
    positions: (_, dataset) => recorded.flatMap(({ of }, at) => (of.includes(dataset) ? [at + 1] : [])),
    typeAt: (position) => recorded[position - 1]?.type,
    work: { goOn, tell: () => {} },
  };
  return view as View;
};

describe('events that may be about some datasets', () => {
  it('are those about one of them, and all that are not about one dataset alone', () => {
    fc.assert(
      fc.property(events, fc.subarray(datasets), (recorded, some) => {
        const mayConcern = mayBeAbout(viewOf(recorded), some);
        for (const [at, { type, of }] of recorded.entries())
          expect(mayConcern(at + 1)).toBe(
            of.some((dataset) => some.includes(dataset)) || ['BackupTaken', 'SubjectErased'].includes(type),
          );
      }),
    );
  });

  it('when nobody waits any more, are not looked for', () => {
    const view = viewOf([{ type: 'DataMoved', of: ['messages'] }], () => {
      throw new Abandoned();
    });
    expect(() => mayBeAbout(view, ['messages'])).toThrow(Abandoned);
  });
});
