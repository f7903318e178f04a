/** Exports of random worlds: SQL finds in them what the API answers. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askInSql, type SqlRow } from '../../src/cli/parquet/query.ts';
import { writeExport } from '../../src/cli/parquet/write-export.ts';
import { createClient } from '../../src/client/client.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { subjects, worlds } from '../support/worlds.ts';

const runs = Math.ceil(Number(process.env.PROPERTY_RUNS ?? 100) / 100);
const times = ['2020-01-03', '2020-01-06', '2020-01-12T00:00:00.001Z', '2021-01-01'] as const;

/** Rows in an order that is the same for both. */
const sorted = (rows: ReadonlyArray<object>): ReadonlyArray<string> =>
  rows.map((row) => JSON.stringify(row)).sort();

const holdsAt = (time: string): string =>
  `(valid_from IS NULL OR valid_from <= TIMESTAMP '${time}') AND (valid_to IS NULL OR valid_to > TIMESTAMP '${time}')`;

const compared = async (server: LocalServer, directory: string, knownPosition: number): Promise<void> => {
  const ledger = createClient({
    url: 'http://localhost',
    fetch: (request) => server.request(request as never),
  });
  const question = { knownPosition: String(knownPosition), validAt: '2021-06-01' };
  const manifest = await writeExport(ledger, directory, {
    question,
    identify: true,
    onRows: () => undefined,
  });
  const sql = async (statement: string): Promise<ReadonlyArray<SqlRow>> =>
    askInSql(directory, manifest, statement, async ({ rows }) => {
      const all: SqlRow[] = [];
      for await (const page of rows) all.push(...page);
      return all;
    });
  const stays = await sql(
    times
      .map(
        (time) =>
          `SELECT '${time}' AS at, subject, dataset, site, kind, backup, valid_from AS since FROM stays WHERE ${holdsAt(time)}`,
      )
      .join(' UNION ALL '),
  );
  const reach = await sql(
    times
      .map(
        (time) =>
          `SELECT '${time}' AS at, subject, party, dataset, site, kind, backup, path, valid_from AS "from", valid_to AS "to" FROM reach WHERE ${holdsAt(time)}`,
      )
      .join(' UNION ALL '),
  );
  const open = await sql(
    times
      .map((time) => `SELECT '${time}' AS at, finding, known_since FROM findings WHERE ${holdsAt(time)}`)
      .join(' UNION ALL '),
  );
  const moved = await sql(
    `SELECT from_site AS "fromSite", to_site AS "toSite", dataset, kind, event, subjects, valid_at AS time FROM transfers WHERE valid_at >= TIMESTAMP '${times[1]}' AND valid_at < TIMESTAMP '${times[2]}'`,
  );
  const expected = { stays: [] as object[], reach: [] as object[], open: [] as object[] };
  for (const at of times) {
    const asked = { knownPosition, validAt: at };
    for (const subject of subjects) {
      const { status } = await server.get(`/v1/subjects/${subject}/residency`, asked);
      if (status === 404) continue;
      for (const row of await server.rows(`/v1/subjects/${subject}/residency`, asked)) {
        const { dataset, site, kind, backup, since } = row;
        expected.stays.push({ at, subject, dataset, site, kind, backup, since });
      }
      for (const { party, intervals } of await server.rows(`/v1/subjects/${subject}/reach`, asked))
        for (const { from, to, path, holding } of intervals) {
          const { dataset, site, kind, backup } = holding;
          const way = JSON.stringify(
            path.map((edge: { edge: string; to: string }) => ({ edge: edge.edge, to: edge.to })),
          );
          expected.reach.push({ at, subject, party, dataset, site, kind, backup, path: way, from, to });
        }
    }
    for (const { finding, knownSince } of await server.rows('/v1/findings', { ...asked, open: 'true' }))
      expected.open.push({ at, finding, known_since: knownSince });
  }
  const transfers = await server.rows('/v1/transfers', {
    ...{ knownPosition, validAt: question.validAt, from: times[1], to: times[2] },
  });
  expect(sorted(stays)).toEqual(sorted(expected.stays));
  expect(sorted(reach)).toEqual(sorted(expected.reach));
  expect(sorted(open)).toEqual(sorted(expected.open));
  expect(sorted(moved)).toEqual(
    sorted(
      transfers.map(({ fromSite, toSite, dataset, kind, event, subjects, time }) => ({
        ...{ fromSite, toSite, dataset, kind, event: Number(event), subjects, time },
      })),
    ),
  );
};

describe('an export of a random world', () => {
  it('gives in SQL what the API answers, as known at any position', async () => {
    const sent = worlds({ except: ['SubjectForgotten', 'SigningKeyRotated'], episodesMax: 12 });
    await fc.assert(
      fc.asyncProperty(sent, fc.constantFrom(0, 30, 100), async (events, share) => {
        const directory = newDataDirectory();
        const server = await LocalServer.open(join(directory, 'ledger'));
        try {
          await server.postLines(events);
          await compared(server, join(directory, 'export'), Math.ceil((events.length * (100 - share)) / 100));
        } finally {
          await server.close();
          removeDirectory(directory);
        }
      }),
      { numRuns: runs },
    );
  });
});
