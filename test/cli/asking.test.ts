/**
 * Asking questions on the command line: formats, clocks, empty answers, and errors.
 */
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { domicile, type Finished, here, tiktok } from './command-line.ts';

const directory = newDataDirectory();
const inFiles = ['--data', join(directory, 'ledger')];
const question = ['where', 'hugo', '--valid-at', '2022-01-01', '--format', 'ndjson'];
let server: ServerProcess;
let at: ReadonlyArray<string>;
let fromFiles: Finished;

beforeAll(async () => {
  const emitted = await domicile(['emit', tiktok, ...inFiles]);
  expect(emitted).toMatchObject({ code: 0, out: 'Recorded 101 events. The log is at position 101.\n' });
  fromFiles = await domicile([...question, ...inFiles]);
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
  at = ['--url', server.url];
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

describe('domicile where', () => {
  it('shows a table of every place, and what is overdue', async () => {
    const { code, out, notes } = await here(['where', 'ana', '--valid-at', '2022-06-30', ...at]);

    expect({ code, notes }).toEqual({ code: 0, notes: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe('ana: where the data was on 30 June 2022, as known now (position 101)');
    expect(lines[2]).toMatch(/^Dataset +Site +Country +Operator +Kind +Since +Overdue +Attested +Events$/);
    expect(out).toMatch(
      /\ntiktok\/profile +singapore +SG +tiktok +backup us-profile-singapore-2019 +2019-10-01 03:00 +overdue +claimed +26\n/,
    );
    expect(out).toMatch(/\n10 places at 3 sites\./);
  });

  it('prints the API’s answer in JSON', async () => {
    const asked = ['where', 'dora', '--valid-at', '2021-12-01', '--known-position', '43', '--format', 'json'];

    const { out } = await here([...asked, ...at]);

    const { clocks, data, next } = JSON.parse(out);
    expect(clocks).toMatchObject({ validAt: '2021-12-01T00:00:00.000Z', position: '43' });
    expect(next).toBeNull();
    expect(data).toHaveLength(4);
    expect(data[0]).toEqual({
      dataset: 'tiktok/messages',
      site: 'singapore',
      country: 'SG',
      operator: 'tiktok',
      kind: 'backup',
      backup: 'us-messages-singapore-2019',
      since: '2019-10-01T03:00:00.000Z',
      overdue: false,
      assurance: 'claimed',
      events: ['27'],
    });
  });

  it('prints CSV, with one record per row below the names of the fields, and NDJSON', async () => {
    const question = ['where', 'rosa', '--valid-at', '2026-11-01', ...at];

    const csv = await here([...question, '--format', 'csv']);
    const ndjson = await here([...question, '--format', 'ndjson']);

    const records = csv.out.split('\r\n');
    expect(records[0]).toBe('dataset,site,country,operator,kind,backup,since,overdue,assurance,events');
    expect(records[1]).toMatch(/^tiktok\/messages,oracle-ashburn,US,oracle,live,,2026-[^,]+Z,false,claimed,/);
    expect(records.slice(1, -1)).toHaveLength(3);
    const rows = ndjson.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ site }) => site)).toEqual(['oracle-ashburn', 'oracle-ashburn', 'oracle-ashburn']);
  });

  it('says that the data was nowhere, and what to try next', async () => {
    const { code, out } = await here(['where', 'ana', '--min-assurance', 'verified', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /counting only what is verified\n\nNowhere\. .*\nTo see where the data was over time: domicile history ana\nSomething may be missing, because these sources have never vouched for completeness: https:\S+\.\n$/,
    );
  });

  it('for a time before the first event, says when that was recorded', async () => {
    const { body } = await server.get('/v1/events', { limit: 1 });
    const day = new RegExp(
      `recorded its first event on \\d{1,2} \\w+ ${body.data[0].recordedat.slice(0, 4)}, `,
    );

    const list = await here(['findings', '--known-at', '2001-01-01', '--format', 'ndjson', ...at]);
    const person = await here(['where', 'ana', '--known-at', '2001-01-01', ...at]);

    expect(list).toMatchObject({ code: 0, out: '', notes: expect.stringMatching(day) });
    expect(person).toMatchObject({ code: 2, out: '' });
    expect(person.notes).toContain(`this ledger recorded its first event on ${body.data[0].recordedat}`);
  });

  it('gives the same answers from a running server', async () => {
    const fromServer = await domicile([...question, ...at]);
    expect(fromServer).toEqual(fromFiles);
    expect(fromServer.out.trim().split('\n')).toHaveLength(5);

    const found = await domicile([...question, ...inFiles]);
    expect(found.notes).toContain(`Using the server that has this ledger open: ${server.url}`);
    expect({ ...found, notes: '' }).toEqual(fromFiles);
  });
});

describe('domicile history', () => {
  it('shows every stay, and which have not ended', async () => {
    const { code, out } = await here(['history', 'dora', '--from', '2020-01-01', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /\n2019-10-01 03:00 +still so +tiktok\/profile +singapore +SG +tiktok +backup us-profile-singapore-2019 +claimed +26\n/,
    );
    expect(out).toMatch(/\n7 stays, 4 of them still so\./);
  });
});

describe('domicile trail', () => {
  it('shows every event, and why it is in the trail', async () => {
    const { code, out } = await here(['trail', 'dora', ...at]);

    expect(code).toBe(0);
    expect(out).toMatch(
      /\n +40 +2021-11-15 12:00 +SubjectErased +subject dora +claimed +ended tiktok\/messages live at virginia/,
    );
  });

  it('gives each event in full in NDJSON', async () => {
    const { out } = await here(['trail', 'dora', '--format', 'ndjson', ...at]);

    const entries = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const first = entries.find(({ event }) => event.type === 'DataPlaced');
    expect(entries.some(({ event }) => event.type === 'ControlBegan')).toBe(true);
    expect(first.event).toMatchObject({ type: 'DataPlaced', position: '12', specversion: '1.0' });
    expect(first.why).not.toHaveLength(0);
  });
});

describe('a question that goes wrong', () => {
  it('names the option and what it expects', async () => {
    const { code, out, notes } = await here(['where', 'ana', '--valid-at', 'yesterday', ...at]);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes).toBe(
      'domicile: --valid-at: expected an RFC 3339 date-time such as "2022-06-17T00:00:00Z", or a date such as "2022-06-17"\n',
    );
  });

  it('does not repeat an identifier that the ledger does not know', async () => {
    const { code, out, notes } = await here(['where', 'somebody-unknown', ...at]);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes).toMatch(/^domicile: no event known at this moment names this subject\n/);
    expect(notes).not.toContain('somebody-unknown');
  });

  it('exits with 2 for an unknown command, option or format, and for two ledgers at once', async () => {
    const wrong = [
      [],
      ['wher', 'ana'],
      ['where'],
      ['where', 'ana', '--formt', 'json'],
      ['where', 'ana', '--format', 'xml'],
      ['where', 'ana', '--min-assurance', 'certain'],
      ['where', 'ana', '--url', 'http://127.0.0.1:9', ...inFiles],
      ['where', 'ana', '--url', 'nonsense'],
      ['where', 'ana', '--known-at', '2022-01-01', '--known-position', '3', ...at],
    ];
    // One of them in a separate process, since domicile.ts handles usage errors itself.
    const results = [await domicile(wrong[0]!)];
    for (const args of wrong.slice(1)) results.push(await here(args));

    for (const [index, { code, out, notes }] of results.entries()) {
      expect({ args: wrong[index], code, out }).toEqual({ args: wrong[index], code: 2, out: '' });
      expect(notes).not.toBe('');
    }
  });

  it('exits with 2 for an invalid setting', async () => {
    const { code, notes } = await domicile(['where', 'ana'], '', { LEDGER_PORT: 'many' });

    expect({ code, notes }).toEqual({
      code: 2,
      notes: 'domicile: invalid setting LEDGER_PORT: expected a whole number from 0 to 65535\n',
    });
  });

  it('exits with 3 if there is no ledger, and creates none', async () => {
    const nothing = join(directory, 'nothing');

    const first = await here(['where', 'ana', '--data', nothing]);
    const second = await here(['where', 'ana', '--data', nothing]);

    expect(first.code).toBe(3);
    expect(first.notes).toMatch(
      /^domicile: there is no ledger in .*nothing\n.*domicile emit FILE.*domicile demo/,
    );
    expect(second).toEqual(first);
  });

  it('exits with 3 if nobody answers, or another program does', async () => {
    const nobody = await here(['where', 'ana', '--url', 'http://127.0.0.1:9']);
    expect(nobody.code).toBe(3);
    expect(nobody.notes).toMatch(/^domicile: no answer from http:\/\/127\.0\.0\.1:9: /);

    const { createServer } = await import('node:http');
    const other = createServer((_, response) => response.writeHead(418).end('tea')).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as { port: number };
      const somethingElse = await here(['where', 'ana', '--url', `http://127.0.0.1:${port}`]);
      expect(somethingElse.code).toBe(3);
      expect(somethingElse.notes).toMatch(/is not a Domicile server: status 418/);
    } finally {
      other.close();
    }
  });
});

