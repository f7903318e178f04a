/** Imports of CSV rows, with the mappings of the documentation and at the edges of the format. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { RowMapping } from '../../src/import/csv/row-mapping.ts';
import { importKinds } from '../../src/import/kinds.ts';
import { readMapping } from '../../src/import/mapping/read-mapping.ts';
import { Tally } from '../../src/import/tally.ts';
import { sharedLedger } from '../support/shared-ledger.ts';
import { orFail } from './samples.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'how-to', 'import-csv.md'), 'utf8');
/** The mappings that the page shows, and the CSV before each. */
const shown = [...page.matchAll(/```csv\n(.*?)```.*?```yaml\n(.*?)```/gs)].map(([, csv, yaml]) => ({
  csv: csv!,
  mapping: orFail(readMapping(yaml!, RowMapping)),
}));

const read = async (mapping: unknown, csv: string, at?: string) => {
  const opened = orFail(importKinds.csv.open({ mapping, at }));
  const tally = new Tally(opened.importer);
  const events = [];
  for await (const given of opened.records([Buffer.from(csv)])) {
    const become = tally.become(given);
    if ('events' in become) events.push(...become.events);
  }
  return { tally, events };
};

const members = {
  source: 'https://hr.example',
  events: [
    {
      type: 'MembershipBegan',
      time: '{since}',
      data: { member: '{who}', group: 'team-{team}' },
    },
  ],
};

describe('the examples of the documentation', () => {
  it('are an inventory of systems, a list of processors and a list of people', async () => {
    const types = [];
    for (const { csv, mapping } of shown) {
      const { tally, events } = await read(mapping, csv, '2024-01-01T00:00:00.000Z');
      expect(tally.refused).toEqual([]);
      types.push([...new Set(events.map(({ type }) => type))]);
    }
    expect(types).toEqual([
      ['SiteRegistered', 'DataPlaced'],
      ['PartyRegistered', 'AccessGranted'],
      ['SubjectEnrolled'],
    ]);
  });
});

describe('a row', () => {
  it('becomes the same event wherever it is, with its text unchanged', async () => {
    const one = await read(
      members,
      'who,team,since\n"Łódź, ""A""",1,2024-01-01\nb,2,2024-01-02T03:04:05+01:00\n',
    );
    const other = await read(
      members,
      '\ufeffwho,team,since\r\nb,2,2024-01-02T03:04:05+01:00\r\n"Łódź, ""A""",1,2024-01-01\r\n',
    );

    expect(one.events.map(({ id }) => id)).toEqual(other.events.map(({ id }) => id).toReversed());
    expect(one.events[0]).toMatchObject({
      source: 'https://hr.example',
      time: '2024-01-01T00:00:00Z',
      assurance: 'claimed',
      data: { member: 'Łódź, "A"', group: 'team-1' },
    });
  });

  it('leaves out fields with empty cells, and parses numbers, lists and values', async () => {
    const mapping = {
      source: 's',
      events: [
        {
          type: 'SiteRegistered',
          time: '2024-01-01',
          when: { column: 'kind', is: ['site'] },
          data: {
            site: '{id}',
            name: '{id}',
            country: { column: 'land', values: { Germany: 'DE' }, otherwise: 'FR' },
            operator: 'us',
            latitude: { column: 'lat', as: 'number' },
            owner: '{owner}',
          },
        },
        {
          type: 'DatasetRegistered',
          time: '2024-01-01',
          when: { column: 'kind', is: ['dataset'] },
          data: {
            dataset: '{id}',
            name: '{id}',
            controller: 'us',
            categories: { column: 'owner', as: 'list', separator: ';' },
          },
        },
      ],
    };

    const { events, tally } = await read(
      mapping,
      'kind,id,land,lat,owner\nsite,a,Germany,50.1,\nsite,b,,,x\ndataset,c,,,p; q;\nelse,d,,,\n',
    );

    expect(events.map(({ data }) => data)).toEqual([
      { site: 'a', name: 'a', country: 'DE', operator: 'us', latitude: 50.1 },
      { site: 'b', name: 'b', country: 'FR', operator: 'us', owner: 'x' },
      { dataset: 'c', name: 'c', controller: 'us', categories: ['p', 'q'] },
    ]);
    expect(tally.unmapped).toEqual([
      { index: 3, line: 5, message: 'no event of the mapping applies to the row' },
    ]);
  });

  it.each([
    ['too many cells', 'who,team,since\na,1,2024-01-01,x\n', /^has 4 cells; expected 3/],
    ['a time that is none', 'who,team,since\na,1,yesterday\n', /\/time found a string/],
    ['no time', 'who,team,since\na,1,\n', /expected a time, or --at/],
    ['a column that is missing', 'who,team\na,1\n', /the file does not have; it has who, team/],
    ['a quote that is not closed', 'who,team,since\n"a,1,2024-01-01\n', /a quoted cell is not closed/],
    ['a name twice', 'who,who,since\n', /names a column twice/],
  ])('is refused with its line if it has %s', async (_, csv, message) => {
    const { tally, events } = await read(members, csv);

    expect(events).toEqual([]);
    expect(tally.refused).toEqual([
      {
        index: 0,
        line: expect.any(Number),
        pointer: expect.any(String),
        message: expect.stringMatching(message),
      },
    ]);
  });

  it('is not quoted in its faults', async () => {
    const { tally } = await read(members, 'who,team,since\nzoe-secret,1,zoe-secret\n"zoe-secret,1,2\n');

    expect(JSON.stringify(tally.refused)).not.toContain('zoe-secret');
  });
});

