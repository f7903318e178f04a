/**
 * What an answer cannot know: up to when its sources have vouched, and which of them fell silent (R22).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corrected, enrolled, placed, retracted, type Sent, sent, source } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, type Query, removeDirectory } from '../support/server.ts';

const directory = newDataDirectory();
let server: LocalServer;

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
  server = await LocalServer.open(directory);
  const position = await server.record(story);
  expect((await server.get('/v1/sites', { atLeast: position })).status).toBe(200);
});
afterAll(async () => {
  await server.close();
  removeDirectory(directory);
});

const heard = async (path: string, query: Query = {}) =>
  (await server.get(path, query)).body.clocks.heardUntil;

describe('an answer tells, for each source behind it and for those that tell of its sites, up to when it vouched', () => {
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
    ['/v1/parties/usds', {}, [{ source, upTo: null }]],
    ['/v1/parties/usds/reach', {}, aboutVirginia],
    ['/v1/sites/dublin', {}, [{ source: mute, upTo: null }]],
    ['/v1/findings', { site: 'virginia' }, aboutVirginia],
    ['/v1/findings', {}, [aboutAna[0], { source: mute, upTo: null }, aboutAna[1], aboutAna[2]]],
  ])('%s %j', async (path, query, expected) => {
    expect(await heard(path, query)).toEqual(expected);
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

  it('leaves out what was retracted by its own source alone: a reference names source and id', async () => {
    expect(await heard('/v1/subjects/ana/residency')).toContainEqual({
      source: people,
      upTo: at('2020-02-01'),
    });
  });
});
