/** The limits of an answer's knowledge: how far its sources have vouched, and which are silent (R22). */
import { beforeAll, describe, expect, it } from 'vitest';
import { corrected, enrolled, placed, retracted, type Sent, sent, source } from '../support/given-events.ts';
import type { Query } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const server = sharedLedger();

const clouds = 'https://clouds.example.org/';
const people = 'https://people.example.org/';
const mute = 'https://mute.example.org/';
const at = (date: string): string => `${date}T00:00:00.000Z`;
const vouched = (id: string, from: string, time: string, upTo: string, every?: number): Sent =>
  sent(
    id,
    'SourceVouched',
    { upTo, ...(every === undefined ? {} : { every }) },
    { source: from, time: at(time) },
  );

const story: ReadonlyArray<Sent> = [
  enrolled('first-one', 'ana', 'us', { source: people }),
  placed('placed', 'us', 'virginia', { source: clouds }),
  sent('granted', 'AccessGranted', {
    grant: 'g',
    party: 'usds',
    over: { site: 'virginia' },
    actions: ['read'],
  }),
  placed('elsewhere', 'uk', 'dublin', { source: mute }),
  vouched('clouds-1', clouds, '2020-02-01', '2020-01-31', 7),
  vouched('people-1', people, '2020-02-01', '2020-02-01'),
  vouched('clouds-2', clouds, '2020-02-20', '2020-02-19'),
  vouched('clouds-3', clouds, '2020-02-25', '2020-02-24'),
  retracted('no-people', 'people-1'),
  {
    ...corrected('late', 'clouds-3', { data: { upTo: '2020-02-22' } }),
    data: {
      event: { source: clouds, id: 'clouds-3' },
      reason: 'two days were missing',
      data: { upTo: '2020-02-22' },
    },
  },
];

beforeAll(async () => {
  const position = await server.record(story);
  expect((await server.get('/v1/sites', { atLeast: position })).status).toBe(200);
});

const heard = async (path: string, query: Query = {}) =>
  (await server.get(path, query)).body.clocks.heardUntil;

describe('an answer says how far each of its sources, and each that reports on its sites, has vouched', () => {
  const aboutVirginia = [
    { source: clouds, upTo: at('2020-02-22') },
    { source, upTo: null },
  ];
  const aboutAna = [aboutVirginia[0], { source: people, upTo: at('2020-02-01') }, aboutVirginia[1]];

  it.each<[string, Query, ReadonlyArray<unknown>]>([
    ['/v1/subjects/ana/residency', {}, aboutAna],
    ['/v1/subjects/ana/history', {}, aboutAna],
    ['/v1/subjects/ana/reach', {}, aboutAna],
    ['/v1/subjects/ana/residency', { validAt: '2019-01-01' }, [aboutAna[1]]],
    ['/v1/sites/virginia', {}, aboutVirginia],
    ['/v1/sites/virginia/holdings', {}, aboutVirginia],
    ['/v1/sites/virginia/holdings', { from: '2019-01-01' }, aboutVirginia],
    [
      '/v1/datasets/profile/holdings',
      { from: '2019-01-01' },
      [aboutAna[0], { source: mute, upTo: null }, aboutAna[2]],
    ],
    ['/v1/parties/usds', {}, [{ source, upTo: null }]],
    ['/v1/parties/usds/reach', {}, aboutVirginia],
    ['/v1/sites/dublin', {}, [{ source: mute, upTo: null }]],
    ['/v1/findings', { site: 'virginia' }, aboutVirginia],
    ['/v1/transfers', {}, [aboutAna[0], { source: mute, upTo: null }, aboutAna[1], aboutAna[2]]],
    ['/v1/populations', {}, [aboutAna[0], { source: mute, upTo: null }, aboutAna[1], aboutAna[2]]],
    ['/v1/sites', {}, [aboutAna[0], { source: mute, upTo: null }, aboutAna[1], aboutAna[2]]],
    [
      '/v1/datasets/profile/lineage',
      { validAt: '2020-06-01' },
      [aboutAna[0], { source: mute, upTo: null }, aboutAna[2]],
    ],
    ['/v1/findings', {}, [aboutAna[0], { source: mute, upTo: null }, aboutAna[1], aboutAna[2]]],
  ])('%s %j', async (path, query, expected) => {
    expect(await heard(path, query)).toEqual(expected);
  });

  it('and before the first event, that nothing was known and when the ledger began', async () => {
    const then = { knownAt: '2001-01-01' };
    expect((await server.get('/v1/sites', then)).body.clocks).toMatchObject({
      knownNothing: true,
      heardUntil: [],
    });
    const { status, body } = await server.get('/v1/subjects/ana/residency', then);
    expect([status, body.knownNothing]).toEqual([404, true]);
    expect(body.detail).toMatch(/this ledger recorded its first event on \d{4}-\d\d-\d\dT/);
  });

  it('as known then', async () => {
    expect(await heard('/v1/sites/virginia', { knownPosition: 4 })).toEqual([
      { source: clouds, upTo: null },
      { source, upTo: null },
    ]);
    expect(await heard('/v1/sites/virginia', { knownPosition: 9 })).toEqual([
      { source: clouds, upTo: at('2020-02-24') },
      { source, upTo: null },
    ]);
  });

  it('leaves out vouches retracted by their own source only: a reference has source and id', async () => {
    expect(await heard('/v1/subjects/ana/residency')).toContainEqual({
      source: people,
      upTo: at('2020-02-01'),
    });
  });
});