describe('a mapping', () => {
  it.each([
    ['not YAML', 'a: [', '', /line 1: is not YAML/],
    [
      'an unknown type',
      'source: s\nevents: [{ type: Moved, data: {} }]',
      '/events/0/type',
      /expected one of/,
    ],
    ['an unknown field', 'source: s\nevent: []', '/events', /is missing/],
    [
      'a value that is none',
      'source: s\nevents: [{ type: DataPlaced, data: { site: null } }]',
      '/events/0/data/site',
      /found null/,
    ],
    ['aliases without end', `a: &a [1]\nb: [${'*a,'.repeat(200)}]`, '', /aliases/],
  ])('is refused with its place if it has %s', (_, text, pointer, message) => {
    const outcome = readMapping(text, RowMapping);

    expect(E.isLeft(outcome) && outcome.left[0]).toEqual({
      pointer,
      message: expect.stringMatching(message),
    });
  });
});

describe('over HTTP', () => {
  const server = sharedLedger();
  const send = (body: unknown, query = '', kind = 'csv') =>
    server.send(JSON.stringify(body), 'application/json', {}, `/v1/import/${kind}${query}`);
  const csv = 'who,team,since\na,1,2024-01-01\nb,1,2024-01-01\n';

  it('rows are recorded once, after a dry run that records nothing', async () => {
    const trial = await send({ mapping: members, csv: `${csv}c,1,never\n` }, '?dryRun=true');
    const first = await send({ mapping: members, csv });
    const again = await send({ mapping: members, csv });

    expect(trial.body).toMatchObject({
      records: 3,
      events: 2,
      refusedRecords: 1,
      refused: [{ index: 2, line: 4 }],
    });
    expect(trial.body.first).toHaveLength(2);
    expect([first.status, first.body.recorded]).toEqual([201, 2]);
    expect([again.status, again.body]).toMatchObject([200, { recorded: 0, duplicates: 2 }]);
  });

  it('a row that cannot be imported stops the import and is named; other rows are recorded or not as a whole', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) => `m${index},2,2024-01-01\n`);
    const stopped = await send({ mapping: members, csv: `who,team,since\n${rows.join('')}x,2,never\n` });

    expect(stopped.status).toBe(422);
    expect(stopped.body).toMatchObject({ recorded: 1_000, errors: [{ index: 1_500, line: 1_502 }] });
  });

  it('a person whose identifier a row has elsewhere too is refused, with the row', async () => {
    const mapping = {
      source: 's',
      events: [
        {
          type: 'SubjectEnrolled',
          id: 'enrolled-{email}',
          time: '2024-01-01',
          data: { subject: '{email}', population: 'customers' },
        },
      ],
    };

    const { status, body } = await send({ mapping, csv: 'email\nzoe@example.com\n' });

    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ index: 0, line: 2, pointer: '/id' }]);
    expect(JSON.stringify(body)).not.toContain('zoe');
  });

  it('faults of a body, a kind, a parameter and a mapping are reported', async () => {
    const text = await server.send(csv, 'text/csv', {}, '/v1/import/csv');
    const statuses = [
      text.status,
      (await send({ csv })).status,
      (await send({ mapping: members })).status,
      (await send({ mapping: members, records: [] })).status,
      (await send({ mapping: { ...members, colour: 1 }, csv })).status,
      (await send([], '', 'paper')).status,
      (await send([], '?when=now', 'okta')).status,
      (await send([{}], '', 'okta')).status,
    ];

    expect(statuses).toEqual([415, 415, 422, 422, 422, 400, 400, 422]);
  });

  it('lists in the form of each kind are accepted, even with one document per line', async () => {
    const group = (id: string) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id,
      displayName: id,
      members: [{ value: 'u1' }],
    });
    const wrapped = await send({ Resources: [group('g1')] }, '?at=2024-01-01', 'scim');
    const lines = await server.send(
      `${JSON.stringify(group('g1'))}\n${JSON.stringify(group('g2'))}\n`,
      'application/x-ndjson',
      {},
      '/v1/import/scim?at=2024-01-01',
    );

    expect(wrapped.body).toMatchObject({ records: 1, recorded: 3 });
    expect(lines.body).toMatchObject({ records: 2, recorded: 2, duplicates: 4 });
  });
});
