/**
 * Who could reach whose data, over HTTP: the worked example, the founding case under both clocks, and what some
 * events would open.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sent, sent } from '../support/given-events.ts';
import {
  LocalServer,
  lines,
  newDataDirectory,
  type Query,
  removeDirectory,
  withQuery,
} from '../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows as the server sent them
type Row = any;

const scenario = (name: string, file: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'scenarios', name, file), 'utf8');
const at = (date: string): string => `${date}T00:00:00.000Z`;

const directories: string[] = [];
const servers: LocalServer[] = [];
const newServer = async (): Promise<LocalServer> => {
  const directory = newDataDirectory();
  directories.push(directory);
  const server = await LocalServer.open(directory);
  servers.push(server);
  return server;
};
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const directory of directories) removeDirectory(directory);
});

const ask = async (server: LocalServer, path: string, query: Query): Promise<Row> => {
  const { status, body } = await server.get(path, query);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
};
const pathText = (path: Row[]): string => path.map(({ edge, to }) => `${edge} ${to}`).join(', ');
const days = ({ from, to }: Row): string => `${from?.slice(0, 10) ?? 'ever'} to ${to?.slice(0, 10) ?? 'now'}`;
/** Each party with its reach, the period and the path. */
const told = (rows: Row[]): ReadonlyArray<string> =>
  rows.flatMap(({ party, intervals }) =>
    intervals.map(
      (interval: Row) =>
        `${party}: ${interval.holding.backup ?? 'live'} at ${interval.holding.site}, ${days(interval)}, ${pathText(interval.path)}`,
    ),
  );

