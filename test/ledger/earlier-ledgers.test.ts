/** Ledgers of earlier versions: each opens, keeps its content, and continues. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { lastSealedSize } from '../../src/sealed-index/stretches.ts';
import { enrolled } from '../support/given-events.ts';
import { Client, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const folder = join(import.meta.dirname, 'earlier');
const earlier = readdirSync(folder).filter((name) => name.endsWith('.tar.gz'));

/** A caller with the ledger's key, and the ledger. */
const opened = async (directory: string) => {
  const settings = {
    ...(await settingsIn(directory)),
    store: `sqlite:${directory}`,
    origin: 'domicile.local/ledger',
  };
  const ledger = await openLedger(settings);
  await ledger.ready();
  const app = createApp(ledger, pino({ level: 'silent' }));
  const authorization = `Bearer ${readFileSync(join(directory, 'token.txt'), 'utf8').trim()}`;
  const client = new Client(async (path, init = {}) =>
    app.request(path, { ...init, headers: { ...(init.headers as Record<string, string>), authorization } }),
  );
  return { settings, ledger, client };
};

describe('given a ledger that an earlier version wrote', () => {
  it('then there is one of each combination of formats', () => {
    expect(earlier).toHaveLength(7);
  });

  it.each(earlier)(
    'when %s is opened, then its answers, people, keys and reads are there, erased people are not, and it continues',
    async (name) => {
      const directory = newDataDirectory();
      try {
        const { status } = spawnSync('tar', ['-xzf', join(folder, name), '-C', directory]);
        expect(status).toBe(0);
        const { settings, ledger, client } = await opened(directory);
        const head = ledger.parts.log.head();
        const where = async (subject: string, atLeast: number) => {
          const query = { validAt: '2022-06-30', atLeast };
          const { status, body } = await client.get(`/v1/subjects/${subject}/residency`, query);
          return status === 200
            ? body.data.map(({ site, kind, backup, since, overdue }: Record<string, unknown>) => [
                site,
                kind,
                backup,
                since,
                overdue,
              ])
            : status;
        };
        const live = ['oracle-ashburn', 'live', null, '2022-06-17T00:00:00.000Z', false];
        const backup = ['singapore', 'backup', 'b1', '2020-03-01T00:00:00.000Z', true];
        expect(await where('ana', head)).toEqual([live, backup]);
        expect(await where('ben', head)).toEqual([live]);
        expect(await where('chen', head)).toBe(404);
        expect((await client.get('/v1/reads', { subject: 'ana' })).body.data[0]).toMatchObject({
          reader: 'auditor',
          question: 'residency',
        });
        const without = new Client(async (path, init) =>
          createApp(ledger, pino({ level: 'silent' })).request(path, init),
        );
        expect((await without.get('/v1/sites')).status).toBe(401);
        const position = Number(await client.record([enrolled('later', 'dora', 'us-users')]));
        expect(position).toBe(head + 1);
        expect(await where('dora', position)).not.toBe(404);
        await expect.poll(() => ledger.parts.merkle.state.signed?.size).toBe(position);
        await expect.poll(() => ledger.parts.sealed?.state.sealedSize).toBe(lastSealedSize(position));
        expect(ledger.parts.sealed?.state.stop).toBeUndefined();
        await ledger.close();
        const checks = await verifyLedger(
          settings,
          () => Date.now(),
          () => undefined,
        );
        expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
      } finally {
        removeDirectory(directory);
      }
    },
  );
});
