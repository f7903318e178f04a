/**
 * Policies over history for an author and an auditor: adopted, refused, simulated, suspended, with the findings of
 * each.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWithClock } from '../support/clocked-ledger.ts';
import { type Sent, sent } from '../support/given-events.ts';
import { LocalServer, lines, newDataDirectory, type Query, removeDirectory } from '../support/server.ts';
import { policies, subjects, worlds } from '../support/worlds.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows as the server sent them
type Row = any;

const overdue = 'domicile:overdue-backup';
const unexplained = 'domicile:unexplained-access';

const openServers: { server: LocalServer; directory: string }[] = [];
const newServer = async (): Promise<LocalServer> => {
  const directory = newDataDirectory();
  const server = await LocalServer.open(directory);
  openServers.push({ server, directory });
  return server;
};
/** A ledger for a random world. There are many, so it runs without separate writing threads. */
const serverOfWorld = async (): Promise<LocalServer> => {
  const directory = newDataDirectory();
  const server = await openWithClock(directory, Date.now);
  openServers.push({ server, directory });
  return server;
};
const closeServer = async (server: LocalServer): Promise<void> => {
  const index = openServers.findIndex((each) => each.server === server);
  const [closed] = openServers.splice(index, 1);
  await server.close();
  removeDirectory(closed!.directory);
};
afterAll(async () => {
  while (openServers.length > 0) await closeServer(openServers[0]!.server);
});

/** A ledger with the events of the worked example. */
const workedExample = async (): Promise<LocalServer> => {
  const server = await newServer();
  const file = join(import.meta.dirname, '..', '..', 'scenarios', 'worked-example', 'events.ndjson');
  const { status } = await server.send(readFileSync(file, 'utf8'), lines);
  expect(status).toBe(201);
  return server;
};

const nobodyAbove =
  'forbid(principal in Party::"bytedance", action == Action::"reach", resource) when { resource.jurisdiction == "US" };';
const noneIn = (country: string): string =>
  `@id("abroad") forbid(principal, action == Action::"store", resource) when { resource.country == "${country}" };`;

let ids = 0;
const of = (type: string, data: object, time = '2022-06-17T00:00:00.000Z', more: object = {}): Sent =>
  sent(`policy-event-${++ids}`, type, data, { time, ...more });
const adopted = (policy: string, cedar: string, effectiveFrom: string, more: object = {}): Sent =>
  of('PolicyAdopted', { policy, title: `The policy ${policy}`, cedar, effectiveFrom, ...more });

const at = (date: string): string => `${date}T00:00:00.000Z`;
const findingsOf = async (server: LocalServer, query: Query, path = '/v1/findings'): Promise<Row[]> => [
  ...(await server.rows(path, query)),
];
const asked = (position: string, more: Query = {}): Query => ({
  atLeast: position,
  validAt: '2022-08-01',
  ...more,
});
const days = (finding: Row): string =>
  `${finding.from?.slice(0, 10) ?? 'ever'} to ${finding.to?.slice(0, 10) ?? 'now'}`;