const simulate = async (server: LocalServer, events: ReadonlyArray<unknown>, query: Query) => {
  const response = await server.request(withQuery('/v1/reach/simulate', query), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  return { status: response.status, body: (await response.json()) as Row };
};

describe('the reach of the worked example', () => {
  let server: LocalServer;
  let position: string;
  let ids = 0;
  const of = (type: string, time: string, data: object): Sent =>
    sent(`reach-${++ids}`, type, data, { time: at(time) });
  const ana = '/v1/subjects/ana/reach';
  const june = (more: Query = {}): Query => ({ validAt: '2022-06-30', knownPosition: position, ...more });
  beforeAll(async () => {
    server = await newServer();
    position = (await server.send(scenario('worked-example', 'events.ndjson'), lines)).body.position;
  });

  it('who reaches ana, validAt 2022-06-30: oracle; tiktok; bytedance', async () => {
    const { data, clocks, next } = await ask(server, ana, june());
    const operates = { edge: 'operates', to: 'singapore', began: null, ended: null, events: ['8'] };
    const holding = { dataset: 'tiktok/profile', site: 'singapore', kind: 'backup', backup: 'b1' };
    expect(data).toEqual([
      {
        party: 'bytedance',
        kind: 'organisation',
        name: 'ByteDance',
        intervals: [
          {
            from: at('2020-03-01'),
            to: null,
            holding,
            path: [
              { edge: 'controls', to: 'tiktok', began: at('2017-11-10'), ended: null, events: ['4'] },
              operates,
            ],
          },
        ],
      },
      {
        party: 'oracle',
        kind: 'organisation',
        name: 'Oracle',
        intervals: [
          {
            from: at('2022-06-17'),
            to: null,
            holding: { dataset: 'tiktok/profile', site: 'oracle-ashburn', kind: 'live', backup: null },
            path: [{ edge: 'operates', to: 'oracle-ashburn', began: null, ended: null, events: ['9'] }],
          },
        ],
      },
      {
        party: 'tiktok',
        kind: 'organisation',
        name: 'TikTok',
        intervals: [{ from: at('2020-03-01'), to: null, holding, path: [operates] }],
      },
    ]);
    expect([clocks.validAt, clocks.position, next]).toEqual([at('2022-06-30'), position, null]);
  });

  it('over time: tiktok and bytedance held Virginia until the move', async () => {
    const { data } = await ask(server, ana, { knownPosition: position, from: '2020-01-01' });
    // By party, then dataset, site, kind, backup and from.
    expect(told(data)).toEqual([
      'bytedance: b1 at singapore, 2020-03-01 to now, controls tiktok, operates singapore',
      'bytedance: live at virginia, 2020-01-10 to 2022-06-17, controls tiktok, operates virginia',
      'oracle: live at oracle-ashburn, 2022-06-17 to now, operates oracle-ashburn',
      'tiktok: b1 at singapore, 2020-03-01 to now, operates singapore',
      'tiktok: live at virginia, 2020-01-10 to 2022-06-17, operates virginia',
    ]);
    const before = await ask(server, ana, { knownPosition: position, from: '2020-02-01', to: '2020-02-02' });
    expect(told(before.data)).toHaveLength(2);
    expect((await ask(server, ana, { knownPosition: position, validAt: '2019-01-01' })).data).toEqual([]);
  });

  it('party= selects one, via= limits the kinds of edges, limit and cursor page', async () => {
    const names = async (more: Query) =>
      (await ask(server, ana, june(more))).data.map(({ party }: Row) => party);
    expect(await names({ party: 'bytedance' })).toEqual(['bytedance']);
    expect((await server.get(ana, june({ party: 'nobody' }))).status).toBe(404);
    expect(await names({ via: 'operates' })).toEqual(['oracle', 'tiktok']);
    expect(await names({ via: 'operates,controls' })).toEqual(['bytedance', 'oracle', 'tiktok']);
    expect(await names({ via: 'granted,member-of' })).toEqual([]);
    expect(await names({ limit: 2 })).toEqual(['bytedance', 'oracle']);
    expect((await server.rows(ana, june({ limit: 1 }))).map(({ party }) => party)).toEqual([
      'bytedance',
      'oracle',
      'tiktok',
    ]);
    for (const [parameter, value] of [
      ['via', 'friends'],
      ['paths', 'some'],
      ['explain', 'all'],
      ['from', 'then'],
    ] as const) {
      const { status, body } = await server.get(ana, june({ [parameter]: value }));
      expect([status, body.parameter]).toEqual([400, parameter]);
    }
    expect((await server.get('/v1/subjects/nobody/reach')).status).toBe(404);
  });

  it('explain=cut: which edges to close, or which ended edges would have opened the path', async () => {
    const cut = async (party: string, validAt: string) =>
      (await ask(server, ana, june({ explain: 'cut', party, validAt }))).data;
    const closing = await cut('bytedance', '2022-06-30');
    expect(closing).toMatchObject({ party: 'bytedance', reaches: true, because: null, ended: [], chain: [] });
    expect(closing.close).toHaveLength(1);
    expect(['controls tiktok', 'operates singapore']).toContain(pathText(closing.close));
    // Two paths at once need one edge, where they meet.
    expect((await cut('tiktok', '2021-01-01')).close.map(({ to }: Row) => to).sort()).toEqual([
      'singapore',
      'virginia',
    ]);
    expect((await cut('bytedance', '2021-01-01')).close).toHaveLength(1);
    expect(await cut('oracle', '2022-06-16')).toMatchObject({ reaches: false, because: 'no-chain' });
    expect(await cut('oracle', '2019-01-01')).toMatchObject({ reaches: false, because: 'no-data' });
    expect((await server.get(ana, june({ explain: 'cut' }))).body.parameter).toBe('party');

    // Once the control relation has ended, its end keeps bytedance out.
    const known = await server.record([
      of('ControlEnded', '2022-07-15', {
        controller: 'bytedance',
        controlled: 'tiktok',
        basis: 'ownership',
      }),
    ]);
    const { data } = await ask(server, ana, {
      atLeast: known,
      validAt: '2022-08-01',
      explain: 'cut',
      party: 'bytedance',
    });
    expect(data).toMatchObject({ reaches: false, because: 'ended', close: [] });
    expect(data.ended).toEqual([
      {
        from: 'bytedance',
        edge: 'controls',
        to: 'tiktok',
        began: at('2017-11-10'),
        ended: at('2022-07-15'),
        events: ['4', known],
      },
    ]);
    expect(pathText(data.chain)).toBe('controls tiktok, operates singapore');
  });

  it('what a party reaches: each holding, of how many people, along which path', async () => {
    const reach = async (party: string, query: Query) =>
      (await ask(server, `/v1/parties/${party}/reach`, { knownPosition: position, ...query })).data.map(
        (row: Row) =>
          `${row.population} ${row.backup ?? 'live'} at ${row.site}: ${row.subjects}, ${days(row)}, ${pathText(row.path)}`,
      );
    expect(await reach('bytedance', { validAt: '2022-06-30' })).toEqual([
      'us-users b1 at singapore: 2, 2020-03-01 to now, controls tiktok, operates singapore',
    ]);
    expect(await reach('tiktok', { validAt: '2022-01-01' })).toEqual([
      'us-users b1 at singapore: 2, 2020-03-01 to now, operates singapore',
      'us-users live at virginia: 3, 2020-01-10 to 2022-06-17, operates virginia',
    ]);
    expect(await reach('tiktok', { from: '2019-01-01', validAt: '2020-01-20' })).toEqual([
      'us-users b1 at singapore: 2, 2020-03-01 to now, operates singapore',
      'us-users live at virginia: 1, 2020-01-10 to 2022-06-17, operates virginia',
    ]);
    // ana is still in oracle's site, although she is a European user by now.
    expect(await reach('oracle', { validAt: '2022-08-01' })).toEqual([
      'us-users live at oracle-ashburn: 3, 2022-06-17 to now, operates oracle-ashburn',
    ]);
    expect((await server.get('/v1/parties/nobody/reach')).status).toBe(404);
  });

  it('is in the trail: what opened the paths to her data', async () => {
    const trail = (await ask(server, '/v1/subjects/ana/trail', { knownPosition: position })).data;
    const control = trail.find(({ event }: Row) => event.id === 'bytedance-controls-tiktok');
    expect(control.why.join(' ')).toMatch(/bytedance/);
    expect(trail.map(({ event }: Row) => event.id)).toEqual(
      expect.arrayContaining(['bytedance-controls-tiktok', 'b1-taken', 'us-profile-moved']),
    );
    const positions = trail.map(({ event }: Row) => Number(event.position));
    expect([...positions].sort((a, b) => a - b)).toEqual(positions);
    const ofBen = (await ask(server, '/v1/subjects/ben/trail', { knownPosition: position })).data;
    expect(ofBen.map(({ event }: Row) => event.id)).not.toContain('b1-taken');
  });
});

describe('before something is recorded', () => {
  it('lists who would newly reach what, of how many people, and records nothing', async () => {
    const server = await newServer();
    const { position } = (await server.send(scenario('worked-example', 'events.ndjson'), lines)).body;
    const events = [
      sent('vendor', 'AccessGranted', {
        grant: 'g',
        party: 'vendor',
        over: { site: 'singapore' },
        actions: ['read'],
      }),
      sent('control', 'ControlBegan', { controller: 'fund', controlled: 'oracle', basis: 'ownership' }),
    ].map((event) => ({ ...event, time: at('2022-07-10') }));
    const { status, body } = await simulate(server, events, { atLeast: position, validAt: at('2022-08-01') });
    expect(status).toBe(200);
    const newly = body.data.map(
      (row: Row) =>
        `${row.party}: ${row.backup ?? 'live'} at ${row.site}, ${row.subjects}, ${days(row)}, ${pathText(row.path)}`,
    );
    expect(newly).toEqual([
      'fund: live at oracle-ashburn, 3, 2022-08-01 to now, controls oracle, operates oracle-ashburn',
      'vendor: b1 at singapore, 2, 2022-08-01 to now, granted g',
    ]);
    expect((await server.get('/v1/parties/vendor/reach')).status).toBe(404);
    expect((await ask(server, '/v1/events', { limit: 1_000 })).data).toHaveLength(Number(position));
    expect((await ask(server, '/v1/subjects/ana/reach', { validAt: '2022-08-01' })).data).toHaveLength(3);

    // It also says whose reach would end if a control relation ended.
    const ended = await simulate(
      server,
      [
        sent(
          'end',
          'ControlEnded',
          { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' },
          { time: at('2022-07-10') },
        ),
      ],
      { validAt: at('2022-07-01'), change: 'ended' },
    );
    expect(
      ended.body.data.map((row: Row) => `${row.party} ${row.backup} ${row.subjects} ${days(row)}`),
    ).toEqual(['bytedance b1 2 2022-07-10 to now']);
    expect(
      (await simulate(server, events, { validAt: at('2022-08-01'), change: 'ended' })).body.data,
    ).toEqual([]);

    // A new person and moved data are taken into account as well.
    const moved = await simulate(
      server,
      [
        sent(
          'dora',
          'SubjectEnrolled',
          { subject: 'dora', population: 'us-users' },
          { time: at('2022-07-10') },
        ),
        sent(
          'copied',
          'DataCopied',
          {
            dataset: 'tiktok/profile',
            scope: { population: 'us-users' },
            from: 'oracle-ashburn',
            to: 'virginia',
          },
          { time: at('2022-07-11') },
        ),
      ],
      { validAt: at('2022-07-01') },
    );
    expect(
      moved.body.data.map((row: Row) => `${row.party} ${row.site} ${row.subjects} ${row.from.slice(0, 10)}`),
    ).toEqual([
      'bytedance virginia 4 2022-07-11',
      // A new person is newly reached where the others are.
      'oracle oracle-ashburn 1 2022-07-10',
      'tiktok virginia 4 2022-07-11',
    ]);
    // The simulated result appears once the events are recorded.
    const recorded = await server.record(events);
    const vendor = await ask(server, '/v1/parties/vendor/reach', {
      atLeast: recorded,
      validAt: '2022-08-01',
    });
    expect(vendor.data).toMatchObject([{ backup: 'b1', subjects: 2, from: at('2022-07-10') }]);
    expect((await simulate(server, events, { validAt: at('2022-08-01') })).body.data).toEqual([]);
  });

  it('names what is wrong with an event', async () => {
    const server = await newServer();
    const bad = { ...sent('x', 'AccessGranted', { grant: 'g' }), time: 'soon' };
    const { status, body } = await simulate(server, [bad], {});
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: Row) => pointer)).toContain('/time');
    expect((await simulate(server, [], {})).status).toBe(422);
  });
});

