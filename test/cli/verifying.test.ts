/**
 * `domicile log` and `domicile verify`, as a person runs them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, here, start, tiktok } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-verify-'));
const data = join(folder, 'ledger');
const proof = join(folder, 'event-7.tlog-proof');
const domicile = (...args: ReadonlyArray<string>) => here(args);
let key = '';

beforeAll(async () => {
  await domicile('emit', tiktok, '--data', data);
  const keys = await domicile('log', 'key', '--data', data);
  key = keys.out.split('\n')[0]!;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a proof of an event', () => {
  it('is verified without the ledger, by the key that the reader trusts', async () => {
    expect(await domicile('log', 'prove', '7', '--output', proof, '--data', data)).toMatchObject({ code: 0 });
    const verified = await finished(start(['verify', proof, '--key', key]));
    expect(verified.code).toBe(0);
    expect(verified.out).toMatch(
      /^Verified: event 7 is in the log domicile\.local\/ledger of 101 events\.\n/,
    );
  });

  it('is not verified for another event, or by another key', async () => {
    const forged = join(folder, 'forged.tlog-proof');
    writeFileSync(forged, readFileSync(proof, 'utf8').replace('\nindex 6\n', '\nindex 5\n'));
    expect(await domicile('verify', forged, '--key', key)).toMatchObject({
      code: 1,
      out: 'Not verified: the inclusion proof of entry 5 does not lead to the root of the checkpoint.\n',
    });
    const another = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect((await domicile('verify', proof, '--key', another)).code).toBe(1);
  });

  it('needs keys named by the reader', async () => {
    const refused = await domicile('verify', proof);
    expect(refused.code).toBe(2);
    expect(refused.notes).toContain('name the keys that you trust with --key VKEY or --policy FILE');
  });
});

describe('a whole ledger', () => {
  it('is verified and reported as whole', async () => {
    // A process of its own, which ends only once its threads have.
    const verified = await finished(start(['verify', '--data', data]));
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('101 events match their hashes');
    expect(verified.out).toContain('The ledger is intact.');
  });

  it('is not whole once an event is missing', async () => {
    const log = new DatabaseSync(join(data, 'log.sqlite'));
    log.exec('DELETE FROM event WHERE position = 101');
    log.exec('UPDATE source SET count = (SELECT count(*) FROM event WHERE event.source = source.id)');
    log.close();
    const verified = await domicile('verify', '--data', data, '--format', 'ndjson');
    expect(verified.code).toBe(1);
    const [check] = verified.out.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
    expect(check).toMatchObject({ name: 'log', state: 'failed' });
    expect(check.found).toContain('1 event is missing from position 101 on');
  });
});