describe('the policy of the worked example', () => {
  let server: LocalServer;
  let position: string;
  beforeAll(async () => {
    server = await workedExample();
    position = await server.record([adopted('usds', nobodyAbove, '2022-06-17')]);
  });

  it('finds b1 in singapore reached by tiktok and bytedance since 2022-06-17: 2 subjects, 1 from 2022-07-01 on', async () => {
    const { body } = await server.get('/v1/findings', asked(position, { policy: 'usds' }));
    const tiktok = {
      edge: 'operates',
      to: 'singapore',
      began: null,
      ended: null,
      events: ['8'],
    };
    const finding = {
      finding: expect.stringMatching(/^[0-9a-f]{32}$/),
      policy: 'usds',
      version: 1,
      rule: 'policy0',
      verdict: 'violated',
      action: 'reach',
      holding: {
        dataset: 'tiktok/profile',
        site: 'singapore',
        kind: 'backup',
        backup: 'b1',
        population: 'us-users',
      },
      population: 'us-users',
      from: at('2022-06-17'),
      to: null,
      subjects: 1,
      counts: [
        { from: at('2022-06-17'), to: at('2022-07-01'), subjects: 2 },
        { from: at('2022-07-01'), to: null, subjects: 1 },
      ],
      countsLeftOut: 0,
      reason: null,
      limits: null,
      knownSince: expect.stringMatching(/^20/),
    };
    expect(body.data).toEqual([
      {
        ...finding,
        party: 'bytedance',
        path: [
          { edge: 'controls', to: 'tiktok', began: at('2017-11-10'), ended: null, events: ['4'] },
          tiktok,
        ],
        events: expect.arrayContaining(['4', '8', '14', '18']),
      },
      {
        ...finding,
        party: 'tiktok',
        path: [tiktok],
        // TikTok is a forbidden party because it is under bytedance.
        events: expect.arrayContaining(['4', '8', '14', '18']),
      },
    ]);
    expect(body.clocks).toMatchObject({ validAt: at('2022-08-01'), position });
    expect(body.next).toBeNull();
    const ids = body.data.map(({ finding: id }: Row) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('counts its people at the requested instant', async () => {
    const subjectsAt = async (validAt: string) =>
      (await findingsOf(server, asked(position, { policy: 'usds', validAt }))).map(
        ({ subjects }) => subjects,
      );
    expect(await subjectsAt('2022-06-20')).toEqual([2, 2]);
    expect(await subjectsAt('2022-07-01')).toEqual([1, 1]);
    expect(await subjectsAt('2020-01-01')).toEqual([2, 2]);
  });

  it('is known since its adoption was recorded, and not before', async () => {
    const [finding] = await findingsOf(server, asked(position, { policy: 'usds' }));
    const { body } = await server.get(`/v1/events/${position}`);
    expect(finding.knownSince).toBe(body.data.event.recordedat);
    const earlier = await findingsOf(server, { knownPosition: Number(position) - 1 });
    expect(earlier.filter(({ policy }) => policy === 'usds')).toEqual([]);
  });

  it('concerned ana until she left, chen to this day, and never ben', async () => {
    const meant = async (subject: string) =>
      (await findingsOf(server, asked(position), `/v1/subjects/${subject}/findings`)).map(
        (finding) =>
          `${finding.policy} ${finding.party} ${finding.population} ${days(finding)}, ${finding.subjects}`,
      );
    expect(await meant('ana')).toEqual([
      `${overdue} null us-users 2022-03-01 to 2022-07-01, 1`,
      `${overdue} null eu-users 2022-07-01 to now, 1`,
      'usds bytedance us-users 2022-06-17 to 2022-07-01, 1',
      'usds tiktok us-users 2022-06-17 to 2022-07-01, 1',
    ]);
    expect(await meant('chen')).toEqual([
      `${overdue} null us-users 2022-03-01 to now, 1`,
      'usds bytedance us-users 2022-06-17 to now, 1',
      'usds tiktok us-users 2022-06-17 to now, 1',
    ]);
    expect(await meant('ben')).toEqual([]);
    expect((await server.get('/v1/subjects/nobody/findings')).status).toBe(404);
  });

  it('filters by policy, version, rule, what is held, party and open findings', async () => {
    const told = async (query: Query) =>
      (await findingsOf(server, asked(position, query))).map(({ policy, party, population }) =>
        [policy, party, population].join(' '),
      );
    const all = [
      `${overdue}  us-users`,
      `${overdue}  eu-users`,
      'usds bytedance us-users',
      'usds tiktok us-users',
    ];
    expect(await told({})).toEqual(all);
    expect(await told({ limit: 1 })).toEqual(all);
    expect(await told({ policy: overdue })).toEqual(all.slice(0, 2));
    expect(await told({ policy: 'usds', version: 1 })).toEqual(all.slice(2));
    expect(await told({ policy: overdue, party: 'tiktok' })).toEqual([]);
    expect(await told({ site: 'singapore' })).toEqual(all);
    expect(await told({ site: 'virginia' })).toEqual([]);
    expect(await told({ party: 'tiktok' })).toEqual(all.slice(3));
    expect(await told({ rule: 'overdue-backup' })).toEqual(all.slice(0, 2));
    expect(await told({ rule: 'policy0', policy: 'usds' })).toEqual(all.slice(2));
    expect(await told({ rule: 'unexplained-access' })).toEqual([]);
    expect(await told({ dataset: 'tiktok/profile' })).toEqual(all);
    expect(await told({ backup: 'b1' })).toEqual(all);
    // Those about people who left the population, too: the backup is of its data.
    expect(await told({ population: 'us-users' })).toEqual(all);
    expect(await told({ population: 'eu-users' })).toEqual(all.slice(1, 2));
    expect(await told({ open: 'true', validAt: '2022-06-16' })).toEqual(all.slice(0, 1));
    expect(await told({ open: 'true', validAt: '2022-06-17' })).toEqual([all[0], all[2], all[3]]);
    expect(await told({ open: 'true' })).toEqual(all);
    for (const [query, parameter] of [
      [{ version: '0' }, 'version'],
      [{ open: 'yes' }, 'open'],
      [{ polcy: 'usds' }, 'polcy'],
    ] as const) {
      const { status, body } = await server.get('/v1/findings', query);
      expect([status, body.parameter ?? body.detail]).toEqual([400, expect.stringContaining(parameter)]);
    }
    // A name that nothing mentions is a mistake: an empty list would suggest that all is well.
    for (const query of [
      { policy: 'udsd' },
      { policy: 'usds', version: 2 },
      { site: 'virgina' },
      { party: 'tikotk' },
      { dataset: 'tiktok/profiles' },
      { population: 'us-user' },
      { backup: 'b2' },
      { rule: 'overdue' },
      { policy: 'usds', rule: 'overdue-backup' },
    ]) {
      expect((await server.get('/v1/findings', asked(position, query))).status).toBe(404);
    }
  });

  it('is listed with its version and the interval in which it is in force', async () => {
    const { body } = await server.get('/v1/policies', { atLeast: position });
    expect(body.data.map(({ policy, builtIn }: Row) => [policy, builtIn])).toEqual([
      [overdue, true],
      ['domicile:silent-source', true],
      [unexplained, true],
      ['usds', false],
    ]);
    const one = await server.get('/v1/policies/usds', { atLeast: position });
    expect(one.body.data).toEqual({
      policy: 'usds',
      title: 'The policy usds',
      authority: null,
      builtIn: false,
      versions: [
        {
          version: 1,
          title: 'The policy usds',
          authority: null,
          cedar: nobodyAbove,
          limits: [],
          effectiveFrom: at('2022-06-17'),
          effectiveUntil: null,
          adoptedBy: position,
          inForce: [{ from: at('2022-06-17'), to: null }],
        },
      ],
    });
    expect((await server.get('/v1/policies/none')).status).toBe(404);
    expect((await server.get('/v1/policies/usds', { knownPosition: 17 })).status).toBe(404);
    expect((await server.get(`/v1/policies/${encodeURIComponent(unexplained)}`)).body.data).toMatchObject({
      builtIn: true,
      versions: [{ version: 1, cedar: null, adoptedBy: null, inForce: [{ from: null, to: null }] }],
    });
  });
});

describe('a policy that cannot be adopted', () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await newServer();
  });
  const cases = [
    [
      'a misspelt attribute',
      'forbid(principal, action, resource)\nwhen { resource.jurisdicton == "US" };',
      [
        'line 2, column 8: rule policy0: attribute `jurisdicton` on entity type `Holding` not found; did you mean `jurisdiction`?',
      ],
    ],
    [
      'an unknown action',
      'forbid(principal, action == Action::"reech", resource);',
      [
        'line 1, column 29: rule policy0: unrecognized action `Action::"reech"`; did you mean `Action::"reach"`?',
      ],
    ],
    [
      'a text that is no Cedar',
      "forbid(principal, action, resource) when { resource.country == 'US' };",
      ['line 1, column 64: invalid token; strings must use double quotes, not single quotes'],
    ],
    [
      'an extension function',
      'forbid(principal, action, resource) when { datetime("2020-01-01") < datetime("2021-01-01") };',
      [expect.stringMatching(/^line 1, column 44: rule policy0: Domicile does not evaluate .*`datetime`/)],
    ],
    [
      'tags',
      'forbid(principal, action, resource) when { principal.hasTag("x") };',
      [expect.stringMatching(/tags \(`hasTag`\)/)],
    ],
    [
      'a template',
      'permit(principal == ?principal, action, resource);',
      ['line 1, column 1: Domicile does not evaluate templates; write the entity in place of the slot'],
    ],
    ['no rule', '// nothing', ['has no rule; expected at least one `forbid`']],
  ] as const;

  it.each(cases)(
    'is refused with line and column, whether recorded or simulated: %s',
    async (_, cedar, messages) => {
      const bystander = of('PolicySuspended', { policy: 'other' });
      const recorded = await server.post([bystander, adopted('p', cedar, '2020-01-01')]);
      expect(recorded.status).toBe(422);
      expect(recorded.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(recorded.body.errors.map(({ message }: Row) => message)).toEqual(
        expect.arrayContaining([...messages]),
      );
      expect(recorded.body.errors[0]).toMatchObject({ index: 1, pointer: '/data/cedar' });
      const tried = await simulated(server, { policy: 'p', cedar, effectiveFrom: '2020-01-01' });
      expect(tried.status).toBe(422);
      expect(tried.body.errors.map(({ message }: Row) => message)).toEqual(
        recorded.body.errors.map(({ message }: Row) => message),
      );
      // Nothing was sent for recording, so events are not mentioned.
      expect(tried.body).toMatchObject({
        type: 'urn:domicile:problem:invalid-policy',
        title: 'Invalid policy',
      });
      expect(tried.body.errors[0]).toEqual({ pointer: '/cedar', message: expect.any(String) });
      expect((await server.get('/v1/events')).body.data).toEqual([]);
    },
  );

  it('is refused as a body if a field of the proposal is invalid', async () => {
    const { status, body } = await simulated(server, {
      policy: 'p',
      cedar: noneIn('SG'),
      effectiveFrom: 'soon',
    });
    expect([status, body.type]).toEqual([422, 'urn:domicile:problem:invalid-body']);
    expect(body.errors).toMatchObject([{ pointer: '/effectiveFrom' }]);
  });

  it('cannot come from a correction either: it is parsed as at adoption, and refused with its place', async () => {
    const adoption = adopted('corrected', noneIn('SG'), '2020-01-01');
    const { id, source, data } = adoption as Row;
    const position = await server.record([adoption]);
    const reply = await server.post([
      of('EventCorrected', {
        event: { source, id },
        reason: 'a slip',
        data: { ...data, cedar: 'forbid(principal' },
      }),
    ]);
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toMatchObject([{ index: 0, pointer: '/data/data/cedar' }]);
    const { body } = await server.get('/v1/policies/corrected', { atLeast: position });
    expect(body.data.versions).toMatchObject([{ version: 1, cedar: noneIn('SG') }]);
  });
});

const simulated = async (server: LocalServer, body: object, query = '') => {
  const response = await server.request(`/v1/policies/simulate${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Row };
};

describe('warnings for the author of a policy', () => {
  const neverFires = '@id("n") forbid(principal, action, resource) when { false };';
  const ownText = 'permit(principal, action, resource);';

  it('are reported when the policy is simulated, and when it is adopted', async () => {
    const server = await newServer();
    const policy = { policy: 'p', effectiveFrom: '2022-06-17' };
    const tried = await simulated(server, { ...policy, cedar: neverFires });
    expect(tried.status).toBe(200);
    expect(tried.body.warnings).toEqual([
      { rule: 'n', line: 1, column: expect.any(Number), message: expect.stringMatching(/impossible|never/) },
    ]);
    const response = await server.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify([
        of('SubjectEnrolled', { subject: 'ana', population: 'us' }, at('2020-01-01')),
        adopted('p', ownText, '2022-06-17'),
      ]),
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      warnings: [
        {
          index: 1,
          rule: null,
          line: null,
          column: null,
          message: expect.stringMatching(/^forbids nothing, so nothing can break it; /),
        },
      ],
    });
  });

  it('are empty for a policy without faults', async () => {
    const server = await newServer();
    const tried = await simulated(server, { policy: 'p', effectiveFrom: '2022-06-17', cedar: nobodyAbove });
    expect(tried.body).not.toHaveProperty('warnings');
  });

  it('that ends before it begins, or names no country, is refused with its place', async () => {
    const server = await newServer();
    const backwards = { effectiveUntil: '2020-01-01T00:00:00Z' };
    const tried = await simulated(server, {
      ...{ policy: 'p', effectiveFrom: '2022-06-17', cedar: noneIn('UK') },
      ...backwards,
    });
    expect(tried.status).toBe(422);
    expect(tried.body.errors).toMatchObject([
      { pointer: '/cedar', message: expect.stringMatching(/"UK"; the United Kingdom is "GB"$/) },
      { pointer: '/effectiveUntil', message: expect.stringMatching(/^is before effectiveFrom/) },
    ]);
    const response = await server.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(adopted('p', noneIn('GB'), '2022-06-17', backwards)),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '/data/effectiveUntil' }] });
  });
});

describe('the time in which a version counts', () => {
  it('has no findings during a suspension, after its withdrawal, or outside its effective interval', async () => {
    const server = await workedExample();
    const told = async (position: string, policy: string) =>
      (await findingsOf(server, asked(position, { policy }))).map(
        (finding) => `${finding.population}: ${days(finding)}`,
      );
    const position = await server.record([
      adopted('suspended', noneIn('SG'), '2021-01-01'),
      of('PolicySuspended', { policy: 'suspended' }, at('2021-06-01')),
      of('PolicyReinstated', { policy: 'suspended' }, at('2022-01-01')),
      adopted('withdrawn', noneIn('SG'), '2021-01-01'),
      of('PolicyWithdrawn', { policy: 'withdrawn' }, at('2022-06-20')),
      adopted('bounded', noneIn('SG'), '2021-01-01', { effectiveUntil: '2021-02-01' }),
      adopted('later', noneIn('SG'), '2023-01-01'),
    ]);
    // They were suspended before they were adopted, both by their own time, and it is effective anyway.
    expect(await told(position, 'suspended')).toEqual([
      'us-users: 2021-01-01 to 2021-06-01',
      'us-users: 2022-01-01 to now',
      'eu-users: 2022-07-01 to now',
    ]);
    expect(await told(position, 'withdrawn')).toEqual(['us-users: 2021-01-01 to 2022-06-20']);
    expect(await told(position, 'bounded')).toEqual(['us-users: 2021-01-01 to 2021-02-01']);
    expect(await told(position, 'later')).toEqual([
      'eu-users: 2023-01-01 to now',
      'us-users: 2023-01-01 to now',
    ]);
    const { body } = await server.get('/v1/policies/suspended');
    expect(body.data.versions[0].inForce).toEqual([
      { from: at('2021-01-01'), to: at('2021-06-01') },
      { from: at('2022-01-01'), to: null },
    ]);
    await closeServer(server);
  });

  it('keeps the findings of an older version when a newer one is adopted', async () => {
    const server = await workedExample();
    const first = await server.record([adopted('p', noneIn('SG'), '2020-01-01')]);
    const before = await findingsOf(server, asked(first, { policy: 'p' }));
    expect(before.map(days)).toEqual(['2020-03-01 to now', '2022-07-01 to now']);
    const second = await server.record([adopted('p', noneIn('US'), '2021-01-01')]);
    const after = await findingsOf(server, asked(second, { policy: 'p' }));
    expect(after.filter(({ version }) => version === 1)).toEqual(before);
    expect(
      after
        .filter(({ version }) => version === 2)
        .map((finding) => `${finding.holding.site} ${finding.population} ${days(finding)}`)
        .sort(),
    ).toEqual([
      'oracle-ashburn eu-users 2022-07-01 to now',
      'oracle-ashburn us-users 2022-06-17 to now',
      'virginia us-users 2021-01-01 to 2022-06-17',
    ]);
    const diff = await server.get('/v1/findings/diff', { policy: 'p', fromVersion: 1, toVersion: 2 });
    expect(diff.status).toBe(200);
    expect(diff.body.data.closed.map((finding: Row) => finding.holding.site)).toEqual([
      'singapore',
      'singapore',
    ]);
    expect(diff.body.data.opened).toHaveLength(3);
    expect([diff.body.data.lengthened, diff.body.data.shortened]).toEqual([[], []]);
    await closeServer(server);
  });
});

describe('the built-in policies', () => {
  it('find overdue backups and unexplained accesses, and are switched off like any other', async () => {
    const server = await workedExample();
    const access = (party: string, time: string, site = 'virginia') =>
      of(
        'AccessObserved',
        { party, dataset: 'tiktok/profile', scope: { population: 'us-users' }, site, action: 'read' },
        time,
      );
    const position = await server.record([
      access('bytedance', at('2021-01-01')),
      access('oracle', at('2021-01-02')),
      access('oracle', at('2022-06-18'), 'oracle-ashburn'),
    ]);
    const told = async (known: string) =>
      (await findingsOf(server, asked(known))).map(
        (finding) => `${finding.policy} ${finding.party ?? ''} ${finding.from}, ${finding.subjects}`,
      );
    expect(await told(position)).toEqual([
      `${overdue}  ${at('2022-03-01')}, 1`,
      `${overdue}  ${at('2022-07-01')}, 1`,
      `${unexplained} oracle ${at('2021-01-02')}, 2`,
    ]);
    const ofAna = await findingsOf(server, asked(position), '/v1/subjects/ana/findings');
    expect(ofAna.map(({ policy }) => policy)).toEqual([overdue, overdue, unexplained]);
    const ofBen = await findingsOf(server, asked(position), '/v1/subjects/ben/findings');
    expect(ofBen).toEqual([]);

    const suspended = await server.record([
      of('PolicySuspended', { policy: overdue }, at('2022-07-15')),
      of('PolicyWithdrawn', { policy: unexplained }, at('2021-01-02')),
    ]);
    expect(
      (await findingsOf(server, asked(suspended))).map((finding) => `${finding.policy} ${days(finding)}`),
    ).toEqual([`${overdue} 2022-03-01 to 2022-07-15`, `${overdue} 2022-07-01 to 2022-07-15`]);
    // As known before, they still found what they found.
    expect(
      (await findingsOf(server, { validAt: '2022-08-01', knownPosition: position })).map(
        ({ policy }) => policy,
      ),
    ).toEqual([overdue, overdue, unexplained]);
    await closeServer(server);
  });
});

describe('before adopting', () => {
  it('reports what the change would open, close, lengthen and shorten, and records nothing', async () => {
    const server = await workedExample();
    const head = await server.record([adopted('p', noneIn('SG'), '2021-01-01')]);
    const proposal = {
      policy: 'p',
      cedar: `${noneIn('SG')}\n@id("reach") ${nobodyAbove}`,
      effectiveFrom: '2020-06-01',
      effectiveUntil: '2022-06-25',
    };
    const { status, body } = await simulated(server, proposal, `?atLeast=${head}&validAt=2022-06-20`);
    expect(status).toBe(200);
    const told = (list: Row[]) =>
      list.map(
        (finding) => `${finding.rule} ${finding.holding.site} ${finding.party ?? ''} ${days(finding)}`,
      );
    expect(told(body.data.opened).sort()).toEqual([
      'reach singapore bytedance 2020-06-01 to 2022-06-25',
      'reach singapore tiktok 2020-06-01 to 2022-06-25',
      'reach virginia bytedance 2020-06-01 to 2022-06-17',
      'reach virginia tiktok 2020-06-01 to 2022-06-17',
    ]);
    // ana's part of the backup as a European user would no longer be found.
    expect(told(body.data.closed)).toEqual(['abroad singapore  2022-07-01 to now']);
    expect(told(body.data.lengthened)).toEqual(['abroad singapore  2020-06-01 to 2022-06-25']);
    expect(told(body.data.shortened)).toEqual(['abroad singapore  2020-06-01 to 2022-06-25']);
    expect(body.data.shortened[0].was).toEqual([{ from: at('2021-01-01'), to: null }]);
    expect(body.data.opened.map(({ subjects }: Row) => subjects).sort()).toEqual([2, 2, 3, 3]);
    expect((await server.get('/v1/events', { limit: 1_000 })).body.data).toHaveLength(Number(head));
    expect((await server.get('/v1/policies/p')).body.data.versions).toHaveLength(1);
    expect((await findingsOf(server, asked(head, { policy: 'p' }))).map(({ version }) => version)).toEqual([
      1, 1,
    ]);
    await closeServer(server);
  });

  it('names what is wrong with a body', async () => {
    const server = await newServer();
    const { status, body } = await simulated(server, {
      policy: 'p',
      ceder: noneIn('SG'),
      effectiveFrom: 'soon',
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(body)).toMatch(/ceder/);
    await closeServer(server);
  });
});

describe('what was learned since', () => {
  it('is reported as the difference between two positions', async () => {
    const server = await workedExample();
    const before = await server.record([adopted('p', noneIn('SG'), '2020-01-01')]);
    const after = await server.record([
      // A late event: the backup was destroyed long ago, and another unknown one was taken.
      of('BackupDestroyed', { backup: 'b1' }, at('2022-06-01')),
      of(
        'BackupTaken',
        {
          backup: 'b2',
          dataset: 'tiktok/profile',
          scope: { population: 'us-users' },
          from: 'virginia',
          to: 'singapore',
        },
        at('2021-06-01'),
      ),
    ]);
    const diff = async (query: Query) => {
      const { status, body } = await server.get('/v1/findings/diff', { ...query, atLeast: after });
      expect(status).toBe(200);
      return Object.fromEntries(
        Object.entries(body.data as Record<string, Row[]>).map(([kind, list]) => [
          kind,
          list.map(
            (finding) => `${finding.policy} ${finding.holding.backup} ${finding.population} ${days(finding)}`,
          ),
        ]),
      );
    };
    expect(await diff({ policy: 'p', fromPosition: before, toPosition: after })).toEqual({
      opened: ['p b2 us-users 2021-06-01 to now', 'p b2 eu-users 2022-07-01 to now'],
      closed: ['p b1 eu-users 2022-07-01 to now'],
      lengthened: [],
      shortened: ['p b1 us-users 2020-03-01 to 2022-06-01'],
    });
    const all = await diff({ fromPosition: before, toPosition: after });
    expect(all.closed).toContain(`${overdue} b1 eu-users 2022-07-01 to now`);
    expect(await diff({ fromPosition: after, toPosition: after })).toEqual({
      opened: [],
      closed: [],
      lengthened: [],
      shortened: [],
    });
    for (const query of [{}, { policy: 'p', fromVersion: 1 }, { fromPosition: 'x', toPosition: 3 }])
      expect((await server.get('/v1/findings/diff', query)).status).toBe(400);
    expect(
      (await server.get('/v1/findings/diff', { policy: 'none', fromVersion: 1, toVersion: 2 })).status,
    ).toBe(404);
    await closeServer(server);
  });

  it('adds findings about the past, known since then, including those that could not be judged', async () => {
    const server = await newServer();
    const position = await server.record([
      of('SubjectEnrolled', { subject: 'ana', population: 'us' }, at('2020-01-01')),
      of('DataPlaced', { dataset: 'd', scope: { population: 'us' }, site: 'nowhere' }, at('2020-01-01')),
      adopted('p', noneIn('US'), '2020-01-01'),
    ]);
    const [unjudged, ...others] = await findingsOf(server, asked(position));
    expect(others).toEqual([]);
    expect(unjudged).toMatchObject({ verdict: 'indeterminate', rule: 'abroad', subjects: 1 });
    expect(unjudged.reason).toMatch(/country/);
    const registered = await server.record([
      of(
        'SiteRegistered',
        { site: 'nowhere', name: 'Nowhere', country: 'US', operator: 'acme' },
        at('2021-01-01'),
      ),
    ]);
    const [judged] = await findingsOf(server, asked(registered));
    expect(judged).toMatchObject({ verdict: 'violated', from: at('2020-01-01'), to: null });
    expect(judged.knownSince >= unjudged.knownSince).toBe(true);
    expect(judged.events).toContain(registered);
    await closeServer(server);
  });
});

// Random worlds ------------------------------------------------------------------------------------------------------

const cedars = [
  noneIn('US'),
  '@id("abroad") forbid(principal, action == Action::"store", resource) when { resource.country != "US" && resource.jurisdiction == "US" };',
  '@id("reach") forbid(principal in Party::"parent", action == Action::"reach", resource);',
  '@id("abroad") forbid(principal, action, resource) when { resource.overdue || resource.site == "singapore" };\n@id("reach") forbid(principal == Party::"oracle", action == Action::"reach", resource) unless { resource.live };',
];
const aProposal = fc.record({
  policy: fc.constantFrom<string>(...policies),
  cedar: fc.constantFrom(...cedars),
  effectiveFrom: fc.constantFrom(at('2020-01-02'), at('2020-01-05'), at('2020-01-08')),
});

/** Everything in a finding except its version and the events that adopted it. */
const withoutVersion = ({ finding: _, version: __, events: ___, knownSince: ____, ...rest }: Row): Row =>
  rest;
const inSomeOrder = (list: Row[]): string[] => list.map((row) => JSON.stringify(row)).sort();
const comparable = (difference: Record<string, Row[]>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(difference).map(([kind, list]) => [kind, inSomeOrder(list.map(withoutVersion))]),
  );

/** Compares the findings of one more policy about everything with those of each subject; returns their number. */
const agreesWithSubjects = async (server: LocalServer): Promise<number> => {
  const position = await server.record([adopted('mine', cedars[3]!, at('2020-01-01'))]);
  const validAt = at('2020-01-07');
  const all = await findingsOf(server, { atLeast: position, validAt, open: 'true', policy: 'mine' });
  const people = new Map<string, number>();
  const keyOf = ({ policy, rule, verdict, party, holding, population }: Row): string =>
    JSON.stringify([policy, rule, verdict, party, holding, population]);
  for (const subject of subjects) {
    const { status, body } = await server.get(`/v1/subjects/${subject}/findings`, { validAt, limit: 1_000 });
    if (status === 404) continue;
    const own = body.data.filter(
      ({ policy, from, to }: Row) =>
        policy === 'mine' && (from ?? '') <= validAt && (to === null || validAt < to),
    );
    for (const finding of own) people.set(keyOf(finding), (people.get(keyOf(finding)) ?? 0) + 1);
  }
  expect(new Map(all.map((finding) => [keyOf(finding), finding.subjects]))).toEqual(people);
  return all.length;
};

describe('on random worlds', () => {
  const runs = Math.ceil(Number(process.env.PROPERTY_RUNS ?? 100) / 25);

  it('a simulation predicts the adoption; versions keep their findings; earlier knowledge does not change; and everything agrees with each subject', async () => {
    const seen = { findings: 0, changes: 0, compared: 0 };
    await fc.assert(
      fc.asyncProperty(
        worlds({ episodesMin: 12, except: ['SubjectForgotten', 'SigningKeyRotated'] }),
        fc.array(aProposal, { minLength: 2, maxLength: 3 }),
        async (world, proposals) => {
          const server = await serverOfWorld();
          let position = await server.record(world);
          const validAt = at('2020-01-09');
          const known = new Map<string, Row[]>();
          for (const proposal of proposals) {
            const query = `?atLeast=${position}&validAt=${validAt}`;
            const before = await findingsOf(server, { atLeast: position, validAt });
            known.set(position, before);
            const tried = await simulated(server, proposal, query);
            expect(tried.status).toBe(200);
            const { body } = await server.get('/v1/policies', { validAt, atLeast: position });
            const versions: Row[] =
              body.data.find(({ policy }: Row) => policy === proposal.policy)?.versions ?? [];
            const current = versions.findLast(({ inForce }) =>
              inForce.some(({ from, to }: Row) => (from ?? '') <= validAt && (to === null || validAt < to)),
            );
            position = await server.record([of('PolicyAdopted', { title: 'Adopted', ...proposal }, validAt)]);
            // Its version number: adoptions with a later valid time come after it.
            const now = await server.get(`/v1/policies/${proposal.policy}`, { atLeast: position });
            const version = now.body.data.versions.find(
              ({ adoptedBy }: Row) => adoptedBy === position,
            ).version;
            const after = await findingsOf(server, { atLeast: position, validAt });
            if (current !== undefined) {
              // An adoption with a later valid time increases the number of this one.
              const from = current.version >= version ? current.version + 1 : current.version;
              const diff = await server.get('/v1/findings/diff', {
                policy: proposal.policy,
                fromVersion: from,
                toVersion: version,
                validAt,
              });
              expect(comparable(tried.body.data)).toEqual(comparable(diff.body.data));
            } else {
              const adoptedFindings = after.filter(
                (finding) => finding.policy === proposal.policy && finding.version === version,
              );
              const opened = tried.body.data.opened as Row[];
              expect(tried.body.data).toMatchObject({ closed: [], lengthened: [], shortened: [] });
              // Findings that differ only in their paths count as one.
              const reached = (list: Row[]) =>
                new Set(list.map((finding) => [finding.party, finding.holding.site, finding.rule].join()));
              expect(reached(opened)).toEqual(reached(adoptedFindings));
            }
            const isOthers = (finding: Row) =>
              finding.policy !== proposal.policy || finding.version < version;
            expect(after.filter(isOthers)).toEqual(before.filter(isOthers));
            seen.findings += after.length;
            seen.changes += Object.values(tried.body.data as Record<string, Row[]>).flat().length;
          }
          for (const [knownPosition, findings] of known)
            expect(await findingsOf(server, { knownPosition, validAt })).toEqual(findings);
          seen.compared += await agreesWithSubjects(server);
          await closeServer(server);
        },
      ),
      { numRuns: runs },
    );
    expect(seen.findings).toBeGreaterThan(runs * 8);
    expect(seen.changes).toBeGreaterThan(runs);
    expect(seen.compared).toBeGreaterThan(runs);
  });
});
