/**
 * Reports on the founding case: each cell follows from the events, the same position gives the same bytes, and
 * OSCAL is valid by NIST's schema.
 *
 * The files in `test/golden/reports` were compared with the events by hand; the schema is that of OSCAL 1.0.6
 * (https://github.com/usnistgov/OSCAL, json/schema), a work of the US government.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import { tiktok } from '../cli/command-line.ts';
import { sent } from '../support/given-events.ts';
import { lines, type Query } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const golden = join(import.meta.dirname, '..', 'golden');
const names = ['processing', 'transfers', 'backups', '28-cfr-202', 'assessment'] as const;
const asked = { validAt: '2026-11-01', knownPosition: 101 };
const csv = { accept: 'text/csv' };
const html = { accept: 'text/html' };

const server = sharedLedger();
beforeAll(async () => {
  await server.send(readFileSync(tiktok, 'utf8'), lines);
});

/** A report with its cells by column name. */
const rowsOf = async (name: string, query: Query): Promise<ReadonlyArray<Record<string, string | null>>> => {
  const { body } = await server.get(`/v1/reports/${name}`, query);
  return body.data.rows.map((row: ReadonlyArray<{ value: string | null }>) =>
    Object.fromEntries(row.map(({ value }, index) => [body.data.columns[index].id, value])),
  );
};

describe('a report on the founding case', () => {
  it.each(names)('%s as CSV is what follows from the events', async (name) => {
    const { status, body } = await server.get(`/v1/reports/${name}`, asked, csv);

    expect(status).toBe(200);
    expect(body.replaceAll('\r\n', '\n')).toBe(readFileSync(join(golden, 'reports', `${name}.csv`), 'utf8'));
  });

  it.each(names)('%s is the same bytes again, whatever is recorded later', async (name) => {
    for (const headers of [csv, html, {}]) {
      const before = await server.get(`/v1/reports/${name}`, { knownPosition: 101 }, headers);
      await server.record([
        sent(`later-${name}-${JSON.stringify(headers)}`, 'PartyRegistered', {
          party: `party-of-${name}`,
          kind: 'organisation',
          name: 'Learned later',
        }),
      ]);
      const after = await server.get(`/v1/reports/${name}`, { knownPosition: 101 }, headers);
      expect(before.status).toBe(200);
      expect(after.body).toEqual(before.body);
    }
  });

  it.each(names)(
    '%s is a page without scripts or external resources, and lists all its events',
    async (name) => {
      const { status, headers, body } = await server.get(`/v1/reports/${name}`, asked, html);

      expect(status).toBe(200);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(body).not.toMatch(/<script|<img|<link|@import|url\(|(?:href|src)="https?:/);
      const named = [...body.matchAll(/href="#e(\d+)"/g)].map(([, position]) => position);
      for (const position of new Set(named)) expect(body).toContain(`<tr id="e${position}">`);
    },
  );

  it('names in each cell only events that it lists', async () => {
    for (const name of names.slice(0, 4)) {
      const { data } = (await server.get(`/v1/reports/${name}`, asked)).body;
      const listed = new Set(data.events.map(({ position }: { position: string }) => position));
      const cells: ReadonlyArray<{ events: string[] }> = data.rows.flat();
      expect(cells.flatMap(({ events }) => events).filter((each) => !listed.has(each))).toEqual([]);
      expect(cells.some(({ events }) => events.length > 0)).toBe(true);
    }
  });

  it('says what the ledger does not know, and never guesses', async () => {
    const [first] = await rowsOf('processing', asked);
    expect(first).toMatchObject({ safeguards: null, security: null });
    const covered = await rowsOf('28-cfr-202', asked);
    expect(covered.every(({ licenses }) => licenses === null)).toBe(true);
  });

  it('covers only its period', async () => {
    const in2023 = await rowsOf('transfers', { ...asked, from: '2023-01-01', to: '2024-01-01' });
    expect(in2023.map(({ time, fromSite, toSite }) => [time?.slice(0, 10), fromSite, toSite])).toEqual([
      ['2023-08-15', 'singapore', 'dublin'],
      ['2023-09-05', 'singapore', 'dublin'],
      ['2023-09-05', 'singapore', 'dublin'],
    ]);
    const before = await rowsOf('backups', { ...asked, to: '2020-01-01' });
    expect(before.map(({ backup }) => backup)).toEqual([
      'us-profile-singapore-2019',
      'us-messages-singapore-2019',
      'us-video-history-singapore-2019',
    ]);
  });

  it('that is unknown is a 404, and a period that ends before it begins a 400', async () => {
    expect(await server.get('/v1/reports/taxes')).toMatchObject({ status: 404, body: { what: 'report' } });
    expect(await server.get('/v1/reports/backups', { from: '2022-01-01', to: '2021-01-01' })).toMatchObject({
      status: 400,
      body: { parameter: 'to' },
    });
  });
});

describe('the assessment as OSCAL', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = JSON.parse(readFileSync(join(golden, 'oscal-assessment-results-1.0.6.schema.json'), 'utf8'));
  const validate = ajv.compile(schema);

  it('is valid by the schema of NIST, and never reports an indeterminate rule as satisfied', async () => {
    await server.record([
      sent('adopted-oscal', 'PolicyAdopted', {
        policy: 'a policy: with spaces/and marks',
        title: 'Of what is not known',
        cedar:
          '@id("unknown") forbid(principal, action == Action::"reach", resource) when { principal.country == "FR" };\n@id("fine") forbid(principal, action, resource) when { resource.country == "FR" };',
        effectiveFrom: '2019-01-01',
      }),
      sent('a-site', 'SiteRegistered', {
        site: 'somewhere',
        name: 'Somewhere',
        country: 'US',
        operator: 'nobody-knows',
      }),
      sent('data-there', 'DataPlaced', {
        dataset: 'tiktok/profile',
        scope: { population: 'us-users' },
        site: 'somewhere',
      }),
    ]);
    const head = await server.get('/readyz');
    const { status, body } = await server.get('/v1/reports/assessment', { atLeast: head.body.head });

    expect(status).toBe(200);
    expect(validate(body) ? [] : validate.errors).toEqual([]);
    const [result] = body['assessment-results'].results;
    const states = new Map<string, { state: string; reason: string }>(
      result.findings.map((each: { target: { title: string; status: object } }) => [
        each.target.title,
        each.target.status,
      ]),
    );
    expect(states.get('fine')).toMatchObject({ state: 'satisfied', reason: 'pass' });
    expect(states.get('unknown')).toMatchObject({ state: 'not-satisfied', reason: 'other' });
    expect(states.get('overdue-backup')).toMatchObject({ state: 'not-satisfied', reason: 'fail' });
    const uuids = JSON.stringify(body).match(
      /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g,
    );
    expect(uuids?.length).toBeGreaterThan(10);
  });

  it('is checked by a schema that refuses an invalid one', () => {
    expect(validate({ 'assessment-results': {} })).toBe(false);
  });
});
