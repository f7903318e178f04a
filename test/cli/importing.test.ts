/**
 * Importing from the command line: nothing is recorded twice, refused records are named, and snapshots follow one
 * another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { finished, here, start } from './command-line.ts';

const directory = newDataDirectory();
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const mapping = file(
  'members.yaml',
  `source: https://hr.example
events:
  - type: MembershipBegan
    time: "{since}"
    data: { member: "{who}", group: "team-{team}" }
`,
);
const row = (index: number): string => `m${index},1,2024-01-01\n`;
const rows = (count: number): string =>
  `who,team,since\n${Array.from({ length: count }, (_, index) => row(index)).join('')}`;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const run = (...args: ReadonlyArray<string>) => here([...args, '--url', server.url]);

describe('domicile import', () => {
  it('records the rows of a compressed file, and nothing the second time', async () => {
    const compressed = file('members.csv.gz', gzipSync(rows(2_500)));

    const first = await run('import', 'csv', compressed, '--map', mapping);
    const second = await run('import', 'csv', compressed, '--mapping', mapping, '--format', 'json');

    expect(first).toEqual({
      code: 0,
      out: 'Recorded 2,500 events, of 2,500 records. The log is at position 2500.\n',
      notes: '',
    });
    expect(JSON.parse(second.out)).toMatchObject({ records: 2_500, recorded: 0, duplicates: 2_500 });
  });

  it('continues when started again after being killed, and records each row once', async () => {
    const members = file('killed.csv', rows(20_000).replaceAll('\nm', '\nr'));
    const args = ['import', 'csv', members, '--map', mapping, '--format', 'json', '--url', server.url];
    const headOf = async (): Promise<number> => Number((await server.get('/readyz')).body.head);
    const before = await headOf();
    const child = start(args);
    const ended = finished(child);
    while ((await headOf()) < before + 3_000) await sleep(20);
    child.kill('SIGKILL');
    await ended;

    const again = JSON.parse((await here(args)).out);

    expect(again.duplicates).toBeGreaterThanOrEqual(3_000);
    expect(again.recorded).toBeGreaterThan(0);
    expect([again.recorded + again.duplicates, await headOf()]).toEqual([20_000, before + 20_000]);
  });

  it('first shows what it would do, and each record that it would refuse', async () => {
    const wrong = file('wrong.csv', `${rows(20)}x,1,never\ny,1,\n`);

    const { code, out, notes } = await run('import', 'csv', wrong, '--map', mapping, '--dry-run');

    expect(code).toBe(1);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).data.member),
    ).toEqual(Array.from({ length: 10 }, (_, index) => `m${index}`));
    expect(notes).toMatch(
      /^20 events would be recorded of 22 records\.\n2 records are refused:\n {2}line 22: .+\n {2}line 23, .+\n$/,
    );
  });

  it('stops at a record that it cannot import, or sets it aside and continues', async () => {
    const wrong = file('stops.csv', `who,team,since\nn1,2,2024-01-01\nx,2,never\nn2,2,2024-01-01\n`);
    const aside = join(directory, 'aside.ndjson');

    const stopped = await run('import', 'csv', wrong, '--map', mapping);
    const kept = await run('import', 'csv', wrong, '--map', mapping, '--aside', aside);

    expect(stopped.code).toBe(2);
    expect(stopped.notes).toMatch(
      /stops\.csv: a record cannot be imported\n {2}line 3: becomes a MembershipBegan whose \/time /,
    );
    expect(stopped.notes).toContain('So far: 1 event recorded');
    expect(kept).toMatchObject({
      code: 1,
      out: expect.stringContaining('Recorded 1 event, 1 already there, of 3 records.'),
    });
    expect(
      readFileSync(aside, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ index: 1, line: 3, record: { who: 'x' }, why: [expect.stringContaining('/time')] }]);
  });

  it('names the record of an event that the ledger refuses, and where to resume', async () => {
    const twice = file(
      'conflict.csv',
      `who,team,since\n${Array.from({ length: 1_000 }, (_, index) => `k${index},3,2024-01-01\n`).join('')}k1,4,2024-01-01\n`,
    );
    const withId = file(
      'id.yaml',
      readFileSync(mapping, 'utf8').replace('    time:', '    id: "{who}"\n    time:'),
    );

    const { code, notes } = await run('import', 'csv', twice, '--map', withId);

    expect(code).toBe(2);
    expect(notes).toMatch(/\n {2}line 1002, \/id: another event is recorded with this source and id/);
    expect(notes).toContain('--skip 1000 begins where it stopped.');
  });

  it('reports faults of a kind, a file, a mapping and an option', async () => {
    const outcomes = [
      await run('import', 'paper', mapping),
      await run('import', 'okta', join(directory, 'missing.json')),
      await run('import', 'csv', mapping),
      await run('import', 'okta', mapping, '--at', 'soon'),
    ];

    expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    const [kind, missing, unmapped, at] = outcomes.map(({ notes }) => notes);
    expect(kind).toContain('paper is not a known kind; expected one of openlineage, ');
    expect(missing).toContain('missing.json cannot be read');
    expect(unmapped).toContain('CSV requires a mapping');
    expect(at).toContain('--at: expected an RFC 3339 date-time');
  });
});

describe('domicile sync and reconcile', () => {
  const group = (name: string, ...members: ReadonlyArray<string>): string =>
    file(
      name,
      JSON.stringify({
        Resources: [
          {
            schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
            id: 'g1',
            displayName: 'Support',
            members: members.map((value) => ({ value })),
          },
        ],
      }),
    );
  const source = 'https://id.example/scim';
  const sync = (path: string, at: string, ...more: ReadonlyArray<string>) =>
    run('sync', 'scim', path, '--source', source, '--at', at, ...more);

  it('derives from two exports who joined and left in between, and compares the result with another source', async () => {
    const monday = await sync(group('monday.json', 'u1', 'u2'), '2024-06-03');
    const tuesday = group('tuesday.json', 'u1', 'u3');
    const tried = await sync(tuesday, '2024-06-04', '--dry-run');
    const done = await sync(tuesday, '2024-06-04');
    const again = await sync(tuesday, '2024-06-05', '--format', 'json');
    const late = await sync(tuesday, '2024-06-01');

    expect(monday.out).toBe('Recorded: 5 begun, 0 changed, 0 ended.\n');
    expect(tried.out).toBe('Would record: 2 begun, 0 changed, 1 ended.\n');
    expect(done.out).toBe('Recorded: 2 begun, 0 changed, 1 ended.\n');
    expect(JSON.parse(again.out)).toMatchObject({ begun: 0, changed: 0, ended: 0, recorded: 0 });
    expect([late.code, late.notes]).toEqual([2, expect.stringContaining('expected a later snapshot')]);
    const { body } = await server.get('/v1/events', { source, type: 'MembershipEnded' });
    expect(body.data).toMatchObject([
      { time: '2024-06-04T00:00:00.000Z', data: { member: 'scim:u2', group: 'scim:g1' } },
    ]);

    const people = file('people.csv', 'who,team\nscim:u1,scim:g1\nscim:u9,scim:g1\n');
    const map = file(
      'people.yaml',
      'source: https://people.example\nevents: [{ type: MembershipBegan, data: { member: "{who}", group: "{team}" } }]\n',
    );
    await run('sync', 'csv', people, '--map', map, '--at', '2024-06-04');
    const { code, out } = await run(
      'reconcile',
      source,
      'https://people.example',
      '--fail',
      '--format',
      'json',
    );
    const memberships = JSON.parse(out).filter(({ type }: { type: string }) => type === 'MembershipBegan');
    expect(code).toBe(1);
    expect(memberships).toEqual([
      {
        says: 'only the first',
        type: 'MembershipBegan',
        first: '{"member":"scim:u3","group":"scim:g1"}',
        second: '',
      },
      {
        says: 'only the second',
        type: 'MembershipBegan',
        first: '',
        second: '{"member":"scim:u9","group":"scim:g1"}',
      },
    ]);
  });

  it('ends nothing because of a truncated or empty export', async () => {
    const cut = file('cut.json', '{"Resources":[{"schemas":[');
    const empty = file('empty.json', '{"Resources":[]}');

    const outcomes = [await sync(cut, '2024-07-01'), await sync(empty, '2024-07-01')];

    expect(outcomes.map(({ code }) => code)).toEqual([2, 2]);
    expect(outcomes[0]!.notes).toContain('is not JSON');
    expect(outcomes[1]!.notes).toContain('--allow-empty');
  });
});