describe('all paths', () => {
  it('are listed up to a limit, with whether it was reached', async () => {
    const server = await newServer();
    const time = '2020-01-01T00:00:00.000Z';
    let ids = 0;
    const of = (type: string, data: object): Sent => sent(`p${++ids}`, type, data, { time });
    const controls = (controller: string, controlled: string) =>
      of('ControlBegan', { controller, controlled, basis: 'board' });
    // A ladder with two rails: the number of paths doubles with each rung.
    const ladder = (rungs: number): ReadonlyArray<Sent> =>
      Array.from({ length: rungs }, (_, rung) => rung).flatMap((rung) => [
        ...['l', 'r'].flatMap((side) =>
          ['l', 'r'].map((other) => controls(`${side}${rung + 1}`, `${other}${rung}`)),
        ),
      ]);
    const base = [
      of('SiteRegistered', { site: 's', name: 'S', country: 'US', operator: 'l0', owner: 'r0' }),
      of('SubjectEnrolled', { subject: 'ana', population: 'us' }),
      of('DataPlaced', { dataset: 'd', scope: { population: 'us' }, site: 's' }),
    ];
    const few = await server.record([...base, ...ladder(3)]);
    const all = await ask(server, '/v1/subjects/ana/reach', { atLeast: few, party: 'l3', paths: 'all' });
    expect(all.limitMet).toBe(false);
    const ways = told(all.data).map((line) => line.split(', ').slice(2).join(', '));
    expect(ways).toHaveLength(8);
    expect(new Set(ways).size).toBe(8);
    const first = await ask(server, '/v1/subjects/ana/reach', { party: 'l3' });
    expect(told(first.data)).toHaveLength(1);
    expect(told(all.data)).toContain(told(first.data)[0]);
    expect(first.limitMet).toBeUndefined();

    const many = await server.record(ladder(14).slice(12));
    const limited = await ask(server, '/v1/subjects/ana/reach', {
      atLeast: many,
      party: 'l14',
      paths: 'all',
    });
    expect(limited.limitMet).toBe(true);
    expect(told(limited.data).length).toBeGreaterThan(100);
    expect(told(limited.data).length).toBeLessThanOrEqual(1_000);
  });
});

