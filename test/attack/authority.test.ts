/** A holder of a key that may only record tries to switch policies off, and to undo what others recorded (R24). */
import { describe, expect, it } from 'vitest';
import { enrolled, placed, sent } from '../support/given-events.ts';
import { type KeyedServer, keyedServer } from '../support/keyed-server.ts';
import type { Client } from '../support/server.ts';

const others = 'https://backups.example';
const cedar = 'forbid(principal, action == Action::"store", resource);';
const adoption = {
  policy: 'p',
  title: 'Nobody stores anything',
  cedar,
  effectiveFrom: '2020-01-01T00:00:00.000Z',
};
const adopted = sent('adopted', 'PolicyAdopted', adoption);
const backup = sent(
  'taken',
  'BackupTaken',
  { backup: 'b', dataset: 'profile', scope: { population: 'us' }, from: 'virginia', to: 'singapore' },
  { source: others },
);
const site = sent('site', 'SiteRegistered', { site: 'virginia', name: 'V', country: 'US', operator: 'acme' });
const population = sent('us', 'PopulationRegistered', { population: 'us', name: 'US', jurisdiction: 'US' });
const story = [site, population, enrolled('enrolled-1', 'ana'), placed('placed', 'us', 'virginia'), backup];

const retraction = (id: string, event: object) =>
  sent(id, 'EventRetracted', { event, reason: 'it never held' });
const correction = (id: string, event: object, data: object) =>
  sent(id, 'EventCorrected', { event, reason: 'it held otherwise', data });
const idOf = ({ source, id }: { readonly source?: unknown; readonly id: string }) => ({ source, id });

interface Given {
  readonly server: KeyedServer;
  readonly admin: Client;
  readonly mover: Client;
  readonly auditor: Client;
}

const given = async (): Promise<Given> => {
  const server = await keyedServer();
  const admin = server.holder('admin', ['emit', 'admin', 'correct']);
  const auditor = server.holder('auditor', ['audit', 'identify']);
  return { server, admin, auditor, mover: server.holder('mover', ['emit']) };
};

/** The number of findings, once the position is known. */
const findings = async (auditor: Client, position: string): Promise<number> =>
  (await auditor.rows('/v1/findings', { atLeast: position, validAt: '2022-01-01' })).length;

