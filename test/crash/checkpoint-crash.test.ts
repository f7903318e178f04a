/**
 * A server that is killed while it records and signs: no checkpoint that anybody saw is ever contradicted.
 */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, it } from 'vitest';
import { type Checkpoint, parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { verifyConsistency } from '../../src/integrity/merkle-tree.ts';
import { fromBase64, parseNote, verifyNote } from '../../src/integrity/signed-note.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const rounds = Number(process.env.CRASH_ROUNDS ?? 6);
const directory = newDataDirectory();
afterAll(() => removeDirectory(directory));

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(String(either.left));
  return either.right;
};

/** The checkpoint that is served, verified; none before the first. */
const served = async (
  server: ServerProcess,
  keys: ReadonlyArray<VerifierKey>,
): Promise<Checkpoint | undefined> => {
  const { status, body } = await server.get('/log/checkpoint');
  if (status === 503) return undefined;
  const note = right(parseNote(body));
  right(verifyNote(note, keys));
  return right(parseCheckpoint(note.text));
};

const keysOf = async (server: ServerProcess): Promise<ReadonlyArray<VerifierKey>> =>
  (await server.get('/v1/log')).body.data.verifierKeys.map((vkey: string) => right(parseVerifierKey(vkey)));

it(`given ${rounds} kills at random moments, each later checkpoint is shown to begin with every earlier one that was served`, async () => {
  const seen = new Map<number, Checkpoint>();
  let keys: ReadonlyArray<VerifierKey> | undefined;
  for (let round = 0; round < rounds; round++) {
    const server = await ServerProcess.start({ directory });
    const now = await keysOf(server);
    keys ??= now;
    expect(now.map(({ vkey }) => vkey)).toEqual(keys.map(({ vkey }) => vkey));
    const killAt = performance.now() + 200 + Math.random() * 2_500;
    for (let batch = 0; performance.now() < killAt; batch++) {
      await server.record(
        Array.from({ length: 40 }, (_, index) => ({
          specversion: '1.0',
          id: `${round}-${batch}-${index}`,
          source: '/crash',
          type: 'PartyRegistered',
          time: '2020-01-01T00:00:00Z',
          data: { party: `party-${index}`, kind: 'organisation', name: 'A party' },
        })),
      );
      const checkpoint = await served(server, keys);
      if (checkpoint !== undefined) seen.set(checkpoint.size, checkpoint);
    }
    await server.end('SIGKILL');
  }

  const server = await ServerProcess.start({ directory });
  const head = Number((await server.get('/readyz')).body.head);
  await expect.poll(async () => (await served(server, keys!))?.size, { interval: 100 }).toBe(head);
  const last = (await served(server, keys!))!;
  expect(seen.size).toBeGreaterThan(1);
  for (const earlier of seen.values()) {
    if (earlier.size === 0) continue;
    const { body } = await server.get('/v1/log/consistency', { from: earlier.size, to: last.size });
    const proof = body.data.proof.map((hash: string) => fromBase64(hash)!);
    expect(verifyConsistency(earlier, last, proof), `${earlier.size} in ${last.size}`).toBe(true);
  }
  await server.end();
});
