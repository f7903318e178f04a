/**
 * The worked example of the domain, row by row, as a service records it and an auditor asks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lines, type Query } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const scenario = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'scenarios', 'worked-example', name), 'utf8');

const server = sharedLedger();
let position: string;

beforeAll(async () => {
  const sent = await server.send(scenario('events.ndjson'), lines);
  expect([sent.status, sent.body]).toEqual([201, { recorded: 17, duplicates: 0, position: '17' }]);
  position = sent.body.position;
});

const rowsAt = async (path: string, validAt: string) => {
  const { status, body } = await server.get(path, { validAt, atLeast: position });
  expect(status).toBe(200);
  expect(body.clocks).toMatchObject({ validAt: `${validAt}T00:00:00.000Z`, position });
  return body.data;
};

const dataset = 'tiktok/profile';
const inVirginia = (since: string, events: ReadonlyArray<string>) => ({
  dataset,
  site: 'virginia',
  country: 'US',
  operator: 'tiktok',
  kind: 'live',
  backup: null,
  since: `${since}T00:00:00.000Z`,
  overdue: false,
  assurance: 'observed',
  events,
});
const inSingapore = (overdue: boolean) => ({
  dataset,
  site: 'singapore',
  country: 'SG',
  operator: 'tiktok',
  kind: 'backup',
  backup: 'b1',
  since: '2020-03-01T00:00:00.000Z',
  overdue,
  assurance: 'observed',
  events: ['14'],
});
const inAshburn = {
  dataset,
  site: 'oracle-ashburn',
  country: 'US',
  operator: 'oracle',
  kind: 'live',
  backup: null,
  since: '2022-06-17T00:00:00.000Z',
  overdue: false,
  assurance: 'observed',
  events: ['16'],
};

describe('the worked example', () => {
  it('ana, validAt 2019-12-31: nowhere, not enrolled yet', async () => {
    expect(await rowsAt('/v1/subjects/ana/residency', '2019-12-31')).toEqual([]);
  });

  it('ana, validAt 2021-01-01: virginia since 2020-01-10, singapore in backup b1 since 2020-03-01', async () => {
    expect(await rowsAt('/v1/subjects/ana/residency', '2021-01-01')).toEqual([
      inSingapore(false),
      inVirginia('2020-01-10', ['11', '12']),
    ]);
  });

  it('ben, validAt 2022-01-01: virginia since 2021-05-01, not in b1', async () => {
    expect(await rowsAt('/v1/subjects/ben/residency', '2022-01-01')).toEqual([
      inVirginia('2021-05-01', ['11', '15']),
    ]);
  });

  it('ana, validAt 2022-06-30: oracle-ashburn since 2022-06-17; backup b1, overdue', async () => {
    expect(await rowsAt('/v1/subjects/ana/residency', '2022-06-30')).toEqual([inAshburn, inSingapore(true)]);
  });

  it('ana, validAt 2022-08-01: the same, since nothing removed her; but she is now in eu-users', async () => {
    expect(await rowsAt('/v1/subjects/ana/residency', '2022-08-01')).toEqual([inAshburn, inSingapore(true)]);
    expect(await rowsAt('/v1/populations/eu-users', '2022-08-01')).toMatchObject({ subjects: 1 });
    expect(await rowsAt('/v1/populations/us-users', '2022-08-01')).toMatchObject({ subjects: 2 });
    expect(await rowsAt('/v1/populations/us-users', '2022-06-30')).toMatchObject({ subjects: 3 });
  });

  it('singapore, validAt 2022-08-01: b1 of us-users, 2 subjects', async () => {
    expect(await rowsAt('/v1/sites/singapore/holdings', '2022-08-01')).toEqual([
      {
        dataset,
        population: 'us-users',
        kind: 'backup',
        backup: 'b1',
        since: '2020-03-01T00:00:00.000Z',
        overdue: true,
        subjects: 2,
      },
    ]);
  });

  it('over time: virginia held it until it moved, singapore a backup that is overdue, and each tells by which events', async () => {
    const stay = { dataset, population: 'us-users', to: null, overdueSince: null, assurance: 'observed' };
    const live = { ...stay, kind: 'live', backup: null };
    const virginia = {
      ...live,
      site: 'virginia',
      ...{ from: '2019-06-01T00:00:00.000Z', to: '2022-06-17T00:00:00.000Z' },
    };
    const ashburn = { ...live, site: 'oracle-ashburn', from: '2022-06-17T00:00:00.000Z' };
    const singapore = {
      ...{ ...stay, kind: 'backup', backup: 'b1', site: 'singapore' },
      ...{ from: '2020-03-01T00:00:00.000Z', overdueSince: '2022-03-01T00:00:00.000Z' },
    };
    const stays = (path: string, query: Query) => server.rows(path, { ...query, atLeast: position });
    const from = '2019-01-01';

    expect(await stays('/v1/sites/virginia/holdings', { from })).toMatchObject([virginia]);
    expect(await stays('/v1/sites/virginia/holdings', { from: '2022-06-17' })).toEqual([]);
    expect(await stays('/v1/sites/singapore/holdings', { from, to: '2021-01-01' })).toMatchObject([
      singapore,
    ]);
    const ofDataset = await stays('/v1/datasets/tiktok%2Fprofile/holdings', { from });
    expect(ofDataset).toMatchObject([virginia, singapore, ashburn]);
    expect(ofDataset[0].closedBy).toEqual(ofDataset[2].openedBy);
    expect(await stays('/v1/datasets/tiktok%2Fprofile/holdings', { validAt: '2020-01-01' })).toMatchObject([
      virginia,
    ]);
    expect(await server.rows('/v1/sites/singapore/holdings', { from, knownPosition: 13 })).toEqual([]);
  });

  it('has no discrepancies', async () => {
    expect(await rowsAt('/v1/discrepancies', '2022-08-01')).toEqual([]);
  });
});

interface Expected {
  readonly question: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly data: ReadonlyArray<object>;
}

/** The fields that the rules alone determine; an answer also has proofs. */
const decided = (row: object, like: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name in like));

describe('the expected answers beside the worked example', () => {
  const expected = (JSON.parse(scenario('expected.json')) as ReadonlyArray<Expected>).filter(
    ({ path }) => !path.endsWith('/reach'),
  );

  it.each(expected)('$question', async ({ path, query, data }) => {
    const rows: ReadonlyArray<object> = await server.rows(path, { ...query, atLeast: position });
    expect(rows.map((row, index) => decided(row, data[index] ?? row))).toEqual(data);
  });
});
