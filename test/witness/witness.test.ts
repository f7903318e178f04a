/** A witness over real HTTP: the cases of tlog-witness, what it stores, and what others cannot make it forget. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '#sha256';
import { formatAddCheckpoint } from '../../src/integrity/add-checkpoint.ts';
import { formatCheckpoint, parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { leafHash, rootOfLeaves } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { formatNote, parseNote, signNote, verifyNote } from '../../src/integrity/signed-note.ts';
import { consistencyProof } from '../../src/integrity/tree-over-tiles.ts';
import { openWitness } from '../../src/witness/witness.ts';
import { addCheckpointBytesMax } from '../../src/witness/witness-app.ts';
import { newDataDirectory, removeDirectory } from '../support/server.ts';
import { addCheckpoint, right, startWitness, type TestWitness } from '../support/witnesses.ts';

const foreign = JSON.parse(
  readFileSync(join(import.meta.dirname, '../integrity/vectors/litewitness.json'), 'utf8'),
) as {
  readonly log: string;
  readonly requests: ReadonlyArray<{
    readonly body: string;
    readonly status: number;
    readonly answer?: string;
  }>;
};

const origin = 'log.example/a';
const log = noteSigner(origin, 'ed25519', generateKeyPairSync('ed25519').privateKey, () => 0);
const leaves = Array.from({ length: 40 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const submission = (from: number, to: number, of = leaves): string =>
  formatAddCheckpoint({
    oldSize: from,
    proof: consistencyProof(() => Buffer.concat(of), from, to),
    checkpoint: signNote(
      formatCheckpoint({ origin, size: to, root: rootOfLeaves(of.slice(0, to)), extensions: [] }),
      [log],
    ),
  });

const running: TestWitness[] = [];
const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
const start = async (directory: string, logs = [log.verifier.vkey], name = 'witness.example/w1') => {
  running.push(await startWitness(directory, name, logs));
  return running.at(-1)!;
};
afterEach(async () => {
  for (const witness of running.splice(0)) await witness.stop();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

describe('a witness', () => {
  it('answers the requests of torchwood’s litewitness as tlog-witness specifies', async () => {
    const { url, witness } = await start(newDirectory(), [foreign.log]);
    const keys = witness.vkeys().map((vkey) => right(parseVerifierKey(vkey)));
    expect(keys.map(({ type }) => type).toSorted()).toEqual(['ed25519-cosignature', 'ml-dsa-44-cosignature']);
    for (const { body, status, answer } of foreign.requests) {
      const answered = await addCheckpoint(url, body);
      expect(answered.status, body).toBe(status);
      if (status === 409) {
        expect(answered).toEqual({ status, text: answer, type: 'text/x.tlog.size' });
      }
      if (status === 200) {
        const note = right(parseNote(body.slice(body.indexOf('\n\n') + 2) + answered.text));
        expect(right(verifyNote(note, keys)).by).toHaveLength(2);
        const times = note.signatures
          .slice(1)
          .map(({ keyId, signature }) => keys.find((key) => key.keyId === keyId)!.timeOf(signature));
        for (const time of times) expect(Math.abs(time! - Date.now() / 1_000)).toBeLessThan(60);
      }
    }
  });

  it('shows monitors the latest checkpoint, with the log’s signature and its own', async () => {
    const { url, witness } = await start(newDirectory());
    const path = `${url}/${sha256Hex(Buffer.from(origin))}/checkpoint`;
    expect((await fetch(path)).status).toBe(404);
    expect((await addCheckpoint(url, submission(0, 7))).status).toBe(200);
    expect((await addCheckpoint(url, submission(7, 20))).status).toBe(200);
    const note = right(parseNote(await (await fetch(path)).text()));
    expect(right(parseCheckpoint(note.text)).size).toBe(20);
    const keys = witness.vkeys().map((vkey) => right(parseVerifierKey(vkey)));
    expect(right(verifyNote(note, [log.verifier, ...keys])).by).toHaveLength(3);
    const page = await (await fetch(url)).text();
    for (const told of ['witness.example/w1', ...witness.vkeys(), `${origin} 20, at`])
      expect(page).toContain(told);
  });

  it('cosigns one of two views, and of two concurrent requests the first', async () => {
    const { url } = await start(newDirectory());
    await addCheckpoint(url, submission(0, 10));
    const forged = leaves.with(2, leafHash(Buffer.from('forged')));
    expect((await addCheckpoint(url, submission(10, 15, forged))).status).toBe(422);
    const sizes = Array.from({ length: 20 }, (_, index) => 11 + index);
    const answers = await Promise.all(sizes.map((size) => addCheckpoint(url, submission(10, size))));
    const given = answers.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    const size = sizes[answers.indexOf(given[0]!)]!;
    for (const { status, text } of answers.filter((answer) => answer !== given[0]))
      expect({ status, text }).toEqual({ status: 409, text: `${size}\n` });
  });

  it('keeps across a restart what it cosigned, its name and its keys, and others cannot read them', async () => {
    const directory = newDirectory();
    const first = await start(directory);
    const vkeys = first.witness.vkeys();
    await addCheckpoint(first.url, submission(0, 10));
    await running.pop()!.stop();
    const second = await start(directory);
    expect(second.witness.vkeys()).toEqual(vkeys);
    expect(await addCheckpoint(second.url, submission(0, 5))).toMatchObject({ status: 409, text: '10\n' });
    for (const file of ['witness.sqlite', 'witness-keys.json'])
      expect(statSync(join(directory, file)).mode & 0o077, file).toBe(0);
    await running.pop()!.stop();
    const logs = [{ key: log.verifier, url: undefined }];
    expect(openWitness(directory, 'witness.example/other', logs, Date.now)).toMatchObject(
      E.left(expect.stringContaining('this witness is called witness.example/w1')),
    );
  });

  it('refuses invalid requests, and an endless body', async () => {
    const { url } = await start(newDirectory());
    for (const body of ['', 'old 1\n', 'x\n\ny', submission(5, 4).replace(/^old \d+/, 'old 9')])
      expect((await addCheckpoint(url, body)).status).toBe(400);
    expect((await addCheckpoint(url, 'x'.repeat(addCheckpointBytesMax + 1))).status).toBe(413);
    expect(
      (await fetch(`${url}/add-checkpoint`, { method: 'POST', body: new Uint8Array([0xff, 0xfe]) })).status,
    ).toBe(400);
    const note = formatNote(
      signNote(formatCheckpoint({ origin: 'log.example/b', size: 1, root: leaves[0]!, extensions: [] }), [
        log,
      ]),
    );
    expect((await addCheckpoint(url, `old 0\n\n${note}`)).status).toBe(404);
  });
});
