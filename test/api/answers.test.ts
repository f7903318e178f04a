/**
 * Detailed answers over HTTP on the founding case: one finding and the people concerned, backups, whom a party
 * affected, one person's file.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { tiktok } from '../cli/command-line.ts';
import { sent } from '../support/given-events.ts';
import { lines } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const server = sharedLedger();
let position: string;

beforeAll(async () => {
  await server.send(readFileSync(tiktok, 'utf8'), lines);
  position = await server.record([
    sent('adopted-usds', 'PolicyAdopted', {
      policy: 'usds',
      title: 'ByteDance is kept out of US data',
      cedar:
        '@id("keep-out") forbid(principal in Party::"bytedance", action == Action::"reach", resource) when { resource.jurisdiction == "US" };',
      effectiveFrom: '2022-06-17',
    }),
  ]);
});

const asked = { validAt: '2022-08-01' };
const ndjson = { accept: 'application/x-ndjson' };

describe('one finding', () => {
  it('has its policy, the text of its rule, and the events that prove it, by an id that stays', async () => {
    const [row] = await server.rows('/v1/findings', {
      ...asked,
      atLeast: position,
      policy: 'usds',
      site: 'singapore',
    });

    const { status, body } = await server.get(`/v1/findings/${row.finding}`, asked);

    expect(status).toBe(200);
    const { title, cedar, ruleText, proof, proofLeftOut, adoptedBy, ...rest } = body.data;
    expect(rest).toMatchObject(row);
    expect(title).toBe('ByteDance is kept out of US data');
    expect(adoptedBy).toBe(position);
    expect(ruleText).toMatch(/^@id\("keep-out"\)\s*forbid/);
    expect(cedar).toContain('resource.jurisdiction');
    expect(proof.map((event: { position: string }) => event.position)).toEqual(row.events);
    expect(proofLeftOut).toBe(0);
  });

  it('that is unknown is a 404 with the reason, for its people too', async () => {
    for (const path of ['/v1/findings/nothing', '/v1/findings/nothing/subjects'])
      expect(await server.get(path)).toMatchObject({
        status: 404,
        body: {
          what: 'finding',
          detail: expect.stringContaining('A later event or correction may have changed'),
        },
      });
  });

  it('lists whom it concerns as pages, as NDJSON and as CSV, and records each lookup', async () => {
    const [row] = await server.rows('/v1/findings', { ...asked, policy: 'usds', site: 'singapore' });
    const path = `/v1/findings/${row.finding}/subjects`;

    const pages = await server.rows(path, { ...asked, limit: 1 });
    const streamed = await server.get(path, asked, ndjson);
    const csv = await server.get(path, asked, { accept: 'text/csv' });

    expect(pages.length).toBe(row.counts[0].subjects);
    expect(
      streamed.body
        .trim()
        .split('\n')
        .map((line: string) => JSON.parse(line)),
    ).toEqual(pages);
    expect(streamed.headers.get('domicile-position')).toBe(position);
    const [head, ...people] = csv.body.trim().split('\r\n');
    expect(head).toBe('subject,populations,from,to,dataset,site,kind,backup,path,access');
    expect(people).toHaveLength(pages.flatMap(({ intervals }) => intervals).length);
    const reads = await server.rows('/v1/reads', { subject: pages[0].subject });
    expect(reads.filter(({ question }) => question === 'finding')).toHaveLength(3);
  });
});

describe('backups', () => {
  it('are held, overdue or destroyed at an instant, with their number of people and their sites over time', async () => {
    const all = await server.rows('/v1/backups', asked);
    const overdue = await server.rows('/v1/backups', { ...asked, state: 'overdue' });
    const { body } = await server.get('/v1/backups/us-profile-singapore-2019', asked);

    expect(all).toHaveLength(7);
    expect(overdue.map(({ backup }) => backup)).toEqual([
      'us-profile-singapore-2019',
      'us-messages-singapore-2019',
      'us-video-history-singapore-2019',
    ]);
    const holdings = await server.rows('/v1/sites/singapore/holdings', asked);
    const held = holdings.find(({ backup }) => backup === 'us-profile-singapore-2019');
    expect(body.data).toMatchObject({
      backup: 'us-profile-singapore-2019',
      dataset: 'tiktok/profile',
      population: 'us-users',
      state: 'overdue',
      site: 'singapore',
      country: 'SG',
      takenAt: '2019-10-01T03:00:00.000Z',
      expires: '2022-03-31T00:00:00.000Z',
      subjects: held.subjects,
      events: ['26'],
      destroyed: null,
      sites: [{ site: 'singapore', from: '2019-10-01T03:00:00.000Z', to: null, events: ['26'] }],
    });
    expect(body.clocks.heardUntil.length).toBeGreaterThan(0);
  });

  it('that were moved, restored and destroyed name the events, as known now and then', async () => {
    const data = { backup: 'b-moved', dataset: 'tiktok/profile', scope: { subject: 'ana' } };
    const moved = await server.record([
      sent(
        'b-taken',
        'BackupTaken',
        { ...data, from: 'virginia', to: 'virginia' },
        { time: '2021-01-01T00:00:00Z' },
      ),
      sent(
        'b-moved',
        'BackupMoved',
        { backup: 'b-moved', to: 'singapore' },
        { time: '2021-02-01T00:00:00Z' },
      ),
      sent(
        'b-restored',
        'BackupRestored',
        { backup: 'b-moved', to: 'virginia' },
        { time: '2021-03-01T00:00:00Z' },
      ),
    ]);
    const destroyed = await server.record([
      sent(
        'b-gone',
        'BackupDestroyed',
        { backup: 'b-moved' },
        {
          time: '2021-04-01T00:00:00Z',
          assurance: 'verified',
          evidence: 'https://records.example/certificate',
        },
      ),
    ]);

    const now = await server.get('/v1/backups/b-moved', { ...asked, atLeast: destroyed });
    const before = await server.get('/v1/backups/b-moved', { ...asked, knownPosition: moved });

    const at = Number(moved);
    expect(now.body.data).toMatchObject({
      subject: 'ana',
      state: 'destroyed',
      site: null,
      subjects: 1,
      sites: [
        { site: 'virginia', to: '2021-02-01T00:00:00.000Z', events: [`${at - 2}`, `${at - 1}`] },
        {
          site: 'singapore',
          to: '2021-04-01T00:00:00.000Z',
          events: [`${at - 2}`, `${at - 1}`, `${at + 1}`],
        },
      ],
      restored: [{ to: 'virginia', at: '2021-03-01T00:00:00.000Z', events: [`${at}`] }],
      destroyed: {
        at: '2021-04-01T00:00:00.000Z',
        assurance: 'verified',
        evidence: 'https://records.example/certificate',
        events: [`${at + 1}`],
      },
    });
    expect(before.body.data).toMatchObject({ state: 'held', site: 'singapore', destroyed: null });
    const gone = await server.rows('/v1/backups', { ...asked, state: 'destroyed' });
    expect(gone.map(({ backup }) => backup)).toEqual(['b-moved']);
  });

  it('are refused with a misspelt parameter, and unknown if no event took them', async () => {
    expect(await server.get('/v1/backups', { state: 'lost' })).toMatchObject({
      status: 400,
      body: { parameter: 'state' },
    });
    expect((await server.get('/v1/backups', { site: 'nowhere' })).status).toBe(404);
    expect(await server.get('/v1/backups/nothing')).toMatchObject({ status: 404, body: { what: 'backup' } });
  });
});

describe('one person', () => {
  it('gets everything known about them in one answer that can be repeated', async () => {
    const when = { ...asked, knownPosition: position };
    const { status, body } = await server.get('/v1/subjects/ana', { ...when, limit: 1000 });

    expect(status).toBe(200);
    const { data, clocks } = body;
    const rows = (path: string, more = {}) => server.rows(`/v1/subjects/ana/${path}`, { ...when, ...more });
    expect(data.residency).toEqual(await rows('residency'));
    expect(data.history).toEqual(await rows('history'));
    expect(data.reach).toEqual(await rows('reach', { from: '1970-01-01' }));
    expect(data.findings).toEqual(await rows('findings'));
    expect(data.trail).toEqual(await rows('trail'));
    expect(data.backups.map(({ backup }: { backup: string }) => backup)).toEqual(
      data.residency.flatMap(({ backup }: { backup: string | null }) => backup ?? []),
    );
    expect(data.populations[0]).toMatchObject({ population: 'us-users', jurisdiction: 'US' });
    expect(data.cut).toEqual([]);
    const again = await server.get('/v1/subjects/ana', {
      validAt: clocks.validAt,
      knownAt: clocks.knownAt,
      limit: 1000,
    });
    expect(again.body).toEqual(body);
  });

  it('sees the recipients: those who stored or accessed the data, and those who only could have', async () => {
    const { body } = await server.get('/v1/subjects/ana', { ...asked, knownPosition: position });

    const byParty = new Map<string, { how: string[]; disclosed: boolean; events: string[] }>(
      body.data.recipients.map((row: { party: string }) => [row.party, row]),
    );
    // TikTok is the controller of its datasets, and so not a recipient of them.
    expect([...byParty.keys()]).not.toContain('tiktok');
    expect(byParty.get('oracle')).toMatchObject({ how: ['stored', 'could-reach'], disclosed: true });
    expect(byParty.get('bytedance')).toMatchObject({ disclosed: false });
    expect(byParty.get('bytedance')!.how).toContain('could-reach');
    for (const { party } of body.data.accesses) expect(byParty.get(party)!.how).toContain('accessed');
    expect(body.data.accesses.length).toBeGreaterThan(0);
  });

  it('sees an erasure as open while a backup still holds the data', async () => {
    const dora = await server.get('/v1/subjects/dora', { ...asked, knownPosition: position });

    expect(dora.body.data.erasures).toMatchObject([{ kind: 'data', dataset: null }]);
    expect(dora.body.data.backups.length).toBeGreaterThan(0);
    expect(dora.body.data.erasureOpen).toBe(true);
    const before = await server.get('/v1/subjects/dora', { validAt: '2021-11-01', knownPosition: position });
    expect(before.body.data).toMatchObject({ erasures: [], erasureOpen: false });
  });

  it('sees rows up to the limit, the names of lists with more, and who read about them', async () => {
    await server.get('/v1/subjects/ben/residency');
    const later = await server.record([
      sent('something-else', 'PartyRegistered', { party: 'another', kind: 'organisation', name: 'Another' }),
    ]);
    const { body } = await server.get('/v1/subjects/ben', { ...asked, atLeast: later, limit: 2 });

    expect(body.limitMet).toBe(true);
    expect(body.data.cut).toEqual(expect.arrayContaining(['trail', 'reach']));
    expect(body.data.trail).toHaveLength(2);
    const whole = await server.get('/v1/subjects/ben', { ...asked, knownPosition: later, limit: 1000 });
    expect(whole.body.data.reads.at(-1)).toMatchObject({ subject: 'ben', question: 'residency' });
    const reads = await server.rows('/v1/reads', { subject: 'ben' });
    expect(reads.at(-1)).toMatchObject({ question: 'person' });
    expect((await server.get('/v1/subjects/nobody')).status).toBe(404);
  });
});

describe('what was learned since', () => {
  it('separates facts that were learned later from rules that were adopted later', async () => {
    const learnedIn = async (from: string, to: string) => {
      const { body } = await server.get('/v1/findings/diff', {
        fromPosition: from,
        toPosition: to,
        knownPosition: to,
        validAt: '2022-08-01',
      });
      return Object.values(
        body.data as Record<string, ReadonlyArray<{ learned: string; policy: string }>>,
      ).flat();
    };
    const before = String(Number(position) - 1);

    const facts = await learnedIn('45', before);
    const rules = await learnedIn(before, position);
    const both = await learnedIn('45', position);

    expect(facts.length).toBeGreaterThan(0);
    expect(new Set(facts.map(({ learned }) => learned))).toEqual(new Set(['facts']));
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.every(({ learned, policy }) => learned === 'rules' && policy === 'usds')).toBe(true);
    expect(both.every(({ learned, policy }) => learned === (policy === 'usds' ? 'rules' : 'facts'))).toBe(
      true,
    );
  });
});
