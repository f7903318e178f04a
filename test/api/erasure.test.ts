/** Erasing a person from the ledger: the history stays, about nobody, and nothing is left of the identifier. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corrected, enrolled, placed, type Sent, sent } from '../support/given-events.ts';
import { newDataDirectory, removeDirectory, ServerProcess, withQuery } from '../support/server.ts';
import { serverOfEachTest } from '../support/server-of-each-test.ts';

/**
 * Identifiers that occur in no id, source or name of any event: wherever their bytes are found, they mean a person.
 */
const people = ['zorica.petrovic@example.org', 'quentin/4711:mobile', 'wilhelmina_xylander'] as const;
const [zorica, quentin, wilhelmina] = people;

const story: ReadonlyArray<Sent> = [
  placed('placed', 'us', 'virginia'),
  enrolled('first', zorica),
  sent('several', 'SubjectsEnrolled', { subjects: [quentin, wilhelmina], population: 'us' }),
  sent('backup', 'BackupTaken', {
    backup: 'b1',
    dataset: 'profile',
    scope: { subject: zorica },
    from: 'virginia',
    to: 'singapore',
  }),
  sent('grant', 'AccessGranted', {
    grant: 'g1',
    party: 'usds',
    over: { dataset: 'profile', scope: { subject: zorica } },
    actions: ['read'],
  }),
  sent('seen', 'AccessObserved', {
    party: 'usds',
    dataset: 'profile',
    scope: { subject: quentin },
    action: 'read',
  }),
  sent('wiped', 'SubjectErased', { subject: wilhelmina, dataset: 'profile' }),
  corrected('correction', 'several', { data: { subjects: [quentin, zorica], population: 'us' } }),
];

const own = serverOfEachTest();

const pathOf = (person: string, question = ''): string =>
  `/v1/subjects/${encodeURIComponent(person)}${question}`;

/** The files of the ledger that contain a person's identifier. */
const filesNaming = (person: string): ReadonlyArray<string> =>
  readdirSync(own.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      let bytes: Buffer;
      try {
        bytes = readFileSync(file);
      } catch (error) {
        // A journal that SQLite has removed meanwhile.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
        throw error;
      }
      return bytes.includes(person) || bytes.includes(Buffer.from(person, 'utf16le'));
    })
    .map((file) => file.slice(own.directory.length + 1));

const pseudonymOf = async (person: string): Promise<string> => {
  const { pseudonyms } = await own.server.ledger.parts.vault.find({ names: [person], pseudonyms: [] });
  const pseudonym = pseudonyms.get(person);
  if (pseudonym === undefined) throw new Error('not in the vault');
  return pseudonym;
};

describe('a person in the ledger', () => {
  it('is named only in the vault', async () => {
    await own.server.record(story);
    await own.server.rows('/v1/events', { subject: zorica, atLeast: story.length });
    for (const person of people) {
      expect(filesNaming(person).filter((file) => !file.startsWith('vault.sqlite'))).toEqual([]);
      expect(filesNaming(person)).not.toEqual([]);
    }
  });

  it('can be asked about by identifier or pseudonym, with the same answer', async () => {
    const atLeast = await own.server.record(story);
    for (const question of ['/residency', '/history', '/trail']) {
      const byName = await own.server.get(pathOf(zorica, question), { atLeast, validAt: '2021-01-01' });
      const byPseudonym = await own.server.get(pathOf(await pseudonymOf(zorica), question), {
        validAt: '2021-01-01',
      });
      expect(byName.status).toBe(200);
      expect(byPseudonym.body.data).toEqual(byName.body.data);
    }
  });
});

