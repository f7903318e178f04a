/**
 * OpenLineage events as producers send them, over HTTP.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/import/mapping/mapping.ts';
import { asideIn } from '../../src/main/kept-aside.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { samplesIn } from './samples.ts';

const mapping: Mapping = {
  source: 'https://warehouse.example/lineage',
  sites: [
    { match: 's3://eu-*', site: 'frankfurt' },
    { match: 's3://us-*', site: 'virginia' },
  ],
  datasets: [
    {
      match: 's3://*/customers*',
      dataset: 'shop/customers',
      name: 'Customers',
      categories: ['profile'],
      controller: 'shop',
    },
  ],
  populations: [{ match: '*/customers*', populations: ['eu-users', 'uk-users'] }],
};

const directory = newDataDirectory();
const asideFile = join(directory, 'aside.ndjson');
let server: LocalServer;
beforeAll(async () => {
  server = await LocalServer.open(
    directory,
    undefined,
    {},
    {
      importMapping: mapping,
      aside: asideIn(asideFile, () => Date.now()),
    },
  );
});
afterAll(async () => {
  await server.close();
  removeDirectory(directory);
});

const send = (event: unknown, path = '/api/v1/lineage') =>
  server.send(JSON.stringify(event), 'application/json', {}, path);

/** A run that completed. */
const run = (runId: string, more: object = {}) => ({
  eventType: 'COMPLETE',
  eventTime: '2024-03-01T10:00:00+01:00',
  producer: 'https://producer.example/1.0',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId },
  job: { namespace: 'etl', name: 'nightly' },
  inputs: [{ namespace: 's3://eu-lake', name: 'customers' }],
  outputs: [{ namespace: 's3://us-lake', name: 'customers_copy' }],
  ...more,
});
const withFacet = (dataset: object, facets: object) => ({ ...dataset, facets });

/** The logged events of a run: type and data. */
const recordedOf = async (position: string, count: number) => {
  const { body } = await server.get('/v1/events', { after: Number(position) - count, atLeast: position });
  return body.data.map(({ type, data }: { type: string; data: unknown }) => ({ type, data }));
};

describe('a run that read at one site and wrote at another', () => {
  it('copied the data of each population there, once', async () => {
    const first = await send(run('11111111-1111-4111-8111-111111111111'));
    const again = await send(run('11111111-1111-4111-8111-111111111111'));

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.body).toMatchObject({ recorded: 3, duplicates: 0, unmapped: [] });
    expect(again.body).toMatchObject({ recorded: 0, duplicates: 3 });
    const { body } = await server.get('/v1/events', { type: 'DataCopied', atLeast: first.body.position });
    expect(body.data.slice(0, 2)).toMatchObject([
      {
        source: 'https://warehouse.example/lineage',
        time: '2024-03-01T09:00:00.000Z',
        assurance: 'observed',
        evidence: 'urn:uuid:11111111-1111-4111-8111-111111111111',
        data: {
          dataset: 'shop/customers',
          scope: { population: 'eu-users' },
          from: 'frankfurt',
          to: 'virginia',
        },
      },
      { data: { scope: { population: 'uk-users' } } },
    ]);
  });

  it('copied to an output only what facets say feeds it', async () => {
    const other = { namespace: 's3://eu-lake', name: 'orders' };
    const output = withFacet(
      { namespace: 's3://us-lake', name: 'totals' },
      { columnLineage: { fields: { total: { inputFields: [{ ...other, field: 'amount' }] } } } },
    );

    const { body } = await send(
      run('feeds', { inputs: [{ namespace: 's3://eu-lake', name: 'customers' }, other], outputs: [output] }),
    );

    expect(await recordedOf(body.position, 1)).toEqual([
      {
        type: 'DataCopied',
        data: {
          dataset: 's3://eu-lake/orders',
          scope: { population: 'unmapped' },
          from: 'frankfurt',
          to: 'virginia',
        },
      },
    ]);
  });
});

describe('a client that compresses', () => {
  it('is supported, for one event and for a batch', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const sent = (body: unknown, path: string) =>
      server.send(gzipSync(JSON.stringify(body)), 'application/json', headers, path);

    expect((await sent(run('gzip'), '/api/v1/lineage')).body).toMatchObject({ recorded: 2 });
    expect((await sent([run('gzip'), run('gzip2')], '/api/v1/lineage/batch')).status).toBe(204);
  });
});

