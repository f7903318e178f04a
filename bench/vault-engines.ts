/**
 * Compares engines that could find people in the vault, on the same work. New people are admitted ten thousand at a
 * time (each looked up first, and durable before the next). Then known and unknown ones are looked up one by one.
 * Each engine stores two directions: from the identifier to the pseudonym, and back.
 *
 * `--people N` (default 1,000,000). Engines that are not dependencies are measured if installed: `npm install
 * --no-save lmdb classic-level`.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { openSqliteVault } from '../src/people/vault/sqlite-vault.ts';
import { inFolder, printTable, rate } from './measure.ts';

const batch = 10_000;
const lookups = 5_000;

const { values } = parseArgs({ options: { people: { type: 'string', default: '1000000' } } });
const people = Number(values.people);

interface Engine {
  admit(identifiers: ReadonlyArray<string>): unknown;
  /** How many of them are known. */
  find(identifiers: ReadonlyArray<string>): number | Promise<number>;
  close(): unknown;
}

const counted = (identifiers: ReadonlyArray<string>, isKnown: (identifier: string) => boolean): number =>
  identifiers.reduce((sum, identifier) => sum + (isKnown(identifier) ? 1 : 0), 0);

const sortedRuns = (folder: string): Engine => {
  const vault = openSqliteVault(join(folder, 'vault.sqlite'), { now: Date.now, random: randomBytes });
  return {
    admit: (identifiers) => vault.admit(identifiers),
    find: (identifiers) => counted(identifiers, (each) => vault.pseudonymOf(each) !== undefined),
    close: () => vault.close(),
  };
};

