/**
 * People and things with unusual names, from a CSV file and from the command line: recorded, shown, asked for and
 * erased, each separately.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldlyNames } from '../support/odd-names.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { type Finished, here } from './command-line.ts';

/** Each row registers a site of the name, places a dataset of the name there, and enrols a person of the name. */
const mapping = `source: https://inventory.example
events:
  - { type: SiteRegistered, id: "site {row}", time: "2020-01-01",
      data: { site: "{name}", name: A site, country: DE, operator: "{name}" } }
  - { type: DataPlaced, id: "placed {row}", time: "2020-01-01",
      data: { dataset: "{name}", scope: { population: "people {row}" }, site: "{name}" } }
  - { type: SubjectEnrolled, id: "enrolled {row}", time: "2020-01-01",
      data: { subject: "{name}", population: "people {row}" } }
`;

const directory = newDataDirectory();
let server: ServerProcess;
let imported: Finished;
beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
  const [csv, map] = [join(directory, 'names.csv'), join(directory, 'names.yaml')];
  const rows = worldlyNames.map((name, index) => `${index},"${name.replaceAll('"', '""')}"\n`);
  writeFileSync(csv, `row,name\n${rows.join('')}`);
  writeFileSync(map, mapping);
  imported = await run('import', 'csv', csv, '--map', map);
  await server.get('/v1/sites', { atLeast: 3 * worldlyNames.length });
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const run = (command: string, ...args: ReadonlyArray<string>): Promise<Finished> =>
  here([command, '--url', server.url, ...args]);

describe('given a CSV file of unusual names', () => {
  it('when it is imported, then every row is recorded', () => {
    expect(imported).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        `^Recorded ${3 * worldlyNames.length} events, of ${worldlyNames.length} records`,
      ),
    });
  });

  it.each(worldlyNames.map((name, index) => [name, index] as const))(
    'when the person is asked for and erased, then it is %j and nobody else',
    async (name, index) => {
      const shown = await run('where', '--format', 'json', '--', name);
      const table = await run('where', '--format', 'csv', '--', name);
      const erased = await run('erase', '--yes', '--', name);
      const gone = await run('where', '--', name);

      expect(JSON.parse(shown.out).data).toMatchObject([{ dataset: name, site: name, operator: name }]);
      // A spreadsheet would run a text that begins like a formula, so an apostrophe precedes it.
      const cell = /^[=+\-@]/.test(name) ? `'${name}` : name;
      expect(parse(table.out, { columns: true })).toMatchObject([{ dataset: cell, site: cell }]);
      expect(erased).toMatchObject({ code: 0, out: expect.stringContaining('Erased from this ledger.') });
      expect(gone).toMatchObject({ code: 2, out: '' });
      const { body } = await server.get('/v1/subjects', { limit: 1_000 });
      const left = body.data.map(({ subject }: { subject: string }) => subject);
      const named = worldlyNames.filter((each) => left.includes(each));
      expect(named).toEqual(worldlyNames.slice(index + 1));
    },
  );
});