describe('facets', () => {
  const dataset = { namespace: 's3://us-lake', name: 'customers_copy' };
  const changed = (change: string, more: object = {}) =>
    withFacet(dataset, { lifecycleStateChange: { lifecycleStateChange: change, ...more } });

  it.each(['DROP', 'TRUNCATE'])('%s deletes the data at its site', async (change) => {
    const { body } = await send(run(change, { inputs: [], outputs: [changed(change)] }));

    expect((await recordedOf(body.position, 2))[0]).toEqual({
      type: 'DataDeleted',
      data: { dataset: 'shop/customers', scope: { population: 'eu-users' }, site: 'virginia' },
    });
  });

  it('CREATE places the data, OVERWRITE does not and is reported', async () => {
    const created = await send(run('created', { inputs: [], outputs: [changed('CREATE')] }));
    const written = await send(run('written', { inputs: [], outputs: [changed('OVERWRITE')] }));

    expect((await recordedOf(created.body.position, 2))[0]).toMatchObject({ type: 'DataPlaced' });
    expect(written.body).toMatchObject({ recorded: 0, unmappedRecords: 1 });
    expect(written.body.unmapped[0].message).toContain('outputs: written');
  });

  it('what becomes no event is kept as sent, with reasons, however it came', async () => {
    const before = statSync(asideFile).size;
    const unmapped = (id: string) => run(id, { inputs: [], outputs: [changed('OVERWRITE')] });

    const alone = await send(unmapped('kept-1'));
    await send([unmapped('kept-2')], '/api/v1/lineage/batch');
    const imported = await send(unmapped('kept-3'), '/v1/import/openlineage');

    expect([alone.body.kept, imported.body.kept]).toEqual([1, 1]);
    const lines = readFileSync(asideFile, 'utf8').slice(before).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      ['kept-1', 'kept-2', 'kept-3'].map((id) => ({
        ...{ kind: 'openlineage', record: unmapped(id) },
        why: [expect.stringContaining('outputs: written')],
      })),
    );
    expect(statSync(asideFile).mode & 0o777).toBe(0o600);
  });

  it('RENAME moves nothing', async () => {
    const previousIdentifier = { namespace: 's3://us-lake', name: 'customers_old' };
    const { body } = await send(
      run('renamed', { inputs: [], outputs: [changed('RENAME', { previousIdentifier })] }),
    );

    expect(body.recorded).toBe(0);
    expect(body.unmapped[0].message).toContain('was renamed, which does not move data');
  });

  it('ownership registers the dataset with its owner, and the owner', async () => {
    const owned = withFacet(
      { namespace: 's3://eu-lake', name: 'orders' },
      { ownership: { owners: [{ name: 'team:sales', type: 'OWNER' }] } },
    );
    const event = {
      eventTime: '2024-03-01T09:00:00Z',
      producer: 'p',
      schemaURL: 's',
      dataset: owned,
    };

    const { body } = await send(event);

    expect(await recordedOf(body.position, 2)).toEqual([
      { type: 'PartyRegistered', data: { party: 'team:sales', kind: 'team', name: 'team:sales' } },
      {
        type: 'DatasetRegistered',
        data: {
          dataset: 's3://eu-lake/orders',
          name: 's3://eu-lake/orders',
          categories: [],
          controller: 'team:sales',
        },
      },
    ]);
  });

  it('a region in a namespace is a site in its country', async () => {
    const output = withFacet(
      { namespace: 'snowflake://locator.eu-west-1.aws', name: 'db.public.people' },
      { lifecycleStateChange: { lifecycleStateChange: 'CREATE' } },
    );

    const { body } = await send(run('region', { inputs: [], outputs: [output] }));

    const site = await server.get('/v1/sites/aws%2Feu-west-1', { atLeast: body.position });
    expect(site.body.data).toMatchObject({ country: 'IE', operator: 'aws' });
  });

  it('names may have any letters', async () => {
    const output = withFacet(
      { namespace: 's3://us-lake', name: '顧客 データ/Łódź' },
      { lifecycleStateChange: { lifecycleStateChange: 'CREATE' } },
    );

    const { status, body } = await send(run('letters', { inputs: [], outputs: [output] }));

    expect(status).toBe(201);
    expect(await recordedOf(body.position, 1)).toMatchObject([
      { data: { dataset: 's3://us-lake/顧客 データ/Łódź', site: 'virginia' } },
    ]);
  });

  it('a dataset without a mapped site stays at its namespace, and is a discrepancy', async () => {
    const output = withFacet(
      { namespace: 'hive://nowhere', name: 'a.b' },
      { lifecycleStateChange: { lifecycleStateChange: 'CREATE' } },
    );

    const { body } = await send(run('nowhere', { inputs: [], outputs: [output] }));

    const { body: event } = await server.get(`/v1/events/${body.position}`, { atLeast: body.position });
    expect(event.data.event.data.site).toBe('hive://nowhere');
    expect(event.data.discrepancies.map(({ code }: { code: string }) => code)).toContain('unknown-site');
  });
});