describe('a source that vouches less often than announced', () => {
  const silent = async (query: Query = {}) =>
    (await server.get('/v1/findings', { policy: 'domicile:silent-source', ...query })).body.data;

  it('is a finding from then on until it vouches again, about no holding and nobody', async () => {
    const findings = await silent();
    expect(findings).toMatchObject([
      { from: at('2020-02-08'), to: at('2020-02-20'), events: ['5', '7'] },
      { from: at('2020-03-03'), to: null, events: ['5', '8'] },
    ]);
    const first = (await server.get('/v1/events/5')).body.data.event.recordedat;
    for (const finding of findings)
      expect(finding).toMatchObject({
        policy: 'domicile:silent-source',
        version: 1,
        rule: 'silent-source',
        verdict: 'violated',
        action: 'store',
        source: clouds,
        holding: { dataset: null, site: null, kind: null, backup: null, population: null },
        population: null,
        party: null,
        path: [],
        subjects: 0,
        counts: [],
        reason: 'said that it vouches at least every 7 days, and did not',
        knownSince: first,
      });
    expect(new Set(findings.map(({ finding }: { finding: string }) => finding)).size).toBe(2);
  });

  it('is open by the clocks of the question only', async () => {
    const open = async (query: Query) => (await silent({ open: 'true', ...query })).length;
    expect(await open({ validAt: '2020-02-07' })).toBe(0);
    expect(await open({ validAt: '2020-02-08' })).toBe(1);
    expect(await open({ validAt: '2020-02-20' })).toBe(0);
    expect(await open({ validAt: '2020-03-02T23:59:59.999Z' })).toBe(0);
    expect(await open({ validAt: '2020-03-03' })).toBe(1);
    expect(await open({ validAt: '2020-03-03', knownPosition: 4 })).toBe(0);
    // As known before it vouched again, it was silent throughout.
    expect(await open({ validAt: '2020-02-21', knownPosition: 6 })).toBe(1);
  });

  it('does not concern a site, a party or a person', async () => {
    expect(await silent({ site: 'virginia' })).toEqual([]);
    expect(await silent({ party: 'usds' })).toEqual([]);
    expect((await server.get('/v1/subjects/ana/findings')).body.data).toEqual([]);
  });
});

it.each([
  [{ upTo: 'soon' }, '/data/upTo'],
  [{ upTo: '2020-01-01', every: 0 }, '/data/every'],
  [{ upTo: '2020-01-01', every: '7' }, '/data/every'],
  [{ every: 7 }, '/data/upTo'],
  [{ upTo: '2020-01-01', source: clouds }, '/data/source'],
])('a vouch with %j is refused with its place', async (data, pointer) => {
  const { status, body } = await server.send(JSON.stringify([sent('bad', 'SourceVouched', data)]));
  expect([status, body.errors.map((each: { pointer: string }) => each.pointer)]).toEqual([422, [pointer]]);
});