describe('the founding case', () => {
  let server: LocalServer;
  const marks = new Map<string, string>();
  beforeAll(async () => {
    server = await newServer();
    const { position } = (await server.send(scenario('tiktok-us', 'events.ndjson'), lines)).body;
    const events = await server.rows('/v1/events', { atLeast: position });
    for (const { learned, lastEvent } of JSON.parse(scenario('tiktok-us', 'learned.json')))
      marks.set(
        learned,
        events.find(({ source, id }) => source === lastEvent.source && id === lastEvent.id).position,
      );
  });

  /**
   * Who reached ben's data, a US user's, on a day, as known at a mark or now: the party and first edge of each
   * path.
   */
  const reached = async (validAt: string, mark?: string): Promise<Readonly<Record<string, string[]>>> => {
    const knownPosition = mark === undefined ? undefined : marks.get(mark)!;
    const { data } = await ask(server, '/v1/subjects/ben/reach', { validAt, knownPosition });
    return Object.fromEntries(
      data.map(({ party, intervals }: Row) => [
        party,
        [...new Set(intervals.map(({ path }: Row) => pathText(path)))].sort(),
      ]),
    );
  };
  const inVirginia = 'operates virginia';
  const inSingapore = 'operates singapore';
  const above = (path: string): string => `controls tiktok, ${path}`;

  it('2021: TikTok in Virginia and Singapore, and ByteDance above it; as known then also Oracle, for a while', async () => {
    // ben came in May 2019: he is in the backups of that October.
    const now = {
      bytedance: [above(inSingapore), above(inVirginia)],
      tiktok: [inSingapore, inVirginia],
    };
    expect(await reached('2021-01-15')).toEqual(now);
    // A stake that was reported but never taken, retracted in February 2021.
    expect(await reached('2021-01-15', '2020-12-31')).toEqual({ ...now, oracle: now.bytedance });
    expect(await reached('2021-01-15', '2021-12-31')).toEqual(now);
    expect(await reached('2021-12-01')).toEqual(now);
    expect(await reached('2021-12-01', '2021-12-31')).toEqual(now);
  });

  it('on the eve of the announcement: as in 2021, then and now; no path explains the access from China', async () => {
    const eve = await reached('2022-06-16');
    expect(Object.keys(eve)).toEqual(['bytedance', 'tiktok']);
    expect(await reached('2022-06-16', '2022-05-31')).toEqual(eve);
    expect(await reached('2022-06-16', '2022-06-17')).toEqual(eve);
    const accesses = await server.rows('/v1/findings', { policy: 'domicile:unexplained-access' });
    const ofUsUsers = accesses.filter(({ population }) => population === 'us-users');
    expect(ofUsUsers.map(({ party, from }) => `${party} ${from.slice(0, 10)}`)).toEqual([
      'cn-engineers 2021-09-14',
      'cn-engineers 2021-11-09',
      'cn-engineers 2022-01-18',
    ]);
    const known = async (mark: string) =>
      server.rows('/v1/findings', { policy: 'domicile:unexplained-access', knownPosition: marks.get(mark)! });
    expect(await known('2022-05-31')).toEqual([]);
    expect(await known('2022-06-17')).toHaveLength(3);
  });

  it('the day after: Oracle, the new team at its servers, and still ByteDance, through the backups and the team', async () => {
    const after = {
      bytedance: [
        'controls tiktok, employs tiktok-us-ds, granted usds-oracle-cloud',
        above(inSingapore),
        above(inVirginia),
      ],
      oracle: ['operates oracle-ashburn'],
      tiktok: ['employs tiktok-us-ds, granted usds-oracle-cloud', inSingapore, inVirginia],
      'tiktok-us-ds': ['granted usds-oracle-cloud'],
    };
    expect(await reached('2022-06-18')).toEqual(after);
    expect(await reached('2022-06-18', '2022-06-17')).toEqual(after);
    // In May nobody could know of the move: the data was in Virginia.
    expect(await reached('2022-06-18', '2022-05-31')).toEqual(await reached('2022-06-16', '2022-05-31'));
  });

  it('2024: the engineers in China too, under approvals; the same then and now', async () => {
    const now = await reached('2024-06-01');
    expect(Object.keys(now)).toEqual(['bytedance', 'cn-engineers', 'oracle', 'tiktok', 'tiktok-us-ds']);
    expect(now['cn-engineers']).toEqual(['granted cn-approvals']);
    expect(await reached('2024-06-01', '2024-11-30')).toEqual(now);
    const before = await reached('2024-06-01', '2022-06-17');
    expect(before['cn-engineers']).toBeUndefined();
  });
});
