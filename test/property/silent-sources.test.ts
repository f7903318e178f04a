/**
 * Silent sources (R22) with random vouches that come late, are corrected and retracted, and a policy that is
 * suspended and reinstated: at each instant, and since when it is known, compared with a naive search.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { decodeData } from '../../src/domain/events/event.ts';
import { contains } from '../../src/domain/time/interval.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { View } from '../../src/questions/view.ts';
import { OverBudget, upTo } from '../../src/questions/work.ts';
import { corrected, sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import { isSilent, vouchesIn } from '../support/naive-coverage.ts';
import type { CloudEvent, Recorded } from '../support/naive-model.ts';
import { recorded } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const policy = 'domicile:silent-source';
const dayMs = 86_400_000;
const epoch = Date.UTC(2020, 0, 1);
const sources = ['https://a.example.org/', 'https://b.example.org/'];

const day = fc.nat(15);
const every = fc.constantFrom(undefined, 1, 2, 0.5, 7);
const vouch = fc.record({ kind: fc.constant('vouch' as const), source: fc.nat(1), day, every });
const correction = fc.record({
  kind: fc.constant('correction' as const),
  of: fc.nat(8),
  retracts: fc.boolean(),
  day: fc.option(day, { nil: undefined }),
  every: fc.option(every, { nil: null }),
});
const ofPolicy = fc.record({ kind: fc.constant('policy' as const), suspends: fc.boolean(), day });
const stories = fc.array(
  fc.oneof(
    { arbitrary: vouch, weight: 6 },
    { arbitrary: correction, weight: 2 },
    { arbitrary: ofPolicy, weight: 1 },
  ),
  { minLength: 1, maxLength: 14 },
);
type Step = typeof stories extends fc.Arbitrary<(infer A)[]> ? A : never;

const timeOf = (tick: number): string => new Date(epoch + tick * dayMs).toISOString();

const eventOf = (step: Step, index: number): CloudEvent => {
  const envelope = { specversion: '1.0', id: `e${index}`, source: sources[0]!, time: timeOf(0) };
  const dataOf = (tick: number, every: number | undefined) => ({
    upTo: timeOf(tick),
    ...(every === undefined ? {} : { every }),
  });
  switch (step.kind) {
    case 'vouch':
      return {
        ...envelope,
        source: sources[step.source]!,
        time: timeOf(step.day),
        type: 'SourceVouched',
        data: dataOf(step.day, step.every),
      } as CloudEvent;
    case 'policy': {
      const type = step.suspends ? 'PolicySuspended' : 'PolicyReinstated';
      const source = 'https://policies.example.org/';
      return { ...envelope, source, time: timeOf(step.day), type, data: { policy } } as CloudEvent;
    }
    case 'correction': {
      const event = { source: sources[step.of % 2]!, id: `e${step.of}` };
      const said = {
        ...(step.day === undefined ? {} : { time: timeOf(step.day) }),
        ...(step.every === null ? {} : { data: dataOf(3, step.every) }),
      };
      const change = step.retracts || Object.keys(said).length === 0 ? undefined : said;
      return {
        ...envelope,
        type: change === undefined ? 'EventRetracted' : 'EventCorrected',
        data: { event, reason: 'it was otherwise', ...change },
      } as CloudEvent;
    }
  }
};

const instants = Array.from({ length: 70 }, (_, index) => epoch + (index * dayMs) / 2);
const fits = (data: unknown): boolean => E.isRight(decodeData('SourceVouched', data));

/** Whether the policy is in force at an instant; its events are never corrected here. */
const isInForce = (known: readonly Recorded[], at: number): boolean =>
  known
    .filter(({ event }) => event.type === 'PolicySuspended' || event.type === 'PolicyReinstated')
    .filter(({ event }) => Date.parse(event.time) <= at)
    .sort((a, b) => Date.parse(a.event.time) - Date.parse(b.event.time) || a.position - b.position)
    .at(-1)?.event.type !== 'PolicySuspended';

const silentInstants = (known: readonly Recorded[], source: string): ReadonlySet<number> => {
  const vouches = vouchesIn(known, 'claimed', fits);
  return new Set(instants.filter((at) => isSilent(vouches, source, at) && isInForce(known, at)));
};

it('a source that vouches less often than announced is a finding while it does, known since the log first says so', () => {
  let found = 0;
  let odd = 0;
  fc.assert(
    fc.property(stories, fc.nat(3), (story, unknown) => {
      const stored = storedEvents(story.map(eventOf));
      const log = recorded(story.map(eventOf));
      const position = Math.max(0, log.length - unknown);
      const findings = allFindings(projected(stored).view(position)).filter((each) => each.policy === policy);
      found += findings.length;
      for (const source of sources) {
        const ofSource = findings.filter((each) => each.source === source);
        const prefixes = Array.from({ length: position + 1 }, (_, last) =>
          silentInstants(log.slice(0, last), source),
        );
        expect(instants.filter((at) => ofSource.some((finding) => contains(finding, at)))).toEqual([
          ...prefixes[position]!,
        ]);
        for (const finding of ofSource) {
          // Beyond the grid nothing changes.
          const within = instants.filter((at) => contains(finding, at));
          let since = position;
          while (since > 0 && within.some((at) => prefixes[since - 1]!.has(at))) since--;
          if (since !== finding.events.at(-1)) odd++;
          expect(finding.knownSince).toBe(since);
          expect(finding).toMatchObject({ rule: 'silent-source', party: null, population: null, path: [] });
        }
      }
    }),
    { numRuns: runs },
  );
  expect(found).toBeGreaterThan(runs / 4);
  expect(odd).toBeGreaterThan(0);
});

it('is abandoned if a corrected vouch among very many makes it take too long', () => {
  const vouches = Array.from({ length: 1_000 }, (_, n) => {
    const time = new Date(epoch + 2 * n * dayMs).toISOString();
    return sent(`vouch-${n}`, 'SourceVouched', { upTo: time, every: 1 }, { time });
  });
  const log = [...vouches, corrected('c', 'vouch-0', { data: { upTo: vouches[0]!.time, every: 2 } })];
  const { index, known } = projected(storedEvents(log)).view(log.length);
  const asked = (stepsMax: number) => () => allFindings(new View(index, known, [], upTo(stepsMax)));
  expect(asked(500_000)).toThrow(OverBudget);
  expect(asked(1e12)()).toHaveLength(999);
});