describe('a wrong address', () => {
  it('is reported at once when recording: nobody listens, or the server does not speak TLS', async () => {
    const { createServer } = await import('node:http');
    const plain = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => plain.once('listening', resolve));
    const { port } = plain.address() as { port: number };
    const overTls = await here(['emit', tiktok, '--url', `https://127.0.0.1:${port}`]);
    await new Promise((resolve) => plain.close(resolve));
    const begun = performance.now();
    const nobody = await here(['emit', tiktok, '--url', `http://127.0.0.1:${port}`]);

    expect(overTls).toMatchObject({
      code: 3,
      notes: `domicile: no answer from https://127.0.0.1:${port}: the server does not use TLS: use http://\n`,
    });
    expect(nobody.code).toBe(3);
    expect(nobody.notes).toContain(`no answer from http://127.0.0.1:${port}: no server listens there\n`);
    expect(nobody.notes).not.toContain('retrying');
    // Ten attempts take about a minute.
    expect(performance.now() - begun).toBeLessThan(15_000);
  });
});

it('runs through a link from another directory, and through a link to a link', async () => {
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'domicile');
  symlinkSync(bin, join(directory, 'first'));
  symlinkSync('first', join(directory, 'second'));
  const { stdout } = await promisify(execFile)(join(directory, 'second'), ['--version'], { cwd: directory });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('help', () => {
  it('exists for every command, with examples', async () => {
    const { code, out } = await domicile(['--help']);
    expect(code).toBe(0);
    const commands = [...out.matchAll(/^ {2}([a-z]+) .*$/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'help');
    expect(commands).toEqual(
      expect.arrayContaining(['serve', 'demo', 'emit', 'where', 'history', 'trail', 'doctor']),
    );
    for (const command of commands) {
      const help = await here([command, '--help']);
      expect(help.code).toBe(0);
      expect(help.out).toMatch(new RegExp(`\\nExamples:\\n(?: {2}.*\\n)*? {2}\\$ domicile ${command}`));
    }
  });
});
