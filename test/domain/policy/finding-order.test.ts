/**
 * The order of findings, beside that of their keys, and lists that are updated in it.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Finding,
  findingOrder,
  inOrder,
  subjectKey,
  updatedInOrder,
} from '../../../src/domain/policy/finding.ts';
import { StepFunction } from '../../../src/domain/time/step-function.ts';

const name = fc.constantFrom('a', 'ab', 'a b', 'b', '"', 'é', '\u{1f600}');
const nameOrNone = fc.option(name, { freq: 3 });

const finding: fc.Arbitrary<Finding> = fc
  .record({
    policy: fc.constantFrom('p', 'q'),
    version: fc.integer({ min: 1, max: 2 }),
    rule: name,
    verdict: fc.constantFrom('violated' as const, 'indeterminate' as const),
    action: fc.constantFrom('store' as const, 'reach' as const),
    holding: fc.record({
      dataset: nameOrNone,
      site: nameOrNone,
      kind: fc.constantFrom('live' as const, 'backup' as const, null),
      backup: nameOrNone,
      population: nameOrNone,
    }),
    population: nameOrNone,
    party: nameOrNone,
    from: fc.integer({ min: 0, max: 1 }),
    events: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
  })
  .map((of) => ({
    ...of,
    path: [],
    to: of.from + 1,
    counts: new StepFunction(new Float64Array(0), new Float64Array(0)),
    reason: null,
    limits: null,
    knownSince: 1,
  }));

it('given two findings of one version that begin together, their order is that of what they are about, as text', () => {
  let ordered = 0;
  fc.assert(
    fc.property(finding, finding, (a, other) => {
      const b = { ...other, policy: a.policy, version: a.version, from: a.from };
      const [one, two] = [subjectKey(a), subjectKey(b)];
      if (one === two) return;
      ordered++;
      expect(Math.sign(findingOrder(a, b))).toBe(one < two ? -1 : 1);
    }),
    { numRuns: 1_000 },
  );
  expect(ordered).toBeGreaterThan(500);
});

it('a list that is updated in order equals the same findings sorted', () => {
  fc.assert(
    fc.property(fc.array(finding), fc.array(finding), fc.array(fc.boolean()), (before, added, isGone) => {
      const sorted = inOrder(before);
      const gone = new Set(sorted.filter((_, index) => isGone[index]));
      const left = sorted.filter((each) => !gone.has(each));
      expect(updatedInOrder(sorted, gone, added)).toEqual(inOrder([...left, ...inOrder(added)]));
    }),
  );
});

it('a long list in which little changes is updated like any other', () => {
  fc.assert(
    fc.property(
      fc.array(finding, { minLength: 150, maxLength: 200, size: 'max' }),
      fc.array(finding, { maxLength: 2 }),
      fc.array(fc.nat(149), { maxLength: 2 }),
      (before, added, places) => {
        const sorted = inOrder(before);
        const gone = new Set(places.map((place) => sorted[place]!));
        const left = sorted.filter((each) => !gone.has(each));
        const updated = updatedInOrder(sorted, gone, added);
        const right = inOrder([...left, ...inOrder(added)]);
        expect(updated.map((each, place) => each === right[place])).not.toContain(false);
        expect(updated.length).toBe(right.length);
      },
    ),
    { numRuns: 300 },
  );
});
