/**
 * Backups of a ledger that records and erases continuously. Each is killed at a random instant, or made while the
 * server is killed. Each restores to a complete ledger that verifies against its checkpoint, or is reported as
 * incomplete.
 *
 * `BACKUP_ROUNDS` sets the number of backups.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { backupNames, readManifest } from '../../src/ledger/backup/backup-format.ts';
import { restoreBackup } from '../../src/ledger/backup/restore-backup.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import { finished, start } from '../cli/command-line.ts';
import { enrolled } from '../support/given-events.ts';
import { newDataDirectory, removeDirectory, ServerProcess, settingsIn } from '../support/server.ts';

const rounds = Number(process.env.BACKUP_ROUNDS ?? 3);
const testMsMax = 60_000 + rounds * 20_000;
/** The approximate duration of a backup; kills are spread over it. */
const backupMsMax = 1_200;

const whole = (below: number): number => Math.floor(Math.random() * below);

/** Records people, and erases some of them, until stopped or the server is gone. */
class Writer {
  private readonly name: string;
  private number = 0;
  /** The acknowledged position and erasures. */
  position = 0;
  readonly erased: string[] = [];
  readonly kept: string[] = [];
  isStopped = false;

  constructor(name: string) {
    this.name = name;
  }

  async run(server: ServerProcess): Promise<void> {
    while (!this.isStopped) {
      const number = this.number++;
      const [gone, kept] = [`${this.name}-gone-${number}`, `${this.name}-kept-${number}`];
      try {
        const reply = await server.post([
          enrolled(`${this.name}/${number}/gone`, gone),
          enrolled(`${this.name}/${number}/kept`, kept),
        ]);
        expect(reply.status).toBe(201);
        this.position = Math.max(this.position, Number(reply.body.position));
        this.kept.push(kept);
        const { status } = await server.delete(`/v1/subjects/${gone}`);
        // While the vault is being copied, nobody can be erased from it.
        expect([204, 503]).toContain(status);
        if (status === 204) this.erased.push(gone);
      } catch (error) {
        if (server.alive() && !(error instanceof TypeError)) throw error;
        return;
      }
    }
  }
}

describe(`${rounds} backups of a ledger that records and erases`, () => {
  const ledger = newDataDirectory();
  const backups = newDataDirectory();
  const writers = ['one', 'two'].map((name) => new Writer(name));
  let server: ServerProcess | undefined;
  const store = `sqlite:${ledger}`;

  afterAll(async () => {
    await server?.end('SIGKILL');
    removeDirectory(ledger);
    removeDirectory(backups);
  });

  /** What a backup must hold: what was acknowledged before it began. */
  const acknowledged = () => ({
    position: Math.max(...writers.map(({ position }) => position)),
    erased: writers.flatMap(({ erased }) => erased),
    kept: writers.flatMap(({ kept }) => kept),
  });

  const restoresWhole = async (name: string, before: ReturnType<typeof acknowledged> | undefined) => {
    const target = newDataDirectory();
    try {
      const settings = {
        ...(await settingsIn(target)),
        store: `sqlite:${target}`,
        origin: 'domicile.local/ledger',
      };
      const now = () => Date.now();
      const restored = await restoreBackup(backups, settings, {
        now,
        name,
        onFile: () => undefined,
        replace: false,
        discardNewer: false,
      });
      if (E.isLeft(restored)) throw new Error(restored.left.message);
      const { checks, manifest } = restored.right;
      expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
      expect(manifest.tree?.size).toBeLessThanOrEqual(manifest.events!);
      if (before === undefined) return;
      expect(manifest.events).toBeGreaterThanOrEqual(before.position);
      const vault = openSqliteVault(filesIn(target).vault, { now, random: randomBytes });
      expect(before.erased.filter((person) => vault.pseudonymOf(person) !== undefined)).toEqual([]);
      expect(before.kept.filter((person) => vault.pseudonymOf(person) === undefined)).toEqual([]);
      vault.close();
    } finally {
      removeDirectory(target);
    }
  };

  it(
    'each restore to a whole ledger, or do not count',
    async () => {
      let made = 0;
      for (let round = 0; round < rounds; round++) {
        server = await ServerProcess.start({ directory: ledger, environment: { LEDGER_STORE: store } });
        const writing = writers.map((writer) => writer.run(server!));
        await sleep(whole(200));
        const known = new Set(backupNames(backups));
        const before = acknowledged();
        const child = start(['backup', backups, '--data', ledger, '--keep', '3']);
        const ended = finished(child);
        const isKilled = round % 2 === 1;
        const timer = isKilled ? setTimeout(() => child.kill('SIGKILL'), whole(backupMsMax)) : undefined;
        if (round % 4 === 2) {
          await sleep(whole(backupMsMax));
          await server.end('SIGKILL');
        }
        const { code, notes } = await ended;
        clearTimeout(timer);
        for (const writer of writers) writer.isStopped = true;
        await Promise.all(writing);
        await server.end(whole(2) === 0 ? 'SIGKILL' : 'SIGTERM');
        for (const writer of writers) writer.isStopped = false;

        const names = backupNames(backups);
        const fresh = names.filter((name) => !known.has(name));
        expect(names.filter((name) => E.isLeft(readManifest(backups, name)))).toEqual([]);
        if (!isKilled) expect([code, notes, fresh.length]).toEqual([0, '', 1]);
        for (const name of fresh) await restoresWhole(name, before);
        made += fresh.length;
        // Earlier ones are still complete.
        if (fresh.length === 0 && names[0] !== undefined) await restoresWhole(names[0], undefined);
      }
      expect(made).toBeGreaterThanOrEqual(rounds / 2);
    },
    testMsMax,
  );
});
