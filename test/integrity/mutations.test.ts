/**
 * An attacker with sqlite3 and time changes the files of a ledger: `verify` finds every change.
 *
 * `MUTATIONS=10000` sets the number of attempts; the suite makes fewer.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTreeToRead } from '../../src/integrity/tree-file.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { packBlock, unpackBlock } from '../../src/sealed-index/index-format.ts';
import { openIndexToRead } from '../../src/sealed-index/index-reader.ts';
import { keysOfLines } from '../../src/sealed-index/read-lines.ts';
import { openLogFile } from '../../src/store/open/open-log-file.ts';
import { eventChecksum } from '../../src/store/sqlite/ledger-format.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const events = 530;
const runs = Number(process.env.MUTATIONS ?? 100);

const whole = newDataDirectory();
const scratch = newDataDirectory();
const sound = filesIn(whole);
const mutated = filesIn(scratch);

beforeAll(async () => {
  const server = await LocalServer.open(whole);
  for (let first = 0; first < events; first += 265) {
    await server.record(
      Array.from({ length: 265 }, (_, index) => ({
        specversion: '1.0',
        id: `backup-${first + index}`,
        source: `/backups/${(first + index) % 3}`,
        type: 'BackupTaken',
        time: '2020-03-01T00:00:00Z',
        data: {
          backup: `b${first + index}`,
          dataset: 'tiktok/profile',
          scope: { population: 'us-users' },
          from: 'virginia',
          to: 'singapore',
        },
      })),
    );
    await vi.waitFor(
      async () => expect((await server.get('/v1/log')).body.data.checkpoint?.size).toBe(first + 265),
      { timeout: 30_000 },
    );
  }
  await vi.waitFor(
    async () => expect((await server.get('/v1/log')).body.data.index.checkpoint?.size).toBe(8),
    { timeout: 30_000 },
  );
  await server.close();
  copyFileSync(sound.signingKeys, mutated.signingKeys);
});
afterAll(() => {
  removeDirectory(whole);
  removeDirectory(scratch);
});

interface EventRow {
  position: number;
  source: number;
  id: string;
  recorded_at: number;
  attribution: number;
  bytes: Uint8Array;
}

const rowAt = (log: DatabaseSync, position: number): EventRow =>
  log.prepare('SELECT * FROM event WHERE position = ?').get(position) as unknown as EventRow;

/** Rewrites an event with a matching checksum. */
const forge = (log: DatabaseSync, row: EventRow): void => {
  const { position, source, id, recorded_at, attribution, bytes } = row;
  log
    .prepare(
      'INSERT OR REPLACE INTO event (position, source, id, recorded_at, attribution, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      position,
      source,
      id,
      recorded_at,
      attribution,
      bytes,
      eventChecksum(position, source, id, recorded_at, attribution, bytes),
    );
};

const text = (row: EventRow, edit: (json: string) => string): EventRow => ({
  ...row,
  bytes: Buffer.from(edit(Buffer.from(row.bytes).toString())),
});

