/** While a moment is dragged, the console derives itself where the data was. It must agree with the ledger. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { residencyIn } from '../../console/src/person/residency.ts';
import { expiries } from '../../console/src/timeline/lanes.ts';
import { lateEvents } from '../../console/src/timeline/lateness.ts';
import type { ResidencyRow, TrailRow } from '../../src/client/rows.ts';
import { lines } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const server = sharedLedger();

beforeAll(async () => {
  const file = join(import.meta.dirname, '..', '..', 'scenarios', 'tiktok-us', 'events.ndjson');
  await server.send(readFileSync(file, 'utf8'), lines);
});

const withoutEvents = ({ events: _, ...row }: ResidencyRow): Omit<ResidencyRow, 'events'> => row;

const people = ['ana', 'ben', 'chen', 'dora', 'fay', 'hugo', 'ines', 'jonas', 'kira', 'noor', 'rosa'];

describe('Given the founding case', () => {
  it.each(people)('then %s is shown at each change and in between where the ledger says', async (subject) => {
    const history = await server.rows(`/v1/subjects/${subject}/history`, { atLeast: 101 });
    const trail: ReadonlyArray<TrailRow> = await server.rows(`/v1/subjects/${subject}/trail`);
    const until = expiries(trail);
    const changes: ReadonlyArray<number> = [
      ...history.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to ?? '2026-11-01')]),
      ...until.values(),
    ];
    const instants = [...new Set(changes.flatMap((change) => [change - 1, change, change + 43_200_000]))];
    expect(instants.length).toBeGreaterThan(3);
    for (const at of instants) {
      const validAt = new Date(at).toISOString();
      const { body } = await server.get(`/v1/subjects/${subject}/residency`, { validAt, limit: 1000 });
      const shown = residencyIn(history, at, until);
      // A row over time is also proved by what ended it.
      expect({ validAt, rows: shown.map(withoutEvents) }).toEqual({
        validAt,
        rows: body.data.map(withoutEvents),
      });
      shown.forEach(({ events }, index) => {
        expect(events).toEqual(expect.arrayContaining(body.data[index].events));
      });
    }
  });

  it('then what the regulator learned in 2025 about 2021 is late, and what was reported at once is not', async () => {
    const trail: ReadonlyArray<TrailRow> = await server.rows('/v1/subjects/hugo/trail');
    const began = Date.parse(trail[0]!.event.recordedat);
    const late = lateEvents(trail, began);
    const named = (id: string) => trail.find(({ event }) => event.id === id)!.event.position;
    const found = late.get(named('person-7-video-history-found-in-china'));
    expect(new Date(found!.happened).toISOString()).toBe('2021-06-15T00:00:00.000Z');
    expect(new Date(found!.learned).toISOString()).toBe('2025-04-30T00:00:00.000Z');
    expect(late.has(named('eu-profile-moved-to-dublin'))).toBe(false);
  });

  it('then an event that a running ledger learns late is late by its own clock', () => {
    const row = (position: string, time: string, recordedat: string): TrailRow => ({
      event: {
        specversion: '1.0',
        id: position,
        source: 's',
        type: 'DataPlaced',
        time,
        assurance: 'observed',
        data: {},
        position,
        recordedat,
        recordedby: null,
        authority: 'emit',
      },
      why: [],
    });
    const late = lateEvents(
      [
        row('1', '2024-01-01T00:00:00Z', '2024-01-01T00:00:05Z'),
        row('2', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'),
      ],
      Date.parse('2024-01-01T00:00:05Z'),
    );
    expect([...late.keys()]).toEqual(['2']);
    expect(new Date(late.get('2')!.learned).toISOString()).toBe('2024-03-01T00:00:00.000Z');
  });
});
