/**
 * The lanes of what a party could reach over time.
 */
import { describe, expect, it } from 'vitest';
import { reachedSiteLanes } from '../../console/src/timeline/reach-lanes.ts';
import type { PartyReachRow } from '../../src/client/rows.ts';

const row = (
  site: string,
  from: string,
  to: string | null,
  event: string,
  more: Partial<PartyReachRow> = {},
): PartyReachRow => ({
  dataset: 'acme/profile',
  population: 'us-users',
  site,
  kind: 'live',
  backup: null,
  subjects: 3,
  from,
  to,
  path: [{ edge: 'operates', to: site, began: null, ended: null, events: [event] }],
  ...more,
});

describe('Given what a party could reach', () => {
  it('then each site has a lane, in order of first reach, and a bar for each stay in which it reached a holding, by any path', () => {
    const lanes = reachedSiteLanes(
      [
        row('virginia', '2021-01-01T00:00:00Z', '2022-01-01T00:00:00Z', '4'),
        row('singapore', '2019-01-01T00:00:00Z', '2020-01-01T00:00:00Z', '2'),
        // The path changed, and reach continued.
        row('singapore', '2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z', '3'),
        row('singapore', '2023-01-01T00:00:00Z', null, '3'),
        row('singapore', '2020-06-01T00:00:00Z', null, '5', {
          kind: 'backup',
          backup: 'b1',
          population: null,
        }),
      ],
      (site) => `site ${site}`,
      (site) => (site === 'singapore' ? 'SG' : null),
    );
    expect(lanes.map(({ label, note }) => [label, note])).toEqual([
      ['site singapore', 'SG'],
      ['site virginia', 'country not known'],
    ]);
    const bars = lanes[0]!.rows.map((bars) => bars.map(({ words, events }) => [words, events]));
    expect(bars).toEqual([
      [
        ['acme/profile of us-users, live, at site singapore, from 2019-01-01 until 2021-01-01', ['2', '3']],
        ['acme/profile of us-users, live, at site singapore, from 2023-01-01 until now', ['3']],
      ],
      [['acme/profile of single people, backup b1, at site singapore, from 2020-06-01 until now', ['5']]],
    ]);
  });
});
