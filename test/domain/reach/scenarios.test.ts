/** Who could reach whom in the scenarios, by their expected answers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { heldPresences } from '../../../src/domain/reach/held-data.ts';
import { reachOf } from '../../../src/domain/reach/reach-of.ts';
import { type CountedData, reachOfParty } from '../../../src/domain/reach/reach-of-party.ts';
import { reachOfSubject } from '../../../src/domain/reach/reach-of-subject.ts';
import { foldResidency } from '../../../src/domain/residency/fold-residency.ts';
import { never } from '../../../src/domain/time/instant.ts';
import { holdsAt } from '../../../src/domain/time/timeline.ts';
import { valueAt } from '../../../src/domain/time/varying.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { factsIn, on } from '../../support/told.ts';

interface Question {
  readonly question: string;
  readonly path: string;
  readonly query: { readonly validAt: string };
  readonly knownAtMark: string | null;
  readonly data: ReadonlyArray<{ readonly party: string }>;
}

const read = (scenario: string, file: string): string =>
  readFileSync(join(import.meta.dirname, '../../../scenarios', scenario, file), 'utf8');
interface Reference {
  readonly source: string;
  readonly id: string;
}
const eventsOf = (scenario: string): ReadonlyArray<Reference> =>
  read(scenario, 'events.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const questionsOf = (scenario: string): ReadonlyArray<Question> =>
  (JSON.parse(read(scenario, 'expected.json')) as ReadonlyArray<Question>).filter(({ path }) =>
    /^\/v1\/subjects\/[^/]+\/reach$/.test(path),
  );

const whoReaches = (
  facts: ReturnType<typeof factsIn>,
  subject: string,
  at: number,
): ReadonlyArray<{ readonly party: string }> =>
  reachOfSubject(
    new ReachIndex(facts),
    subject,
    foldResidency(facts, (each) => each === subject),
    { at },
  ).parties.map((each) => ({
    ...each,
    intervals: each.intervals.map((interval) => ({ ...interval, path: interval.path.edges })),
  }));

describe.each(['worked-example', 'tiktok-us'])('in %s', (scenario) => {
  const events = eventsOf(scenario);
  const learned: ReadonlyArray<{ readonly learned: string; readonly lastEvent: Reference }> =
    scenario === 'tiktok-us' ? JSON.parse(read(scenario, 'learned.json')) : [];
  test.each(questionsOf(scenario))('$question', ({ path, query, knownAtMark, data }) => {
    const last = learned.find((mark) => mark.learned === knownAtMark)?.lastEvent;
    const position =
      last === undefined
        ? events.length
        : events.findIndex(({ source, id }) => source === last.source && id === last.id) + 1;
    const facts = factsIn(events, { position });
    const subject = path.split('/')[3]!;
    const parties = whoReaches(facts, subject, on(query.validAt)).map(({ party }) => ({ party }));
    expect(parties).toEqual(data);
  });
});

describe('the worked example in full', () => {
  const facts = factsIn(eventsOf('worked-example'));
  const positionOf = (id: string): number =>
    eventsOf('worked-example').findIndex((event) => event.id === id) + 1;

  test('ana was reached in June 2022 by Oracle, by TikTok, and by ByteDance through TikTok', () => {
    const inAshburn = {
      dataset: 'tiktok/profile',
      site: 'oracle-ashburn',
      kind: 'live',
      backup: null,
    };
    const inSingapore = { dataset: 'tiktok/profile', site: 'singapore', kind: 'backup', backup: 'b1' };
    const operates = (site: string) => ({
      edge: 'operates',
      to: site,
      began: Number.NEGATIVE_INFINITY,
      ended: never,
      events: [positionOf(`site-${site}`)],
    });
    expect(whoReaches(facts, 'ana', on('2022-06-30'))).toEqual([
      {
        party: 'bytedance',
        kind: 'organisation',
        name: 'ByteDance',
        intervals: [
          {
            from: on('2020-03-01'),
            to: never,
            holding: inSingapore,
            path: [
              {
                edge: 'controls',
                to: 'tiktok',
                began: on('2017-11-10'),
                ended: never,
                events: [positionOf('bytedance-controls-tiktok')],
              },
              operates('singapore'),
            ],
          },
        ],
      },
      {
        party: 'oracle',
        kind: 'organisation',
        name: 'Oracle',
        intervals: [
          { from: on('2022-06-17'), to: never, holding: inAshburn, path: [operates('oracle-ashburn')] },
        ],
      },
      {
        party: 'tiktok',
        kind: 'organisation',
        name: 'TikTok',
        intervals: [
          { from: on('2020-03-01'), to: never, holding: inSingapore, path: [operates('singapore')] },
        ],
      },
    ]);
  });

  const people = ['ana', 'ben', 'chen'];
  const residency = foldResidency(facts, (subject) => people.includes(subject));
  const inBackup = residency.presences.filter(({ holding }) => holding.kind === 'backup');
  /** The part of b1 whose people are in the US population at the instant. */
  const americans: CountedData = {
    dataset: 'tiktok/profile',
    site: 'singapore',
    backup: 'b1',
    population: 'us-users',
    memberOf: 'us-users',
    subject: null,
    present: inBackup.slice(0, 1),
    subjects: (at) =>
      inBackup.filter(
        (presence) =>
          holdsAt([presence], at) &&
          valueAt(residency.memberships.get(presence.subject)!, at)?.population === 'us-users',
      ).length,
  };

  test('the backup in Singapore is reached by TikTok and ByteDance since it was taken', () => {
    const reach = new ReachIndex(facts);
    const { parties } = reachOf(reach, heldPresences(reach.grants, americans), { at: on('2022-06-17') });
    expect(
      parties.map(({ party, intervals }) => [party, intervals.map(({ from, to }) => [from, to])]),
    ).toEqual([
      ['bytedance', [[on('2020-03-01'), never]]],
      ['tiktok', [[on('2020-03-01'), never]]],
    ]);
  });

  test('ByteDance reaches two people of the US there, and one since ana left', () => {
    const reach = new ReachIndex(facts);
    const reached = (date: string): ReadonlyArray<number> =>
      reachOfParty(reach, 'bytedance', [americans], { at: on(date) }).map(({ subjects }) => subjects);
    expect(reached('2022-06-17')).toEqual([2]);
    expect(reached('2022-07-01')).toEqual([1]);
    expect(reached('2020-02-29')).toEqual([]);
  });
});