describe('erasing a person', () => {
  it('answers 204, then 404 for that identifier in every question', async () => {
    const atLeast = await own.server.record(story);
    expect((await own.server.get(pathOf(zorica, '/residency'), { atLeast })).status).toBe(200);
    const erased = await own.server.delete(pathOf(zorica));
    expect([erased.status, erased.body]).toEqual([204, '']);
    for (const question of ['/residency', '/history', '/trail'])
      expect((await own.server.get(pathOf(zorica, question))).status).toBe(404);
    expect((await own.server.get(pathOf(zorica, '/residency'), { knownPosition: 3 })).status).toBe(404);
    const again = await own.server.delete(pathOf(zorica));
    expect([again.status, again.body.type]).toEqual([404, 'urn:domicile:problem:unknown']);
    expect((await own.server.delete(pathOf('nobody'))).status).toBe(404);
  });

  it('keeps the history under the pseudonym', async () => {
    const atLeast = await own.server.record(story);
    const pseudonym = await pseudonymOf(zorica);
    const before = await own.server.get(pathOf(zorica, '/history'), { atLeast, knownPosition: story.length });
    await own.server.delete(pathOf(zorica));
    const after = await own.server.get(pathOf(pseudonym, '/history'), { knownPosition: story.length });
    expect(after.status).toBe(200);
    expect(after.body.data).toEqual(before.body.data);
    expect(after.body.data.length).toBeGreaterThan(0);
    const { body } = await own.server.get('/v1/events/2');
    expect(body.data.event.data).toEqual({ subject: pseudonym, population: 'us' });
  });

  it('is recorded under the pseudonym, and in the trail', async () => {
    await own.server.record(story);
    const pseudonym = await pseudonymOf(zorica);
    await own.server.delete(pathOf(zorica));
    const log = await own.server.rows('/v1/events', { type: 'SubjectForgotten', atLeast: story.length + 1 });
    expect(log).toMatchObject([
      { type: 'SubjectForgotten', source: 'urn:domicile:ledger', data: { subject: pseudonym } },
    ]);
    const trail = await own.server.rows(pathOf(pseudonym, '/trail'));
    expect(trail.at(-1)!.event.type).toBe('SubjectForgotten');
  });

  it('leaves no byte of the identifier in any file, and removes nothing of others', async () => {
    await own.server.record(story);
    await own.server.delete(pathOf(zorica));
    expect(filesNaming(zorica)).toEqual([]);
    expect(filesNaming(quentin)).not.toEqual([]);
    expect((await own.server.get(pathOf(quentin, '/residency'), { atLeast: story.length })).status).toBe(200);
    await own.server.delete(pathOf(quentin));
    await own.server.delete(pathOf(wilhelmina));
    for (const person of people) expect(filesNaming(person)).toEqual([]);
    await own.server.close();
    for (const person of people) expect(filesNaming(person)).toEqual([]);
    await own.open();
    for (const person of people) expect(filesNaming(person)).toEqual([]);
  });

  it('is done once if requested twice concurrently', async () => {
    await own.server.record(story);
    const replies = await Promise.all([1, 2, 3].map(() => own.server.delete(pathOf(zorica))));
    expect(replies.every(({ status }) => status === 204 || status === 404)).toBe(true);
    expect(replies.some(({ status }) => status === 204)).toBe(true);
    expect(
      await own.server.rows('/v1/events', { type: 'SubjectForgotten', atLeast: story.length + 1 }),
    ).toHaveLength(1);
  });

  it('keeps the names of other people in the same events', async () => {
    await own.server.record(story);
    const pseudonym = await pseudonymOf(zorica);
    await own.server.delete(pathOf(zorica));
    const { body } = await own.server.get('/v1/events/8', { atLeast: story.length });
    expect(body.data.event.data.data.subjects).toEqual([quentin, pseudonym]);
  });
});

describe('events about a person who was erased', () => {
  const inVault = async () =>
    (await own.server.ledger.parts.vault.find({ names: [zorica], pseudonyms: [] })).pseudonyms.get(zorica);

  it('are duplicates when sent again, and do not bring the person back', async () => {
    await own.server.record(story);
    await own.server.delete(pathOf(zorica));
    const replies = [await own.server.post(story), await own.server.postLines(story)];
    for (const { status, body } of replies)
      expect([status, body]).toEqual([
        200,
        { recorded: 0, duplicates: story.length, position: String(story.length) },
      ]);
    expect(await inVault()).toBeUndefined();
    expect(filesNaming(zorica)).toEqual([]);
    expect((await own.server.get(pathOf(zorica, '/residency'))).status).toBe(404);
  });

  it('sent again in a batch with new ones, only the new ones are recorded', async () => {
    await own.server.record(story);
    await own.server.delete(pathOf(zorica));
    const { status, body } = await own.server.post([...story, enrolled('new', quentin, 'eu')]);
    expect([status, body]).toEqual([
      201,
      { recorded: 1, duplicates: story.length, position: String(story.length + 2) },
    ]);
    expect(await inVault()).toBeUndefined();
  });

  it('sent again with other content are refused, and do not bring the person back', async () => {
    await own.server.record(story);
    await own.server.delete(pathOf(zorica));
    const { status, body } = await own.server.post([
      enrolled('fresh', quentin),
      enrolled('first', zorica, 'eu'),
    ]);
    expect(status).toBe(409);
    expect(body.errors).toMatchObject([{ index: 1, pointer: '/id' }]);
    expect(await inVault()).toBeUndefined();
    expect(filesNaming(zorica)).toEqual([]);
  });

  it('sent for the first time are about a new person', async () => {
    await own.server.record(story);
    const pseudonym = await pseudonymOf(zorica);
    await own.server.delete(pathOf(zorica));
    const atLeast = await own.server.record([enrolled('returned', zorica, 'eu')]);
    expect(await pseudonymOf(zorica)).not.toBe(pseudonym);
    const { body } = await own.server.get(pathOf(zorica, '/history'), { atLeast });
    expect(body.data).toEqual([]);
    expect((await own.server.post(story)).body).toMatchObject({ recorded: 0, duplicates: story.length });
  });
});

describe('the process', () => {
  it('never prints identifiers, whatever is asked or goes wrong', async () => {
    const other = newDataDirectory();
    const running = await ServerProcess.start({ directory: other, environment: { LOG_LEVEL: 'trace' } });
    try {
      const atLeast = await running.record(story);
      for (const person of people) {
        for (const question of ['/residency', '/history', '/trail', '/nonsense'])
          await running.get(pathOf(person, question), { atLeast });
        await running.get(withQuery('/v1/events', { subject: person, type: person }));
        await running.get(pathOf(person, '/residency'), { validAt: person, [person]: person });
        await running.post([enrolled('bad', `${person} `), { [person]: person }]);
        await running.post([
          { ...story[1], time: '2022-01-01T00:00:00Z' },
          { ...story[2], assurance: 'claimed' },
        ]);
        await running.send(`{"id": "${person}"`);
      }
      await running.delete(pathOf(zorica));
      await running.delete(pathOf('nobody'));
      expect(await running.end()).toBe(0);
      for (const person of people) {
        expect(running.output()).not.toContain(person);
        expect(running.output()).not.toContain(encodeURIComponent(person));
      }
    } finally {
      await running.end('SIGKILL');
      removeDirectory(other);
    }
  });
});
