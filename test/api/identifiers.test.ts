/**
 * Identifiers as the world has them, over HTTP: recorded, shown, asked for and erased.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sent } from '../support/given-events.ts';
import { worldlyNames } from '../support/odd-names.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const at = (kind: string, name: string, question = ''): string =>
  `/v1/${kind}/${encodeURIComponent(name)}${question}`;

describe('a ledger of things and people with unusual names', () => {
  let directory: string;
  let server: LocalServer;
  let recorded: string;

  beforeAll(async () => {
    directory = newDataDirectory();
    server = await LocalServer.open(directory);
    const named = worldlyNames.flatMap((name, index) => {
      const event = (part: string, type: string, data: object) => sent(`${part}-${index}`, type, data);
      return [
        event('party', 'PartyRegistered', { party: name, kind: 'organisation', name: 'A party' }),
        event('site', 'SiteRegistered', { site: name, name: 'A site', country: 'US', operator: name }),
        event('population', 'PopulationRegistered', { population: name, name: 'People', jurisdiction: 'US' }),
        event('dataset', 'DatasetRegistered', {
          dataset: name,
          name: 'Data',
          categories: ['profile'],
          controller: name,
        }),
        event('placed', 'DataPlaced', { dataset: name, scope: { population: name }, site: name }),
        event('backup', 'BackupTaken', {
          backup: name,
          dataset: name,
          scope: { population: name },
          from: name,
          to: name,
        }),
        event('grant', 'AccessGranted', {
          grant: name,
          party: `reader of ${index}`,
          over: { backup: name },
          actions: ['read'],
        }),
        event('enrolled', 'SubjectEnrolled', { subject: name, population: 'everybody' }),
      ];
    });
    recorded = await server.record([
      sent('everybody', 'DataPlaced', { dataset: 'd', scope: { population: 'everybody' }, site: 's' }),
      ...named,
    ]);
  });
  afterAll(async () => {
    await server.close();
    removeDirectory(directory);
  });

  it.each(worldlyNames)('answers about %j, and only about it', async (name) => {
    const ask = async (path: string, query = {}) => {
      const { status, body } = await server.get(path, { ...query, atLeast: recorded });
      expect([path, status]).toEqual([path, 200]);
      return body.data;
    };
    expect(await ask(at('sites', name))).toMatchObject({ site: name, operator: name });
    expect(await ask(at('parties', name))).toMatchObject({ party: name });
    expect(await ask(at('datasets', name))).toMatchObject({ dataset: name });
    expect(await ask(at('populations', name))).toMatchObject({ population: name });
    const holdings = await ask(at('sites', name, '/holdings'));
    expect(
      holdings.map(({ kind, backup }: { kind: string; backup: string | null }) => [kind, backup]),
    ).toEqual([
      ['backup', name],
      ['live', null],
    ]);
    const index = worldlyNames.indexOf(name);
    expect((await ask('/v1/events', { site: name })).map(({ id }: { id: string }) => id)).toEqual([
      `site-${index}`,
      `placed-${index}`,
      `backup-${index}`,
    ]);
    expect((await ask('/v1/events', { subject: name })).map(({ data }: { data: unknown }) => data)).toEqual([
      { subject: name, population: 'everybody' },
    ]);
    expect(await ask(at('subjects', name, '/residency'))).toMatchObject([{ dataset: 'd', site: 's' }]);
  });

  it('erases each person by name, and nobody else', async () => {
    for (const [index, name] of worldlyNames.entries()) {
      expect([name, (await server.delete(at('subjects', name))).status]).toEqual([name, 204]);
      expect((await server.get(at('subjects', name, '/residency'))).status).toBe(404);
      const next = worldlyNames[index + 1];
      if (next === undefined) continue;
      expect((await server.get(at('subjects', next, '/residency'))).status).toBe(200);
    }
  });

  it.each([
    ['a\u0000b', 'U+0000, a control character, at character 2'],
    ['a\nb', 'U+000A, a line end, at character 2'],
    ['a\u2028b', 'U+2028, a line end, at character 2'],
    ['ab\u202E', 'U+202E, an invisible format character, at character 3'],
    ['a\u200Bb', 'U+200B, an invisible format character, at character 2'],
    ['🙂\uD800', 'U+D800, an unpaired surrogate, at character 2'],
    ['\uE000', 'U+E000, a private-use character, at character 1'],
    ['a\u0378', 'U+0378, a character that Unicode has not assigned, at character 2'],
    ['a\u00A0b', 'U+00A0, a space other than U+0020, at character 2'],
    [' a', 'begins with a space (U+0020)'],
    ['a ', 'ends with a space (U+0020)'],
    ['a  b', 'a second space (U+0020) in a row, at character 3'],
    ['Jo\u0308rg', 'U+006F at character 2, where normal form C (NFC) has U+00F6'],
    ['\u212B', 'U+212B at character 1, where normal form C (NFC) has U+00C5'],
    ['.', 'U+002E alone, which a URL treats as a directory'],
    ['..', 'U+002E twice and nothing else, which a URL treats as a directory'],
    ['', 'found an empty string'],
    ['🙂'.repeat(513), 'found a string of 513 characters'],
  ])('refuses %j, naming the character', async (name, message) => {
    const scope = { subject: name };
    const { status, body } = await server.post([
      sent('e', 'DataPlaced', { dataset: 'd', scope, site: 's' }),
      sent('f', 'SubjectsEnrolled', { subjects: ['ana', name], population: 'p' }),
    ]);
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { index: 0, pointer: '/data/scope/subject', message: expect.stringContaining(message) },
      { index: 1, pointer: '/data/subjects/1', message: expect.stringContaining(message) },
    ]);
  });
});