const sqlite = (folder: string): Engine => {
  const database = new DatabaseSync(join(folder, 'people.sqlite'));
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -524288;
     CREATE TABLE identifier (identifier TEXT PRIMARY KEY, pseudonym BLOB) WITHOUT ROWID;
     CREATE TABLE pseudonym (pseudonym BLOB PRIMARY KEY, identifier TEXT) WITHOUT ROWID`,
  );
  const select = database.prepare('SELECT pseudonym FROM identifier WHERE identifier = ?');
  const [there, back] = ['identifier', 'pseudonym'].map((table) =>
    database.prepare(`INSERT INTO ${table} VALUES (?, ?)`),
  );
  const isKnown = (identifier: string): boolean => select.get(identifier) !== undefined;
  return {
    admit: (identifiers) => {
      database.exec('BEGIN');
      for (const identifier of identifiers) {
        if (isKnown(identifier)) continue;
        const pseudonym = randomBytes(16);
        there!.run(identifier, pseudonym);
        back!.run(pseudonym, identifier);
      }
      database.exec('COMMIT');
    },
    find: (identifiers) => counted(identifiers, isKnown),
    close: () => database.close(),
  };
};

/** A package that may not be installed; then its types are missing, too. */
const optional = async (name: string): Promise<Record<string, Foreign> | undefined> => {
  try {
    return (await import(name)) as Record<string, Foreign>;
  } catch {
    return undefined;
  }
};

/** The used parts of the packages. */
interface ForeignStore {
  get(key: Buffer): unknown;
  put(key: Buffer, value: Buffer): unknown;
  openDB(options: object): ForeignStore;
  transaction(act: () => void): Promise<void>;
  readonly flushed: Promise<void>;
  open(): Promise<void>;
  getMany(keys: ReadonlyArray<Buffer>): Promise<ReadonlyArray<unknown>>;
  batch(operations: ReadonlyArray<object>, options: object): Promise<void>;
  close(): Promise<void>;
}
type Foreign = ((options: object) => ForeignStore) & (new (path: string, options: object) => ForeignStore);

const lmdb = async (folder: string): Promise<Engine | undefined> => {
  const open = (await optional('lmdb'))?.open;
  if (open === undefined) return undefined;
  const binary = { keyEncoding: 'binary', encoding: 'binary' };
  const root = open({ path: join(folder, 'lmdb'), maxDbs: 2, ...binary });
  const [there, back] = ['identifier', 'pseudonym'].map((name) => root.openDB({ name, ...binary }));
  return {
    admit: async (identifiers) => {
      await root.transaction(() => {
        for (const identifier of identifiers) {
          const key = Buffer.from(identifier);
          if (there!.get(key) !== undefined) continue;
          const pseudonym = randomBytes(16);
          there!.put(key, pseudonym);
          back!.put(pseudonym, key);
        }
      });
      await root.flushed;
    },
    find: (identifiers) => counted(identifiers, (each) => there!.get(Buffer.from(each)) !== undefined),
    close: () => root.close(),
  };
};

const level = async (folder: string): Promise<Engine | undefined> => {
  const Level = (await optional('classic-level'))?.ClassicLevel;
  if (Level === undefined) return undefined;
  const encodings = { keyEncoding: 'buffer', valueEncoding: 'buffer' };
  const store = new Level(join(folder, 'level'), {
    ...encodings,
    cacheSize: 256 * 1_024 * 1_024,
    writeBufferSize: 64 * 1_024 * 1_024,
    compression: false,
  });
  await store.open();
  const keyOf = (identifier: string): Buffer => Buffer.from(`i${identifier}`);
  return {
    admit: async (identifiers) => {
      const keys = identifiers.map(keyOf);
      const known = await store.getMany(keys);
      const operations = keys.flatMap((key, place) => {
        if (known[place] !== undefined) return [];
        const pseudonym = randomBytes(16);
        return [
          { type: 'put', key, value: pseudonym },
          { type: 'put', key: Buffer.concat([Buffer.from('p'), pseudonym]), value: key },
        ];
      });
      await store.batch(operations, { sync: true });
    },
    find: async (identifiers) =>
      (await store.getMany(identifiers.map(keyOf))).filter((each) => each !== undefined).length,
    close: () => store.close(),
  };
};

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) =>
      sum +
      (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size),
    0,
  );

const identifierOf = (person: number): string =>
  `user-${((person * 2_654_435_761) % 4_294_967_296).toString(36)}-${person.toString(36)}`;

const microseconds = async (engine: Engine, identifiers: ReadonlyArray<string>, known: number) => {
  const began = performance.now();
  const found = await engine.find(identifiers);
  if (found !== known) throw new Error(`${found} of ${identifiers.length} are known, not ${known}`);
  return (((performance.now() - began) * 1_000) / identifiers.length).toFixed(1);
};

const rows: string[][] = [
  ['', 'new people', 'processor each', 'find a known one', 'an unknown one', 'bytes each', 'resident (MiB)'],
];
const measure = async (
  name: string,
  open: (folder: string) => Engine | undefined | Promise<Engine | undefined>,
): Promise<void> =>
  inFolder(async (folder) => {
    const engine = await open(folder);
    if (engine === undefined) {
      rows.push([name, 'not installed', '', '', '', '', '']);
      return;
    }
    const usedBefore = process.cpuUsage();
    let seconds = 0;
    for (let from = 0; from < people; from += batch) {
      const identifiers = Array.from({ length: batch }, (_, place) => identifierOf(from + place));
      const began = performance.now();
      await engine.admit(identifiers);
      seconds += (performance.now() - began) / 1_000;
    }
    const used = process.cpuUsage(usedBefore);
    const some = Array.from({ length: lookups }, (_, place) =>
      identifierOf(Math.floor((place * people) / lookups)),
    );
    const known = await microseconds(engine, some, lookups);
    const unknown = await microseconds(
      engine,
      some.map((each) => `${each}x`),
      0,
    );
    const resident = Math.round(process.memoryUsage().rss / 2 ** 20);
    await engine.close();
    rows.push([
      name,
      rate(people, seconds),
      `${((used.user + used.system) / people).toFixed(1)} µs`,
      `${known} µs`,
      `${unknown} µs`,
      (bytesIn(folder) / people).toFixed(0),
      String(resident),
    ]);
  });

await measure('sorted runs with filters', sortedRuns);
await measure('SQLite, two B-trees', sqlite);
await measure('LMDB', lmdb);
await measure('LevelDB', level);
printTable(`Engines for the vault: ${people.toLocaleString('en')} people, ten thousand at a time`, rows);
