/**
 * `domicile witness`, as a person runs it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, it } from 'vitest';
import { parseVerifierKey, verifierKey } from '../../src/integrity/keys.ts';
import { finished, here, printed, start } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-witness-'));
const data = join(folder, 'witness');
const logs = join(folder, 'logs.policy');
const ofIndex = join(folder, 'index.policy');
const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
/** The same public key under the name of another log. */
const underAnotherName = (() => {
  const key = parseVerifierKey(vkey);
  if (E.isLeft(key)) throw new Error(key.left);
  return verifierKey('PeterNeumann/index-2', key.right.type, key.right.publicKey).vkey;
})();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('starts with its own keys, prints them, and stops gracefully', async () => {
  writeFileSync(logs, `log ${vkey}\nquorum none\n`);
  writeFileSync(ofIndex, `log ${underAnotherName}\nquorum none\n`);
  const child = start([
    'witness',
    '--data',
    data,
    '--name',
    'witness.example/w1',
    '--logs',
    logs,
    ofIndex,
    '--port',
    '0',
  ]);
  const ended = finished(child);
  const text = await printed(child, /\+B[g-v]\S{100}/);
  const url = /http:\S+/.exec(text)![0];
  const page = await (await fetch(url)).text();
  expect(page).toContain('\nPeterNeumann (nothing yet)\nPeterNeumann/index-2 (nothing yet)\n');
  const keys = await here(['witness', 'key', '--data', data]);
  expect(keys.code).toBe(0);
  expect(keys.out.trim().split('\n')).toHaveLength(2);
  for (const key of keys.out.trim().split('\n')) expect(page).toContain(key);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it('can print its keys before its first start', async () => {
  const early = join(folder, 'early');
  const made = await here(['witness', 'key', '--data', early, '--name', 'witness.example/early']);
  expect(made.code).toBe(0);
  expect(made.out).toMatch(/^witness\.example\/early\+\S+\nwitness\.example\/early\+\S+\n$/);
  expect((await here(['witness', 'key', '--data', early])).out).toBe(made.out);
});

it.each([
  [[], 'name the directory of the witness with --data DIR'],
  [['--data', data], 'name the logs to cosign for with --logs FILE'],
  [['--data', join(folder, 'new'), '--logs', logs], 'a new witness needs a name'],
])('requires instructions: %j', async (args, message) => {
  const refused = await here(['witness', ...args]);
  expect(refused.code).toBe(2);
  expect(refused.notes).toContain(message);
});
