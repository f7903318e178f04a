/**
 * `domicile copy`, as a person runs it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { finished, here, start, tiktok } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-copy-'));
const domicile = (...args: ReadonlyArray<string>) => here(args);
const [original, copy, other] = ['original', 'copy', 'other'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('copying a ledger', () => {
  it('gives a ledger with the same answers about the same people', async () => {
    await domicile('emit', tiktok, '--data', original);
    const done = await finished(start(['copy', '--from', `sqlite:${original}`, '--to', `sqlite:${copy}`]));

    expect(done).toMatchObject({ code: 0 });
    expect(done.out).toMatch(
      /^Both ledgers hold the same 101 events\.\nAlso copied: the vault\.\nNot copied: who asked about whom, the signed tree, the keys that sign it; --all copies them too\.\nSHA-256 over every event in order: [0-9a-f]{64}\n$/,
    );
    const answerOf = (data: string) =>
      domicile('where', 'ben', '--valid-at', '2022-06-30', '--format', 'csv', '--data', data);
    const answers = [await answerOf(original), await answerOf(copy)];
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]!.out.split('\n').length).toBeGreaterThan(3);
  });

  it('copies everything with --all: the copy continues where the ledger stood', async () => {
    const whole = join(folder, 'whole');
    const key = (await domicile('keys', 'create', 'auditor', '--data', original)).out.trim();
    const done = await domicile('copy', '--all', '--from', `sqlite:${original}`, '--to', `sqlite:${whole}`);
    expect(done.out).toContain(
      'Also copied: the vault, the keys of callers, who asked about whom, the signed tree, the keys that sign it.',
    );
    expect(done.out).not.toContain('Not copied');
    expect((await domicile('verify', '--data', whole)).code).toBe(0);
    const keyOf = (data: string) => domicile('log', 'key', '--data', data);
    const keys = [await keyOf(original), await keyOf(whole)];
    expect(keys[1]!.out).toBe(keys[0]!.out);
    expect((await domicile('keys', 'list', '--data', whole)).out).toContain('auditor');
    expect(key).toMatch(/^dom_/);
  });

  it('can be repeated and then finds nothing to copy', async () => {
    const again = await domicile('copy', '--from', `sqlite:${original}`, '--to', `sqlite:${copy}`);

    expect(again.code).toBe(0);
    expect(again.out).toContain('101 of them already there');
  });

  it('into a different ledger is refused and changes nothing there', async () => {
    await domicile(
      'emit',
      join(import.meta.dirname, '..', '..', 'scenarios', 'worked-example', 'events.ndjson'),
      '--data',
      other,
    );
    const refused = await domicile('copy', '--from', `sqlite:${original}`, '--to', `sqlite:${other}`);

    expect(refused.code).toBe(1);
    expect(refused.notes).toContain('differs from the source');
    expect((await domicile('where', 'ana', '--valid-at', '2022-06-30', '--data', other)).out).toContain(
      'oracle-ashburn',
    );
  });

  it('onto itself is invalid usage', async () => {
    expect((await domicile('copy', '--from', `sqlite:${original}`, '--to', `sqlite:${original}`)).code).toBe(
      2,
    );
  });
});
