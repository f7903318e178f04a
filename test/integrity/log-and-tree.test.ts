/** A server whose log is changed without its knowledge: what it signs, what it refuses, and what still holds. */
import { copyFileSync, cpSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { verifyConsistency } from '../../src/integrity/merkle-tree.ts';
import { fromBase64, parseNote, verifyNote } from '../../src/integrity/signed-note.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/integrity/tlog-proof.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { eventChecksum } from '../../src/store/sqlite/ledger-format.ts';
import { backups } from '../support/given-events.ts';
import {
  type Client,
  LocalServer,
  newDataDirectory,
  removeDirectory,
  ServerProcess,
} from '../support/server.ts';

const running: LocalServer[] = [];
const processes: ServerProcess[] = [];
const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
const start = async (directory: string): Promise<LocalServer> => {
  running.push(await LocalServer.open(directory));
  return running.at(-1)!;
};
const startProcess = async (directory: string): Promise<ServerProcess> => {
  processes.push(await ServerProcess.start({ directory }));
  return processes.at(-1)!;
};
/** Stops the last started server. */
const stop = (): Promise<void> => running.pop()!.close();
afterEach(async () => {
  while (running.length > 0) await stop();
  for (const server of processes.splice(0)) await server.end();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(String(either.left));
  return either.right;
};

/** The checkpoint of a size, once it is served. */
const checkpointOf = async (server: Client, size: number) => {
  await expect
    .poll(async () => (await server.get('/log/checkpoint')).body.split('\n')[1], { interval: 50 })
    .toBe(String(size));
  const { body } = await server.get('/log/checkpoint');
  const keys = (await server.get('/v1/log')).body.data.verifierKeys.map((vkey: string) =>
    right(parseVerifierKey(vkey)),
  );
  const note = right(verifyNote(right(parseNote(body)), keys));
  const types = keys.filter((key: VerifierKey) => note.by.includes(key)).map(({ type }: VerifierKey) => type);
  return { body, keys, types, checkpoint: right(parseCheckpoint(note.text)) };
};

describe('a server', () => {
  it('signs what it recorded with both keys, and proves each event and each growth', async () => {
    const server = await start(newDirectory());
    await server.record(backups(300));
    const earlier = await checkpointOf(server, 300);
    expect(earlier.types).toEqual(['ed25519', 'ml-dsa-44-cosignature']);
    await server.record(backups(5, 300));
    const { keys, checkpoint } = await checkpointOf(server, 305);
    for (const position of [1, 256, 257, 305]) {
      const { headers, body } = await server.get(`/v1/events/${position}/proof`);
      expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
      const proof = right(parseTlogProof(body));
      expect(right(verifyTlogProof(proof, proof.extra!, keys)).size).toBe(305);
      const entry = JSON.parse(Buffer.from(proof.extra!).toString());
      expect(Object.keys(entry)).toEqual(Object.keys(entry).toSorted());
      expect(entry).toMatchObject({ position, id: `backup-${position - 1}`, type: 'BackupTaken', v: 1 });
    }
    const { body: consistency } = await server.get('/v1/log/consistency', { from: 300 });
    const proof = consistency.data.proof.map((hash: string) => fromBase64(hash)!);
    expect(verifyConsistency(earlier.checkpoint, checkpoint, proof)).toBe(true);
    const { headers } = await server.get('/livez');
    expect(headers.get('domicile-checkpoint')).toMatch(/^305, [A-Za-z0-9+/]{43}=, \d+$/);
  });

  it('continues from what it signed before, and never signs another root for it', async () => {
    const directory = newDirectory();
    const first = await startProcess(directory);
    await first.record(backups(260));
    const { body } = await checkpointOf(first, 260);
    await first.end('SIGKILL');
    const second = await startProcess(directory);
    expect((await checkpointOf(second, 260)).body).toBe(body);
    await second.record(backups(1, 260));
    await checkpointOf(second, 261);
  });
});

/** A signed ledger of 20 events. */
const signed = newDataDirectory();
beforeAll(async () => {
  const server = await LocalServer.open(signed);
  const position = await server.record(backups(20));
  while (!(await server.get('/log/checkpoint')).body.includes?.(`\n${position}\n`)) await sleep(20);
  await server.close();
});
afterAll(() => removeDirectory(signed));

/** A copy of it with a changed log. */
const changed = async (change: (log: DatabaseSync, file: string) => void): Promise<LocalServer> => {
  const directory = newDirectory();
  cpSync(signed, directory, { recursive: true });
  const { log } = filesIn(directory);
  const database = new DatabaseSync(log);
  change(database, log);
  if (database.isOpen) database.close();
  return start(directory);
};

const failureOf = async (server: Client): Promise<string> => {
  await expect
    .poll(async () => (await server.get('/readyz')).body.integrityFailure, { interval: 50 })
    .toBeDefined();
  return (await server.get('/readyz')).body.integrityFailure;
};

/** Rewrites the bytes and time of an event, and repairs its checksum. */
const rewrite = (
  log: DatabaseSync,
  position: number,
  edit: (event: { bytes: string; recordedAt: number }) => { bytes: string; recordedAt: number },
): void => {
  const row = log
    .prepare('SELECT source, id, recorded_at, attribution, bytes FROM event WHERE position = ?')
    .get(position)!;
  const { bytes, recordedAt } = edit({
    bytes: Buffer.from(row.bytes as Uint8Array).toString(),
    recordedAt: Number(row.recorded_at),
  });
  const encoded = Buffer.from(bytes);
  const checksum = eventChecksum(
    position,
    Number(row.source),
    String(row.id),
    recordedAt,
    Number(row.attribution),
    encoded,
  );
  log
    .prepare('UPDATE event SET recorded_at = ?, bytes = ?, checksum = ? WHERE position = ?')
    .run(recordedAt, encoded, checksum, position);
};

describe('a log that was changed while the server was stopped', () => {
  it.each([
    [
      'a backup moved from Singapore to Virginia',
      (log: DatabaseSync) =>
        rewrite(log, 7, ({ bytes, recordedAt }) => ({
          bytes: bytes.replace('"to":"singapore"', '"to":"virginia"'),
          recordedAt,
        })),
      'the first event that differs is at position 7',
    ],
    [
      'a time of recording moved by a millisecond',
      (log: DatabaseSync) =>
        rewrite(log, 12, ({ bytes, recordedAt }) => ({ bytes, recordedAt: recordedAt + 1 })),
      'the first event that differs is at position 12',
    ],
    [
      'the last events gone',
      (log: DatabaseSync) => {
        log.exec('DELETE FROM event WHERE position > 17');
        log.exec('UPDATE source SET count = 17');
      },
      '3 events are missing from position 18 on',
    ],
  ])('with %s is reported with the first leaf that differs', async (_, change, told) => {
    const server = await changed((log) => change(log));
    expect(await failureOf(server)).toContain(told);
    const refused = await server.post(backups(1, 99));
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toContain(told);
    // The signed checkpoint is still served, and marked; reading continues.
    const read = await server.get('/v1/events', { limit: 1 });
    expect(read.status).toBe(200);
    expect(read.headers.get('domicile-checkpoint')).toMatch(/^20, .+, stopped$/);
    expect((await server.get('/log/checkpoint')).body.split('\n')[1]).toBe('20');
  });

  it('and replaced by that of another ledger is reported from its first event on', async () => {
    const other = newDirectory();
    const another = await start(other);
    await another.record(backups(20));
    await stop();
    const server = await changed((log, file) => {
      log.close();
      copyFileSync(filesIn(other).log, file);
    });
    expect(await failureOf(server)).toContain('the first event that differs is at position 1');
  });
});
