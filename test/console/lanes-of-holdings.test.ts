/**
 * The lanes of what a site held over time, and of where a dataset was held.
 */
import { describe, expect, it } from 'vitest';
import { lanesOfDataset, lanesOfSite } from '../../console/src/timeline/held-lanes.ts';
import type { HoldingStayRow, WireEvent } from '../../src/client/rows.ts';

const stay = (
  site: string,
  from: string,
  to: string | null,
  events: readonly [string, string?],
  more: Partial<HoldingStayRow> = {},
): HoldingStayRow => ({
  ...{ dataset: 'acme/profile', population: 'us-users', site, kind: 'live', backup: null },
  ...{ from, to, overdueSince: null, assurance: 'observed' },
  openedBy: [events[0]],
  closedBy: events[1] === undefined ? [] : [events[1]],
  ...more,
});
const backup = (id: string): Partial<HoldingStayRow> => ({
  ...{ kind: 'backup', backup: id, overdueSince: '2022-03-01T00:00:00.000Z', assurance: 'verified' },
});

const stays = [
  stay('virginia', '2019-06-01T00:00:00.000Z', '2022-06-17T00:00:00.000Z', ['9', '12']),
  stay('singapore', '2020-03-01T00:00:00.000Z', null, ['10'], backup('b1')),
  stay('singapore', '2020-05-01T00:00:00.000Z', '2021-05-01T00:00:00.000Z', ['11', '13'], {
    population: null,
  }),
  stay('singapore', '2023-01-01T00:00:00.000Z', null, ['14']),
];
const learnedLate = new Map([
  [
    '9',
    { event: { position: '9' } as WireEvent, happened: Date.UTC(2019, 5, 1), learned: Date.UTC(2021, 0, 1) },
  ],
]);
const siteName = (site: string): string => `site ${site}`;

describe('Given the stays of holdings', () => {
  it('then each dataset and population that a site held has a lane, with live data above backups, and their events', () => {
    const lanes = lanesOfSite(
      stays.filter(({ site }) => site === 'singapore'),
      siteName,
      learnedLate,
    );

    expect(lanes.map(({ label, note }) => [label, note])).toEqual([
      ['profile', 'us-users'],
      ['profile', 'single people'],
    ]);
    expect(
      lanes[0]!.rows.map((bars) => bars.map(({ look, words, events }) => [look, words, events])),
    ).toEqual([
      [
        [
          'live',
          'acme/profile of us-users, live, at site singapore, from 2023-01-01 until now, observed',
          ['14'],
        ],
      ],
      [
        [
          'backup',
          'acme/profile of us-users, backup b1, at site singapore, from 2020-03-01 until now, verified, overdue since 2022-03-01',
          ['10'],
        ],
      ],
    ]);
    expect(lanes[1]!.rows[0]![0]!.events).toEqual(['11', '13']);
  });

  it('then each site where a dataset was held has a lane, the first one first, with what was learned late', () => {
    const lanes = lanesOfDataset(
      stays,
      siteName,
      (site) => (site === 'singapore' ? 'SG' : null),
      learnedLate,
    );

    expect(lanes.map(({ label, note }) => [label, note])).toEqual([
      ['site virginia', 'country not known'],
      ['site singapore', 'SG'],
    ]);
    expect(lanes[1]!.rows.map((bars) => bars.map(({ label }) => label))).toEqual([
      ['single people'],
      ['us-users'],
      ['us-users, backup'],
    ]);
    const [first] = lanes[0]!.rows[0]!;
    expect(first).toMatchObject({ label: 'us-users', overdueFrom: null, late: learnedLate.get('9') });
  });
});
