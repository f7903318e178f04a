/**
 * Auditing on the command line: who could reach data, what broke a policy, what a policy would find, and the keys.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { domicile, tiktok } from './command-line.ts';

const directory = newDataDirectory();
const at = ['--data', directory];
const cedar = join(directory, 'keep-out.cedar');

beforeAll(async () => {
  await domicile(['emit', tiktok, ...at]);
  writeFileSync(
    cedar,
    `@id("keep-out")
forbid(principal in Party::"bytedance", action == Action::"reach", resource)
when { resource.jurisdiction == "US" };
`,
  );
});
afterAll(() => removeDirectory(directory));

describe('domicile who', () => {
  it('shows every party, when it could reach what, and along which path', async () => {
    const { code, out } = await domicile(['who', 'ben', '--valid-at', '2022-06-20', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(/^ben: who could reach the data on 20 June 2022, as known now \(position 101\)\n/);
    expect(out).toMatch(
      /\nbytedance +tiktok\/profile +singapore +backup us-profile-singapore-2019 +2019-10-01 03:00 +still so +controls tiktok, operates singapore\n/,
    );
    expect(out).toMatch(/\n4 parties\./);
  });

  it('can be asked about one party, along some kinds of edges, in other formats', async () => {
    const question = ['who', 'ben', '--from', '2022-01-01', '--party', 'oracle', '--via', 'operates', ...at];

    const csv = await domicile([...question, '--format', 'csv']);
    const json = await domicile([...question, '--format', 'json']);

    const [head, ...rows] = csv.out.trim().split('\r\n');
    expect(head).toBe('party,name,dataset,site,kind,backup,from,to,path');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toBe(
      'oracle,Oracle,tiktok/messages,oracle-ashburn,live,,2022-06-17T12:00:00.000Z,,operates oracle-ashburn',
    );
    expect(JSON.parse(json.out).data[0].intervals[0].path[0]).toMatchObject({ edge: 'operates' });
  });
});

describe('domicile findings', () => {
  it('shows what broke a policy, and with --fail exits with 1', async () => {
    const shown = await domicile(['findings', '--site', 'singapore', '--open', ...at]);
    const failing = await domicile(['findings', '--open', '--fail', '--format', 'ndjson', ...at]);
    const none = await domicile(['findings', '--party', 'oracle', '--fail', ...at]);
    const mistaken = await domicile(['findings', '--policy', 'nothing-of-that-name', '--fail', ...at]);

    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(
      /\ndomicile:overdue-backup 1 +overdue-backup +violated +tiktok\/profile, backup us-profile-singapore-2019 at singapore +us-users +is kept there /,
    );
    expect(failing.code).toBe(1);
    expect(JSON.parse(failing.out.split('\n')[0]!)).toMatchObject({ verdict: 'violated', to: null });
    expect(none.code).toBe(0);
    expect(none.out).toMatch(/\nNone\. Nothing known broke a rule/);
    // A slip of the pen must not pass for all being well.
    expect(mistaken.code).toBe(2);
  });

  it('can be asked about one person', async () => {
    const { code, out } = await domicile(['findings', '--subject', 'dora', '--format', 'json', ...at]);

    expect(code).toBe(0);
    expect(JSON.parse(out).data.length).toBeGreaterThan(0);
  });
});

describe('domicile simulate', () => {
  it('shows what a policy would find, and records nothing', async () => {
    const tried = await domicile(['simulate', cedar, '--fail', ...at]);
    const again = await domicile([
      'simulate',
      cedar,
      '--effective-from',
      '2022-06-17',
      '--format',
      'csv',
      ...at,
    ]);

    expect(tried.code).toBe(1);
    expect(tried.out).toMatch(
      /\nopened +keep-out 1 +keep-out +violated .*bytedance: controls tiktok, operates singapore/,
    );
    expect(tried.out).toMatch(/ opened, 0 closed, 0 lengthened, 0 shortened: .* Nothing was recorded\./);
    expect(again.out.split('\r\n')[0]).toMatch(/^change,policy,rule,verdict,/);
    expect((await domicile(['findings', '--policy', 'keep-out', ...at])).notes).toMatch(
      /no policy of this id/,
    );
  });

  it('names the place of a fault in an invalid policy', async () => {
    const broken = join(directory, 'broken.cedar');
    writeFileSync(broken, 'forbid(principal');

    const { code, notes } = await domicile(['simulate', broken, ...at]);
    const missing = await domicile(['simulate', join(directory, 'missing.cedar'), ...at]);

    expect(code).toBe(2);
    expect(notes).toMatch(/broken\.cedar cannot be adopted as it is\n {2}line 1, column 17: /);
    expect(missing.code).toBe(2);
    expect(missing.notes).toMatch(/missing\.cedar cannot be read; expected a file with a Cedar policy/);
  });
});

describe('domicile replay', () => {
  it('rebuilds the projections and finds that no answer differs', async () => {
    const { code, out } = await domicile(['replay', '--fail', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /^The projections are rebuilt and serving: 101 events read, .*\n\d+ answers compared with the previous projections; none differ\.\n$/,
    );
  });

  it('brings back the projections that served before', async () => {
    const { code, out } = await domicile(['replay', '--rollback', '--format', 'json', ...at]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ state: 'serving', differences: { changed: 0 } });
  });
});

describe('domicile keys', () => {
  it('creates keys that a server requires, and revokes them', async () => {
    const made = await domicile(['keys', 'create', 'auditor', '--scopes', 'audit,identify', ...at]);
    const token = made.out.trim();
    const server = await ServerProcess.start({ directory });
    try {
      const question = ['where', 'rosa', '--format', 'ndjson', '--url', server.url];

      const without = await domicile(question);
      const withKey = await domicile(question, '', { LEDGER_TOKEN: token });
      const writing = await domicile(['emit', tiktok, '--url', server.url, '--token', token]);
      await domicile(['keys', 'revoke', 'auditor', ...at]);
      const revoked = await domicile(question, '', { LEDGER_TOKEN: token });

      expect(token).toMatch(/^dom_/);
      expect(without.code).toBe(2);
      expect(without.notes).toMatch(/\nPass the token of a key with --token or LEDGER_TOKEN\./);
      expect(withKey.code).toBe(0);
      expect(withKey.out.trim().split('\n')).toHaveLength(3);
      expect(writing.code).toBe(2);
      expect(writing.notes).toMatch(/the key lacks the scope emit/);
      expect(revoked.code).toBe(2);
    } finally {
      await server.end('SIGKILL');
    }
    const listed = await domicile(['keys', 'list', ...at]);
    expect(listed.out).toMatch(/\nauditor +audit identify +\d{4}-[^\n]+ +\d{4}-/);
    expect((await domicile(['keys', 'create', 'x', '--scopes', 'everything', ...at])).code).toBe(2);
  });
});