describe('an invalid OpenLineage event', () => {
  it.each([
    ['no object', 3, ''],
    ['a run without an id', run('x', { run: {} }), '/run/runId'],
    ['a time without an offset', run('x', { eventTime: '2020-12-28T19:51:01.641499' }), '/eventTime'],
    ['a dataset without a name', run('x', { outputs: [{ namespace: 's3://us-lake' }] }), '/outputs/0/name'],
    ['a run of nothing', { eventTime: '2020-12-28T19:51:01Z', producer: 'p' }, ''],
  ])('is refused with its place, never shifted and never a 5xx: %s', async (_, event, pointer) => {
    const { status, body } = await send(event);

    expect(status).toBe(422);
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([pointer]);
  });

  it('can have too many copies to record together, and is refused without trying every pair', async () => {
    const datasets = (namespace: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ namespace, name: `table-${index}` }));
    const between = (inputs: number, outputs: number) =>
      run(`wide-${inputs}`, {
        inputs: datasets('s3://eu-lake', inputs),
        outputs: datasets('s3://us-lake', outputs),
      });
    const begun = performance.now();

    const copies = await send(between(1_200, 200));
    const pairs = await send(between(4_000, 4_000));

    expect(performance.now() - begun).toBeLessThan(5_000);
    expect([copies.status, copies.body.errors[0].message]).toEqual([
      422,
      expect.stringContaining('becomes too many events'),
    ]);
    expect([pairs.status, pairs.body.errors[0].message]).toEqual([
      422,
      expect.stringContaining('has 4000 inputs and 4000 outputs'),
    ]);
  });

  it('does not affect the others of its batch', async () => {
    const whole = await send([run('b1'), run('b2')], '/api/v1/lineage/batch');
    const part = await send([run('b3'), { run: 1 }, run('b4')], '/api/v1/lineage/batch');
    const none = await send({}, '/api/v1/lineage/batch');

    expect([whole.status, part.status, none.status]).toEqual([204, 200, 422]);
    expect(part.body).toMatchObject({
      status: 'partial_success',
      summary: { received: 3, successful: 2, failed: 1, retriable: 0, non_retriable: 1 },
      failed_events: [{ index: 1, retriable: false }],
    });
    const again = await send([run('b1'), run('b3'), run('b4')]);
    expect(again.status).toBe(422);
    expect((await send(run('b4'))).body).toMatchObject({ recorded: 0, duplicates: 3 });
  });

  it('can contradict the same run and time', async () => {
    await send(run('twice'));

    const other = [
      run('twice', { outputs: [{ namespace: 's3://elsewhere', name: 'customers' }] }),
      run('b5'),
    ];
    const { status, body } = await send(other, '/api/v1/lineage/batch');

    expect(status).toBe(200);
    expect(body.failed_events).toEqual([
      { index: 0, reason: expect.stringContaining('another event is recorded'), retriable: false },
    ]);
  });
});

describe('the samples of producers', () => {
  const sent = (file: string, prepare: (event: Record<string, unknown>) => unknown) =>
    Promise.all(
      samplesIn('openlineage', file).map(async ({ path, event }) => [
        path,
        (await send(prepare(event))).status,
      ]),
    );
  const all = (file: string, status: number) =>
    samplesIn('openlineage', file).map(({ path }) => [path, status]);

  it('are accepted: the compatibility tests, and those of Hive', async () => {
    expect(await sent('compatibility-tests.ndjson', (event) => event)).toEqual(
      all('compatibility-tests.ndjson', 201),
    );
    // Placeholders of a template are filled in.
    const filled = (event: Record<string, unknown>) => ({
      ...event,
      eventTime: '2024-01-01T00:00:00Z',
      run: { runId: JSON.stringify(event.job) },
    });
    expect(await sent('hive.ndjson', filled)).toEqual(all('hive.ndjson', 201));
  });

  it('are accepted: each facet of the specification, in every place', async () => {
    const everywhere = (facets: Record<string, unknown>) => {
      if ('eventTime' in facets) return facets;
      const dataset = { namespace: 's3://us-lake', name: 'facets', facets };
      const id = `facet-${Object.keys(facets).join()}-${JSON.stringify(facets).length}`;
      return run(id, { inputs: [dataset], outputs: [dataset], job: { namespace: 'etl', name: 'f', facets } });
    };

    expect(await sent('facets.ndjson', everywhere)).toEqual(all('facets.ndjson', 201));
  });

  it('are accepted: the edge cases of Marquez, except a time without an offset', async () => {
    const statuses = new Map(
      (await sent('marquez.ndjson', (event) => event)).map(([path, status]) => [
        String(path).split('/').at(-1),
        status,
      ]),
    );

    for (const [name, status] of statuses)
      expect([name, status]).toEqual([name, name === 'event_required_no_timezone.json' ? 422 : 201]);
  });
});
