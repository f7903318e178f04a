/**
 * A holder of a key for the vault tries to destroy a person without a record in the log, and to look people up
 * unseen.
 */
import { describe, expect, it } from 'vitest';
import { enrolled } from '../support/given-events.ts';
import { keyedServer } from '../support/keyed-server.ts';

const given = async () => {
  const server = await keyedServer();
  const admin = server.holder('admin', ['emit', 'admin', 'audit', 'identify']);
  const process = server.holder('process', ['vault']);
  await admin.record([enrolled('one', 'ana'), enrolled('two', 'ben')]);
  const ask = async (path: string, body: object): Promise<{ status: number; body: string }> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await process.request(`/v1/vault${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.text() };
  };
  const { pseudonyms } = await server.ledger.parts.vault.find({ names: ['ana'], pseudonyms: [] });
  return { server, admin, ask, pseudonym: pseudonyms.get('ana')! };
};

describe('forgetting', () => {
  it('is refused if the log does not record it, whatever position is claimed', async () => {
    const { admin, ask, pseudonym } = await given();
    for (const saidAt of [0, 1, 2, 3, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      const refused = await ask('/forget', { pseudonym, saidAt });
      expect([saidAt, refused.status]).toEqual([saidAt, 422]);
    }
    for (const person of ['ana', 'ben'])
      expect((await admin.get(`/v1/subjects/${person}/residency`, { atLeast: 2 })).status).toBe(200);
    // Nobody has to search up to a position that the log does not have.
    expect((await admin.post([enrolled('three', 'chen')])).status).toBe(201);
  });

  it('is done if the log records it, and refused beyond that', async () => {
    const { admin, ask, pseudonym } = await given();
    expect((await admin.delete('/v1/subjects/ana')).status).toBe(204);
    expect((await ask('/forget', { pseudonym, saidAt: 2 })).status).toBe(422);
    expect((await ask('/forget', { pseudonym, saidAt: 4 })).status).toBe(422);
    expect((await ask('/forget', { pseudonym, saidAt: 3 })).status).toBe(200);
  });
});

it('lookups in the vault are recorded, with everybody found and nobody else', async () => {
  const { admin, ask, pseudonym } = await given();
  await ask('/find', { names: ['ana', 'nobody'], pseudonyms: [] });
  await ask('/find', { names: [], pseudonyms: [pseudonym] });
  const reads = await admin.rows('/v1/reads');
  expect(reads.map(({ reader, subject, question }) => [reader, subject, question])).toEqual([
    ['process', 'ana', 'vault'],
    ['process', 'ana', 'vault'],
  ]);
});