/** Changes of the log that SQLite and the checksums do not detect. */
const forgeries = {
  'a backup moved to Virginia': (log: DatabaseSync, at: number) =>
    forge(
      log,
      text(rowAt(log, at), (json) => json.replace('"to":"singapore"', '"to":"virginia"')),
    ),
  'a space in the bytes': (log: DatabaseSync, at: number) =>
    forge(
      log,
      text(rowAt(log, at), (json) => json.replace('{', '{ ')),
    ),
  'a time of recording': (log: DatabaseSync, at: number) => {
    const row = rowAt(log, at);
    forge(log, { ...row, recorded_at: row.recorded_at + 1 });
  },
  'another source': (log: DatabaseSync, at: number) => {
    const row = rowAt(log, at);
    log.exec('UPDATE source SET count = count - 1 WHERE id = 1');
    log.exec('UPDATE source SET count = count + 1 WHERE id = 1');
    forge(log, { ...row, source: (row.source % 3) + 1 });
  },
  'an id': (log: DatabaseSync, at: number) => {
    const row = rowAt(log, at);
    forge(log, { ...row, id: `${row.id}x` });
  },
  'two events exchanged': (log: DatabaseSync, at: number) => {
    const other = (at % events) + 1;
    const [one, two] = [rowAt(log, at), rowAt(log, other)];
    log.prepare('DELETE FROM event WHERE position IN (?, ?)').run(at, other);
    forge(log, { ...one, position: other });
    forge(log, { ...two, position: at });
  },
  'a whole suffix': (log: DatabaseSync, at: number) => {
    for (let position = at; position <= events; position++)
      forge(
        log,
        text(rowAt(log, position), (json) => json.replace('"from":"virginia"', '"from":"dublin"')),
      );
  },
  'the end cut off': (log: DatabaseSync, at: number) => {
    log.prepare('DELETE FROM event WHERE position >= ?').run(at);
    log.exec('UPDATE source SET count = (SELECT count(*) FROM event WHERE event.source = source.id)');
  },
} as const;

const copySound = (names: ReadonlyArray<'log' | 'tree' | 'index' | 'indexTree'> = ['log', 'tree']): void => {
  for (const file of [mutated.log, mutated.tree, mutated.index, mutated.indexTree])
    for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(file + suffix, { force: true });
  for (const name of names) copyFileSync(sound[name], mutated[name]);
};
const withIndex = ['log', 'tree', 'index', 'indexTree'] as const;

/** The results of the checks of log, tree, checkpoints and sealed index. */
const verdict = async (): Promise<ReadonlyArray<string>> => {
  const settings = {
    ...(await settingsIn(scratch)),
    dataDirectory: scratch,
    vault: { url: 'http://vault.example', key: undefined },
  };
  try {
    const checks = await verifyLedger(settings, Date.now, () => {});
    return checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
  } catch {
    return ['opening'];
  }
};

/** Everything in the sealed index, and its signed checkpoints. */
const contentsOfIndex = (): unknown => {
  const index = openIndexToRead(mutated.index);
  const tree = openTreeToRead(mutated.indexTree);
  try {
    return [
      Array.from({ length: index.count() }, (_, place) => {
        const stretch = index.at(place)!;
        return [
          { ...stretch, root: Buffer.from(stretch.root).toString('hex') },
          index.isKept(stretch) ? [...index.linesOf(stretch)].flatMap(keysOfLines) : [],
        ];
      }),
      tree
        .checkpoints(Number.MAX_SAFE_INTEGER, 100)
        .map(({ root, ...rest }) => [Buffer.from(root).toString('hex'), rest]),
      Buffer.from(tree.rootAt(tree.size())).toString('hex'),
    ];
  } finally {
    tree.close();
    index.close();
  }
};

/** Everything in the log, and its signed checkpoints. */
const contents = (): string | undefined => {
  try {
    const log = openLogFile(mutated.log);
    const tree = openTreeToRead(mutated.tree);
    try {
      const said = log
        .after(0, events + 1)
        .map(({ bytes, ...event }) => [event, Buffer.from(bytes).toString()]);
      const signed = tree
        .checkpoints(Number.MAX_SAFE_INTEGER, 100)
        .map(({ root, ...rest }) => [Buffer.from(root).toString('hex'), rest]);
      return JSON.stringify([
        said,
        signed,
        Buffer.from(tree.rootAt(tree.size())).toString('hex'),
        existsSync(mutated.index) && contentsOfIndex(),
      ]);
    } finally {
      log.close();
      tree.close();
    }
  } catch {
    return undefined;
  }
};

