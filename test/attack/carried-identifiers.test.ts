/** R21: an emitter that puts people's identifiers where the vault cannot remove them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeEvent } from '../../src/domain/events/event.ts';
import { encodeStored } from '../../src/domain/events/stored.ts';
import { withSubjects } from '../../src/domain/events/subjects.ts';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { identifiersCheck } from '../../src/ledger/examine/identifiers-check.ts';
import { corrected, enrolled, sent, source } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const zorica = 'zorica@example.org';
const path = `/v1/subjects/${encodeURIComponent(zorica)}`;

let directory: string;
let server: LocalServer;

const open = async (carriedIdentifiers?: 'swap'): Promise<void> => {
  server = await LocalServer.open(directory, undefined, { carriedIdentifiers });
};

beforeEach(() => {
  directory = newDataDirectory();
});
afterEach(async () => {
  await server.close();
  removeDirectory(directory);
});

/** Whether the identifier is in a file other than the vault. */
const isInFiles = (): boolean =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('vault.sqlite'))
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(zorica));

const grant = sent(
  'granted',
  'AccessGranted',
  {
    grant: `for-${zorica}`,
    party: 'support',
    over: { dataset: 'profile', scope: { subject: zorica } },
    actions: ['read'],
    purpose: `a call from ${zorica}`,
  },
  { evidence: `https://crm.example/${zorica}` },
);

/** As a version without this check would have recorded it. */
const recordedBefore = async (event: object): Promise<void> => {
  const { vault, store } = server.ledger.parts;
  const decoded = decodeEvent(event);
  const admitted = await vault.admit([zorica], await store.head());
  if (E.isLeft(decoded) || E.isLeft(admitted)) throw new Error('not an event');
  const swapped = withSubjects(decoded.right, () => admitted.right.pseudonyms[0]!);
  const bytes = encodeStored(swapped);
  await store.append([{ source: swapped.source, id: swapped.id, ...unattributed, bytes }]);
  server.ledger.grown();
};

describe('an event that carries the identifier of its subject', () => {
  it('is refused with the place, and adds nobody to the vault', async () => {
    await open();
    const refused = await server.post([
      enrolled('1', 'somebody-else'),
      grant,
      enrolled(`of-${zorica}`, zorica),
    ]);
    expect(refused.status).toBe(422);
    expect(
      refused.body.errors.map(({ index, pointer }: { index: number; pointer: string }) => [index, pointer]),
    ).toEqual([
      [1, '/evidence'],
      [1, '/data/grant'],
      [1, '/data/purpose'],
      [2, '/id'],
    ]);
    expect(refused.body.errors[0].message).toContain('use a reference of your own');
    expect(JSON.stringify(refused.body)).not.toContain(zorica);
    const line = await server.postLines([enrolled('2', zorica), enrolled(zorica, zorica)]);
    expect([line.status, line.body.errors[0].line]).toEqual([422, 2]);
    expect((await server.ledger.parts.vault.find({ names: [zorica], pseudonyms: [] })).pseudonyms.size).toBe(
      0,
    );
  });

  it('is accepted with the pseudonym, which is nobody’s identifier', async () => {
    await open();
    await server.record([enrolled('1', zorica)]);
    const { pseudonyms } = await server.ledger.parts.vault.find({ names: [zorica], pseudonyms: [] });
    const pseudonym = pseudonyms.get(zorica)!;
    await server.record([enrolled(`of-${pseudonym}`, pseudonym)]);
  });

  it('is a duplicate if it was recorded before, and can be corrected', async () => {
    await open();
    const before = enrolled(`of-${zorica}`, zorica);
    await recordedBefore(before);
    expect((await server.post([before])).body).toMatchObject({ recorded: 0, duplicates: 1 });
    const correction = corrected('c', `of-${zorica}`, { data: { subject: zorica, population: 'eu' } });
    expect((await server.post([correction])).status).toBe(201);
  });

  it('is refused in an unknown attribute: as a word in it, as a number, and as its name', async () => {
    await open();
    const number = '48151623';
    const refused = await server.post([
      enrolled('1', number, 'us', { account: Number(number), note: `for ${number}`, [`a${number}`]: 'x' }),
      enrolled('2', 'zorica1', 'us', { zorica1: true }),
      enrolled('3', number, 'us', { account: 4_815_162_342, note: `${number}0` }),
    ]);
    expect(refused.status).toBe(422);
    expect(
      refused.body.errors.map(({ index, pointer }: { index: number; pointer: string }) => [index, pointer]),
    ).toEqual([
      [0, '/account'],
      [0, '/note'],
      [1, '/zorica1'],
    ]);
    expect(JSON.stringify(refused.body)).not.toContain(number);
  });

  it('is found by doctor, which names its position and nobody', async () => {
    await open();
    await server.record([enrolled('1', zorica)]);
    await recordedBefore(enrolled(`of-${zorica}`, zorica));
    const progress: number[] = [];
    const found = identifiersCheck({ dataDirectory: directory }, server.ledger.parts.logFile, (read) =>
      progress.push(read),
    );
    expect(found).toMatchObject({ state: 'warning', found: expect.stringContaining('at positions 2') });
    expect(JSON.stringify(found)).not.toContain(zorica);
    expect(progress).toEqual([2]);
  });
});

