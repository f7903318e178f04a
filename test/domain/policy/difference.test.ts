import { describe, expect, it } from 'vitest';
import { type Finding, type FindingSubject, findingId } from '../../../src/domain/policy/finding.ts';
import { differenceOf } from '../../../src/domain/policy/findings-difference.ts';
import { never } from '../../../src/domain/time/instant.ts';
import { StepFunction } from '../../../src/domain/time/step-function.ts';

const finding = (from: number, to: number, about: Partial<FindingSubject> = {}): Finding => {
  const subject: FindingSubject = {
    policy: 'p',
    version: 1,
    rule: 'r',
    verdict: 'violated',
    action: 'store',
    holding: { dataset: 'd', site: 's', kind: 'live', backup: null, population: 'us' },
    population: 'us',
    party: null,
    ...about,
  };
  return {
    ...subject,
    path: [],
    from,
    to,
    counts: StepFunction.of([{ from, to, value: 1 }]),
    reason: null,
    limits: null,
    events: [from],
    knownSince: from,
  };
};

const told = (
  before: ReadonlyArray<Finding>,
  after: ReadonlyArray<Finding>,
  compare: 'versions' | 'knowledge' = 'versions',
) => {
  const { opened, closed, lengthened, shortened } = differenceOf(before, after, compare);
  const interval = ({ from, to }: { from: number; to: number }) => `${from}-${to}`;
  const changed = [lengthened, shortened].map((list) =>
    list.map((each) => `${interval(each)} was ${each.was.map(interval)}`),
  );
  return {
    ...(opened.length === 0 ? {} : { opened: opened.map(interval) }),
    ...(closed.length === 0 ? {} : { closed: closed.map(interval) }),
    ...(lengthened.length === 0 ? {} : { lengthened: changed[0] }),
    ...(shortened.length === 0 ? {} : { shortened: changed[1] }),
  };
};

describe('the difference between findings', () => {
  it('is empty if they are equal', () => {
    expect(told([finding(1, 5), finding(7, never)], [finding(1, 5), finding(7, never)])).toEqual({});
  });

  it('opens what is only in the second and closes what is only in the first', () => {
    expect(told([], [finding(1, 5)])).toEqual({ opened: ['1-5'] });
    expect(told([finding(1, 5)], [])).toEqual({ closed: ['1-5'] });
    expect(told([finding(1, 5)], [finding(5, 9)])).toEqual({ opened: ['5-9'], closed: ['1-5'] });
  });

  it('lengthens and shortens what overlaps, at either end', () => {
    expect(told([finding(3, 5)], [finding(1, 5)])).toEqual({ lengthened: ['1-5 was 3-5'] });
    expect(told([finding(3, 5)], [finding(3, never)])).toEqual({ lengthened: ['3-Infinity was 3-5'] });
    expect(told([finding(1, 9)], [finding(3, 5)])).toEqual({ shortened: ['3-5 was 1-9'] });
    expect(told([finding(1, 5)], [finding(3, 9)])).toEqual({
      lengthened: ['3-9 was 1-5'],
      shortened: ['3-9 was 1-5'],
    });
  });

  it('shortens both parts of what was split, and lengthens what was joined', () => {
    expect(told([finding(1, 9)], [finding(1, 3), finding(5, 9)])).toEqual({
      shortened: ['1-3 was 1-9', '5-9 was 1-9'],
    });
    expect(told([finding(1, 3), finding(5, 9)], [finding(1, 9)])).toEqual({
      lengthened: ['1-9 was 1-3,5-9'],
    });
  });

  it('compares findings that follow each other without a gap as one', () => {
    expect(told([finding(1, 9)], [finding(1, 4), finding(4, 9)])).toEqual({});
    const { lengthened } = differenceOf([finding(1, 5)], [finding(1, 4), finding(4, 9)], 'versions');
    expect(lengthened).toMatchObject([{ from: 1, to: 9, events: [1, 4] }]);
    expect(lengthened.map(findingId)).toEqual([findingId(finding(1, 9))]);
  });

  it.each([
    ['rule', { rule: 'other' }],
    ['verdict', { verdict: 'indeterminate' }],
    ['action', { action: 'reach' }],
    ['party', { party: 'x' }],
    ['population', { population: 'eu' }],
    ['holding', { holding: { dataset: 'd', site: 't', kind: 'live', backup: null, population: 'us' } }],
  ] as const)('distinguishes findings of another %s', (_, about) => {
    expect(told([finding(1, 5)], [finding(1, 5, about)])).toEqual({ opened: ['1-5'], closed: ['1-5'] });
  });

  it('compares across versions, but as known at two positions version by version', () => {
    const [first, second] = [[finding(1, 5)], [finding(1, 5, { version: 2 })]];
    expect(told(first, second, 'versions')).toEqual({});
    expect(told(first, second, 'knowledge')).toEqual({ opened: ['1-5'], closed: ['1-5'] });
  });
});