it('given a forged log with matching checksums, verify finds every forgery', async () => {
  copySound();
  expect(await verdict()).toEqual([]);
  const kinds = Object.keys(forgeries) as ReadonlyArray<keyof typeof forgeries>;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...kinds), fc.integer({ min: 1, max: events }), async (kind, at) => {
      copySound();
      const log = new DatabaseSync(mutated.log);
      try {
        forgeries[kind](log, at);
      } catch {
        // An id that is taken is refused by SQLite itself.
        return;
      } finally {
        log.close();
      }
      const found = await verdict();
      expect(found.length, `${kind} at ${at}`).toBeGreaterThan(0);
    }),
    { numRuns: runs },
  );
});

it('given flipped and lost bytes of the files, verify finds each, or nothing recorded or signed has changed', async () => {
  const beforeOf = (names: typeof withIndex | readonly ['log', 'tree']): string => {
    copySound(names);
    const said = contents();
    expect(said).toBeDefined();
    return said!;
  };
  const [before, beforeWithIndex] = [beforeOf(['log', 'tree']), beforeOf(withIndex)];
  expect(await verdict()).toEqual([]);
  const bytesOf = new Map(withIndex.map((name) => [name, readFileSync(sound[name])]));
  await fc.assert(
    fc.asyncProperty(
      // The index is sealed again for each verification, which takes a while.
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('log', 'tree') },
        { weight: 1, arbitrary: fc.constantFrom('index', 'indexTree') },
      ),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      fc.nat(8),
      async (name, place, bit) => {
        const isOfIndex = name === 'index' || name === 'indexTree';
        copySound(isOfIndex ? withIndex : undefined);
        const bytes = Buffer.from(bytesOf.get(name)!);
        const at = Math.floor(place * bytes.length);
        // The ninth choice loses the rest of the file.
        if (bit < 8) bytes[at]! ^= 1 << bit;
        writeFileSync(mutated[name], bit < 8 ? bytes : bytes.subarray(0, at));
        const found = await verdict();
        if (found.length === 0)
          expect(contents(), `${name} at ${at}, bit ${bit}`).toBe(isOfIndex ? beforeWithIndex : before);
      },
    ),
    { numRuns: runs },
  );
  expect(existsSync(join(scratch, 'log.sqlite'))).toBe(true);
});

it.each([
  {
    what: 'a key is taken out of the index',
    change: (index: DatabaseSync) => {
      const update = index.prepare('UPDATE block SET lines = ? WHERE place = ? AND n = 0');
      for (const { place, lines } of index.prepare('SELECT place, lines FROM block WHERE n = 0').all()) {
        const block = unpackBlock(lines as Uint8Array);
        block.count--;
        update.run(packBlock(block), place!);
      }
    },
    said: /^the keys of the stretch of the events \d+ to \d+ do not match its seal$/,
  },
  {
    what: 'the largest stretch has lost its first keys',
    change: (index: DatabaseSync) =>
      index.exec('DELETE FROM block WHERE n = 0 AND place = (SELECT max(place) FROM block)'),
    said: /block 0 of stretch \d+ is missing/,
  },
  {
    what: 'keys are looked up in the wrong place',
    change: (index: DatabaseSync) =>
      index.exec("UPDATE block SET first = first || 'z' WHERE place = (SELECT max(place) FROM block)"),
    said: /^the keys of the stretch of the events \d+ to \d+ do not match its seal$/,
  },
  {
    what: 'a stretch has another root',
    change: (index: DatabaseSync) => index.exec('UPDATE seal SET root = zeroblob(32) WHERE place = 3'),
    said: /^the seal of the stretch of the events 193 to 256 does not match the log$/,
  },
])('given a sealed index in which $what, verify says so', async ({ change, said }) => {
  copySound(withIndex);
  const index = new DatabaseSync(mutated.index);
  change(index);
  index.close();
  const settings = { ...(await settingsIn(scratch)), vault: { url: 'http://vault.example', key: undefined } };
  const checks = await verifyLedger(settings, Date.now, () => {});
  expect(checks.find(({ state }) => state === 'failed')).toMatchObject({
    name: 'index',
    found: expect.stringMatching(said),
  });
});