describe('a key that may only record', () => {
  it('cannot retract or correct a policy: the place is named, and nothing of the batch is recorded', async () => {
    const { admin, mover, auditor, server } = await given();
    const position = await admin.record([...story, adopted]);
    const found = await findings(auditor, position);
    expect(found).toBeGreaterThan(0);
    const permits = correction('permits', idOf(adopted), {
      ...adoption,
      cedar: 'permit(principal, action, resource);',
    });
    for (const attack of [retraction('off', idOf(adopted)), permits]) {
      const refused = await mover.post([enrolled(`beside-${attack.id}`, 'ben'), attack]);
      expect([refused.status, refused.body.type]).toEqual([403, 'urn:domicile:problem:forbidden']);
      expect(refused.body.errors).toEqual([
        { index: 1, pointer: '/data/event', message: expect.stringContaining('scope admin') },
      ]);
    }
    expect(String(await server.ledger.parts.store.head())).toBe(position);
    expect(await findings(auditor, position)).toBe(found);
  });

  it('cannot do so in advance either: the retraction of a policy adopted later has no effect', async () => {
    const { admin, mover, auditor } = await given();
    await mover.record([retraction('early', idOf(adopted))]);
    const position = await admin.record([...story, adopted]);
    expect(await findings(auditor, position)).toBeGreaterThan(0);
    const policies = await auditor.rows('/v1/policies', { atLeast: position });
    expect(policies.map(({ policy }) => policy)).toContain('p');
    const discrepancies = await auditor.rows('/v1/discrepancies', { atLeast: position });
    expect(discrepancies).toContainEqual(expect.objectContaining({ event: '1', code: 'not-authorized' }));
    const { body } = await auditor.get(`/v1/events/${position}`);
    expect(body.data.corrections).toMatchObject([
      { position: '1', kind: 'does nothing', event: { recordedby: 'mover', authority: 'emit' } },
    ]);
    expect(body.data.event).toMatchObject({ recordedby: 'admin', authority: 'admin correct emit' });
  });

  it('cannot adopt an invalid policy through a correction, whoever sends it and whichever comes first', async () => {
    const { admin, mover } = await given();
    const nonsense = correction('nonsense', idOf(adopted), { ...adoption, cedar: 'forbid everything' });
    for (const client of [mover, admin]) {
      const refused = await client.post([nonsense]);
      expect(refused.status).toBe(422);
      expect(refused.body.errors[0]).toMatchObject({ index: 0, pointer: '/data/data/cedar' });
    }
    await admin.record([adopted]);
    expect((await admin.post([nonsense])).status).toBe(422);
    // For an event that is not a policy, the same has no effect, and is recorded as a discrepancy (R1).
    await admin.record([site]);
    expect((await admin.post([correction('stray', idOf(site), { ...adoption, cedar: 'x' })])).status).toBe(
      201,
    );
  });

  it('cannot retract what other sources recorded, nor can admin alone', async () => {
    const { admin, mover, server } = await given();
    const onlyAdmin = server.holder('only admin', ['emit', 'admin']);
    const corrector = server.holder('corrector', ['emit', 'correct']);
    await admin.record(story);
    const attack = retraction('lost', idOf(backup));
    for (const client of [mover, onlyAdmin]) {
      const refused = await client.post([attack]);
      expect(refused.status).toBe(403);
      expect(refused.body.errors[0].message).toContain('scope correct');
    }
    expect((await mover.post([retraction('own', idOf(site))])).status).toBe(201);
    expect((await corrector.post([attack])).status).toBe(201);
    // Anybody may send a recorded event again.
    expect((await mover.post([attack])).status).toBe(200);
  });

  it('cannot bring a forgotten person back by retracting the ledger’s own event', async () => {
    const { admin, mover, auditor, server } = await given();
    await admin.record(story);
    expect((await admin.delete('/v1/subjects/ana')).status).toBe(404);
    const eraser = server.holder('eraser', ['admin', 'identify']);
    expect((await eraser.delete('/v1/subjects/ana')).status).toBe(204);
    const [forgotten] = await auditor.rows('/v1/events', { type: 'SubjectForgotten', atLeast: 6 });
    expect(forgotten).toMatchObject({ recordedby: 'eraser', authority: 'admin' });
    for (const source of ['urn:domicile:ledger', 'https://services.example.org/residency']) {
      const refused = await mover.post([{ ...retraction('back', idOf(forgotten)), source }]);
      expect(refused.status).toBe(source === 'urn:domicile:ledger' ? 422 : 403);
    }
  });
});

describe('a key with bounds', () => {
  it('records only from its sources, of its types and up to its assurance, and is told each place', async () => {
    const { server } = await given();
    const bound = server.holder('bound', ['emit'], { sources: [others], types: ['BackupTaken'] });
    const refused = await bound.post([
      backup,
      { ...backup, id: 'b2', source: 'https://else.example' },
      { ...placed('b3', 'us', 'virginia'), source: others },
      { ...backup, id: 'b4', assurance: 'verified' },
    ]);
    expect(refused.status).toBe(403);
    expect(
      refused.body.errors.map(({ index, pointer }: Record<string, unknown>) => [index, pointer]),
    ).toEqual([
      [1, '/source'],
      [2, '/type'],
      [3, '/assurance'],
    ]);
    expect(await server.ledger.parts.store.head()).toBe(0);
    expect((await bound.post([backup])).status).toBe(201);
    expect((await bound.postLines([{ ...backup, id: 'b5', assurance: 'verified' }])).status).toBe(403);
  });

  it('reports its bounds, or everything without bounds', async () => {
    const { server, mover } = await given();
    const claims = server.holder('claims', ['emit'], { maxAssurance: 'claimed' });
    expect((await claims.post([placed('one', 'us', 'a')])).status).toBe(403);
    expect((await claims.post([placed('one', 'us', 'a', { assurance: 'claimed' })])).status).toBe(201);
    const verifies = server.holder('verifies', ['emit'], { sources: [others], maxAssurance: 'verified' });
    expect((await verifies.post([{ ...backup, assurance: 'verified' }])).status).toBe(201);
    expect((await mover.post([placed('two', 'us', 'a', { assurance: 'verified' })])).status).toBe(201);
  });
});