describe('if the setting says to swap it', () => {
  it('leaves the identifier only in the vault, and shows the pseudonym', async () => {
    await open('swap');
    const atLeast = await server.record([enrolled(`of-${zorica}`, zorica), grant]);
    const [first, second] = await server.rows('/v1/events', { atLeast });
    const { pseudonyms } = await server.ledger.parts.vault.find({ names: [zorica], pseudonyms: [] });
    const pseudonym = pseudonyms.get(zorica)!;
    expect(first.id).toMatch(/^of-fpr_[\w-]{22}$/);
    expect(second).toMatchObject({
      evidence: `https://crm.example/${pseudonym}`,
      data: { grant: `for-${pseudonym}`, purpose: `a call from ${pseudonym}` },
    });
    expect(isInFiles()).toBe(false);
  });

  it('swaps it in an unknown attribute, even as a number', async () => {
    await open('swap');
    const number = '48151623';
    const atLeast = await server.record([enrolled('1', number, 'us', { account: Number(number) })]);
    const [event] = await server.rows('/v1/events', { atLeast });
    expect(event.account).toMatch(/^psn_/);
  });

  it('counts a repeated event once, even after the person was erased, and brings nobody back', async () => {
    await open('swap');
    const events = [enrolled(`of-${zorica}`, zorica), grant];
    const atLeast = await server.record(events);
    expect((await server.post(events)).body).toMatchObject({ recorded: 0, duplicates: 2 });
    await server.get(path, { atLeast });
    expect((await server.delete(path)).status).toBe(204);
    expect((await server.post(events)).body).toMatchObject({ recorded: 0, duplicates: 2 });
    expect((await server.ledger.parts.vault.find({ names: [zorica], pseudonyms: [] })).pseudonyms.size).toBe(
      0,
    );
  });

  it('refuses what cannot be swapped', async () => {
    await open('swap');
    const encoded = enrolled('1', zorica, 'us', { evidence: 'https://crm.example/zorica%40example.org' });
    const refused = await server.post([encoded]);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/evidence']);
    const long = await server.post([enrolled(`${'x'.repeat(490)}-${zorica}`, zorica)]);
    expect([long.status, long.body.errors[0].pointer]).toEqual([422, '/id']);
  });

  it('keeps earlier events unchanged', async () => {
    await open('swap');
    const before = enrolled(`of-${zorica}`, zorica, 'us', { source: `${source}/${zorica}` });
    await recordedBefore(before);
    expect((await server.post([before])).body).toMatchObject({ recorded: 0, duplicates: 1 });
  });
});
