/**
 * A server that is killed while it records, signs and rotates its keys: no published checkpoint is ever
 * contradicted, and the log names each new key.
 */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, it } from 'vitest';
import { type Checkpoint, parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { verifyConsistency } from '../../src/integrity/merkle-tree.ts';
import { fromBase64, parseNote, verifyNote } from '../../src/integrity/signed-note.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const rounds = Number(process.env.CRASH_ROUNDS ?? 3);
const directory = newDataDirectory();
afterAll(() => removeDirectory(directory));

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(String(either.left));
  return either.right;
};

/** The served checkpoint, verified; undefined before the first. */
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

/** Rotates the keys or retires the earlier ones; a kill may interrupt it. */
const rotate = (server: ServerProcess, round: number): Promise<unknown> =>
  server
    .request(round % 2 === 0 ? '/v1/log/keys' : '/v1/log/keys/earlier', {
      method: round % 2 === 0 ? 'POST' : 'DELETE',
    })
    .catch(() => undefined);

it(`given ${rounds} kills at random moments while keys are rotated, each later checkpoint extends every earlier one, and the log names each key`, async () => {
  const seen = new Map<number, Checkpoint>();
  const known = new Map<string, VerifierKey>();
  const learnKeys = async (server: ServerProcess): Promise<void> => {
    for (const key of await keysOf(server)) known.set(key.vkey, key);
  };
  for (let round = 0; round < rounds; round++) {
    const server = await ServerProcess.start({ directory });
    if (round > 0) expect((await keysOf(server)).some(({ vkey }) => known.has(vkey))).toBe(true);
    const killAt = performance.now() + 200 + Math.random() * 2_500;
    // A kill mostly interrupts what happens just before it.
    const rotateAt = killAt - Math.random() * (Math.random() < 0.5 ? 30 : 1_000);
    let rotating: Promise<unknown> | undefined;
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
      if (performance.now() > rotateAt) rotating ??= rotate(server, round);
      await learnKeys(server);
      const checkpoint = await served(server, [...known.values()]);
      if (checkpoint !== undefined) seen.set(checkpoint.size, checkpoint);
    }
    await server.end('SIGKILL');
    await rotating;
  }

  const server = await ServerProcess.start({ directory });
  await expect
    .poll(
      async () => {
        await learnKeys(server);
        const head = Number((await server.get('/readyz')).body.head);
        return (await served(server, [...known.values()]))?.size === head;
      },
      { interval: 100 },
    )
    .toBe(true);
  const named = (await server.get('/v1/events', { type: 'SigningKeyRotated', limit: 1_000 })).body.data.map(
    ({ data }: { data: { key: string } }) => data.key,
  );
  // All keys except those with which the log began.
  const unnamed = [...known.keys()].filter((vkey) => !named.includes(vkey));
  expect(unnamed).toHaveLength(2);
  expect(known.size).toBeGreaterThan(2);
  const last = (await served(server, [...known.values()]))!;
  expect(seen.size).toBeGreaterThan(1);
  for (const earlier of seen.values()) {
    if (earlier.size === 0) continue;
    const { body } = await server.get('/v1/log/consistency', { from: earlier.size, to: last.size });
    const proof = body.data.proof.map((hash: string) => fromBase64(hash)!);
    expect(verifyConsistency(earlier, last, proof), `${earlier.size} in ${last.size}`).toBe(true);
  }
  await server.end();
});
