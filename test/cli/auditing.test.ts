/**
 * Auditing on the command line: who could reach data, what broke a policy, what a policy would find, and the keys.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { domicile, here, tiktok } from './command-line.ts';

const directory = newDataDirectory();
const cedar = join(directory, 'keep-out.cedar');
let server: ServerProcess;
let at: ReadonlyArray<string>;
/** Waits until questions know every event. */
const caughtUp = async (): Promise<void> => {
  const { body } = await server.get('/readyz');
  await server.get('/v1/events', { limit: 1, atLeast: body.head });
};

beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
  at = ['--url', server.url];
  await here(['emit', tiktok, ...at]);
  await caughtUp();
  writeFileSync(
    cedar,
    `@id("keep-out")
forbid(principal in Party::"bytedance", action == Action::"reach", resource)
when { resource.jurisdiction == "US" };
`,
  );
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

describe('domicile who', () => {
  it('shows every party, when it could reach what, and along which path', async () => {
    const { code, out } = await here(['who', 'ben', '--valid-at', '2022-06-20', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(/^ben: who could reach the data on 20 June 2022, as known now \(position 101\)\n/);
    expect(out).toMatch(
      /\nbytedance +tiktok\/profile +singapore +backup us-profile-singapore-2019 +2019-10-01 03:00 +still so +controls tiktok, operates singapore\n/,
    );
    expect(out).toMatch(/\n4 parties\./);
  });

  it('can be limited to one party or some kinds of edges, in other formats', async () => {
    const question = ['who', 'ben', '--from', '2022-01-01', '--party', 'oracle', '--via', 'operates', ...at];

    const csv = await here([...question, '--format', 'csv']);
    const json = await here([...question, '--format', 'json']);

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
  it('shows what broke a policy, and exits with 1 with --fail', async () => {
    const shown = await here(['findings', '--site', 'singapore', '--open', ...at]);
    const failing = await here(['findings', '--open', '--fail', '--format', 'ndjson', ...at]);
    const none = await here(['findings', '--party', 'oracle', '--fail', ...at]);
    const mistaken = await here(['findings', '--policy', 'nothing-of-that-name', '--fail', ...at]);

    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(
      /\ndomicile:overdue-backup 1 +overdue-backup +violated +tiktok\/profile, backup us-profile-singapore-2019 at singapore +us-users +is kept there /,
    );
    expect(failing.code).toBe(1);
    expect(JSON.parse(failing.out.split('\n')[0]!)).toMatchObject({ verdict: 'violated', to: null });
    expect(none.code).toBe(0);
    expect(none.out).toMatch(/\nNone\. As far as the ledger knows, no rule of an adopted policy was broken/);
    // A misspelling must not suggest that all is well.
    expect(mistaken.code).toBe(2);
  });

  it('can be limited to one person', async () => {
    const { code, out } = await here(['findings', '--subject', 'dora', '--format', 'json', ...at]);

    expect(code).toBe(0);
    expect(JSON.parse(out).data.length).toBeGreaterThan(0);
  });
});

describe('domicile simulate', () => {
  it('shows what a policy would find, and records nothing', async () => {
    const tried = await here(['simulate', cedar, '--fail', ...at]);
    const again = await here(['simulate', cedar, '--effective-from', '2022-06-17', '--format', 'csv', ...at]);

    expect(tried.code).toBe(1);
    expect(tried.out).toMatch(
      /\nopened +keep-out 1 +keep-out +violated .*bytedance: controls tiktok, operates singapore/,
    );
    expect(tried.out).toMatch(/ opened, 0 closed, 0 lengthened, 0 shortened: .* Nothing was recorded\./);
    expect(again.out.split('\r\n')[0]).toMatch(/^change,policy,rule,verdict,/);
    expect((await here(['findings', '--policy', 'keep-out', ...at])).notes).toMatch(/no policy with this id/);
  });

  it('names the place of a fault in an invalid policy', async () => {
    const broken = join(directory, 'broken.cedar');
    writeFileSync(broken, 'forbid(principal');

    const { code, notes } = await here(['simulate', broken, ...at]);
    const missing = await here(['simulate', join(directory, 'missing.cedar'), ...at]);

    expect(code).toBe(2);
    expect(notes).toMatch(/broken\.cedar cannot be adopted as it is\n {2}line 1, column 17: /);
    expect(missing.code).toBe(2);
    expect(missing.notes).toMatch(/missing\.cedar cannot be read; expected a file with a Cedar policy/);
  });
});

describe('domicile replay', () => {
  it('rebuilds the projections and finds that no answer differs', async () => {
    const { code, out } = await here(['replay', '--fail', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /^The projections are rebuilt and serving: 101 events read, .*\n\d+ answers compared with the previous projections; none differ\.\n$/,
    );
  });

  it('returns to the projections that served before', async () => {
    const { code, out } = await here(['replay', '--rollback', '--format', 'json', ...at]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ state: 'serving', differences: { changed: 0 } });
  });
});

describe('domicile keys', () => {
  it('creates keys that a server requires, and revokes them', async () => {
    const data = join(directory, 'with-keys');
    const at = ['--data', data];
    await here(['emit', tiktok, ...at]);
    const made = await here(['keys', 'create', 'auditor', '--scopes', 'audit,identify', ...at]);
    const token = made.out.trim();
    const server = await ServerProcess.start({ directory: data });
    try {
      const question = ['where', 'rosa', '--format', 'ndjson', '--url', server.url];

      const without = await here(question);
      const withKey = await domicile(question, '', { LEDGER_TOKEN: token });
      const writing = await here(['emit', tiktok, '--url', server.url, '--token', token]);
      await here(['keys', 'revoke', 'auditor', ...at]);
      const revoked = await here([...question, '--token', token]);

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
    const listed = await here(['keys', 'list', ...at]);
    expect(listed.out).toMatch(/\nauditor +audit identify +\d{4}-[^\n]+ +\d{4}-/);
    expect((await here(['keys', 'create', 'x', '--scopes', 'everything', ...at])).code).toBe(2);
  });
});

describe('domicile affected', () => {
  it('counts everybody once, and lists each with intervals and paths', async () => {
    const question = ['affected', 'bytedance', '--from', '2021-01-01', '--to', '2022-01-01', ...at];

    const table = await domicile(question);
    const csv = await here([...question, '--format', 'csv']);

    expect(table.code).toBe(0);
    expect(table.out).toMatch(
      /\n11 people, each counted once\.\nBy population: eu-users 3, ru-users 2, us-users 6\.\n/,
    );
    const [head, ...rows] = csv.out.trim().split('\r\n');
    expect(head).toBe('subject,populations,dataset,site,kind,from,to,path,access');
    expect(new Set(rows.map((row) => row.split(',')[0])).size).toBe(11);
    expect(csv.notes).toMatch(/11 people/);
  });
});

describe('domicile adopt', () => {
  it('prints the policy from a template, adopts it, and refuses a missing parameter', async () => {
    const template = ['adopt', '--template', 'keep-out', '--set', 'party=bytedance'];
    const missing = await here([...template, ...at]);
    const shown = await here([...template, '--set', 'population=us-users', '--print', ...at]);
    const adopted = await here([
      ...[...template, '--set', 'population=us-users', '--policy', 'usds', '--effective-from', '2022-06-17'],
      ...at,
    ]);
    await caughtUp();
    const findings = await here(['findings', '--policy', 'usds', '--format', 'ndjson', ...at]);
    const learned = await here(['learned', '101', ...at]);

    expect(missing.code).toBe(2);
    expect(missing.notes).toMatch(/needs population/);
    expect(shown.out).toMatch(/^@id\("keep-out"\)\nforbid\(principal in Party::"bytedance"/);
    expect(adopted.out).toMatch(/^Adopted usds at position 102\./);
    expect(JSON.parse(findings.out.split('\n')[0]!)).toMatchObject({ policy: 'usds', verdict: 'violated' });
    expect(learned.out).toMatch(/\nrules +opened +usds 1 /);
    expect(learned.out).toMatch(
      /\nno changes due to facts learned later, \d+ due to rules|\n0 changes due to facts learned later, \d+ due to rules/,
    );
  });
});

describe('domicile person, erase and reads', () => {
  it('write the file of a person, list what an erasure leaves to do before it is done, and list who asked', async () => {
    const page = await here(['person', 'fay', ...at]);
    const json = await here(['person', 'fay', '--format', 'json', ...at]);
    const asked = await here(['erase', 'fay', ...at]);
    const reads = await here(['reads', '--subject', 'fay', ...at]);
    const erased = await here(['erase', 'fay', '--yes', ...at]);
    await caughtUp();
    const after = await here(['person', 'fay', ...at]);

    expect(page.out).toMatch(/^<!doctype html>/);
    expect(page.out).not.toMatch(/<script|<link|@import|url\(|(?:href|src)="https?:/);
    expect(page.out).toContain('us-profile-singapore-2019');
    expect(JSON.parse(json.out).data.subject).toBe('fay');
    expect(asked.code).toBe(2);
    expect(asked.out).toMatch(/Backups that hold the data, open until confirmed destroyed.*\n {2}us-/);
    expect(reads.out).toMatch(/fay +person/);
    expect(erased.out).toMatch(/Erased from this ledger\. \d backups still hold the data\./);
    expect(after.code).toBe(2);
  });
});

describe('domicile person with a minimum assurance', () => {
  it('says in the file and beside it that facts are left out', async () => {
    const whole = await here(['person', 'ben', ...at]);
    const page = await here(['person', 'ben', '--min-assurance', 'verified', ...at]);
    const json = await here(['person', 'ben', '--min-assurance', 'observed', '--format', 'json', ...at]);

    expect(whole.out).toContain('everything that is recorded, however it is attested');
    expect(whole.out + whole.notes).not.toMatch(/left out|leaves out/);
    expect(page.out).toContain('only what is verified');
    expect(page.out).toContain('what is attested less well than verified is left out');
    expect(page.notes).toMatch(/incomplete: it leaves out what is attested less well than verified/);
    expect(json.notes).toMatch(/incomplete: it leaves out what is attested less well than observed/);
  });
});

describe('domicile report', () => {
  it('writes a report in the requested format, and refuses an unknown one', async () => {
    const question = ['--known-position', '101', '--valid-at', '2026-11-01', ...at];
    const csv = await here(['report', 'transfers', '--format', 'csv', ...question]);
    const page = await here(['report', 'backups', '--to', '2020-01-01', ...question]);
    const none = await here(['report', 'taxes', ...at]);

    const file = join(import.meta.dirname, '..', 'golden', 'reports', 'transfers.csv');
    expect(csv.out.replaceAll('\r\n', '\n')).toBe(readFileSync(file, 'utf8'));
    expect(page.out).toMatch(/^<!doctype html>[\s\S]*us-profile-singapore-2019/);
    expect(none.code).toBe(2);
  });
});
