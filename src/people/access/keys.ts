/**
 * Keys: bearer tokens of callers, kept as hashes in a file beside the log.
 *
 * A token is `dom_` and 256 random bits; it is shown once, when it is made. The file holds its SHA-256 alone. It is
 * replaced in one step by a rename, and read again when it has changed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, list, oneOf } from '../../domain/events/codec.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';

/** What a key lets its holder do. */
export const Scope = oneOf('a scope', ['emit', 'correct', 'audit', 'admin', 'identify', 'vault']);
export type Scope = t.TypeOf<typeof Scope>;

const Key = exact(
  'a key',
  { name: lineOf('a name', 100), scopes: list(Scope), hash: t.string, createdAt: t.string },
  { revokedAt: t.string },
);
export type Key = t.TypeOf<typeof Key>;
const KeyFile = exact('a file of keys', { keys: list(Key) }, {});

/** Keys at the most. */
const keysMax = 10_000;
const tokenBytes = 32;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Why a key cannot be made or revoked. */
export type KeyProblem = 'name-taken' | 'too-many' | 'unknown-key';

export class Keys {
  readonly file: string;
  private keys: ReadonlyArray<Key> = [];
  private seen = '';
  private everSetUp = false;

  /** @throws if the file exists and is not a file of keys, so that nobody is let in by mistake. */
  constructor(file: string) {
    this.file = file;
    this.look();
  }

  private look(): void {
    if (!existsSync(this.file)) {
      this.keys = [];
      this.seen = '';
      return;
    }
    const { mtimeMs, size, ino } = statSync(this.file);
    const now = `${mtimeMs} ${size} ${ino}`;
    if (now === this.seen) return;
    const decoded = KeyFile.decode(JSON.parse(readFileSync(this.file, 'utf8')));
    if (E.isLeft(decoded))
      throw new Error(`${this.file} is not a file of keys. Restore it, or move it away and make new keys.`);
    this.keys = decoded.right.keys;
    this.everSetUp ||= this.keys.length > 0;
    this.seen = now;
  }

  private write(keys: ReadonlyArray<Key>): void {
    writeFileSync(`${this.file}.next`, JSON.stringify({ keys }, null, 2), { mode: 0o600, flush: true });
    renameSync(`${this.file}.next`, this.file);
    this.look();
  }

  /** All keys, revoked ones included. */
  all(): ReadonlyArray<Key> {
    this.look();
    return this.keys;
  }

  /**
   * Whether there is any key. Without one, everybody who can connect is let in; but if the file vanishes while the process
   * runs, nobody is.
   */
  areSetUp(): boolean {
    return this.all().length > 0 || this.everSetUp;
  }

  /** Makes a key and returns its token, which is shown only this once. */
  create(
    name: string,
    scopes: ReadonlyArray<Scope>,
    now: Instant,
    random: (bytes: number) => Uint8Array,
  ): E.Either<KeyProblem, string> {
    const keys = this.all();
    if (keys.some((key) => key.name === name && key.revokedAt === undefined)) return E.left('name-taken');
    if (keys.length >= keysMax) return E.left('too-many');
    const token = `dom_${Buffer.from(random(tokenBytes)).toString('base64url')}`;
    this.write([...keys, { name, scopes, hash: hashOf(token), createdAt: formatInstant(now) }]);
    return E.right(token);
  }

  /** Revokes the key of a name. */
  revoke(name: string, now: Instant): E.Either<KeyProblem, void> {
    const keys = this.all();
    const index = keys.findIndex((key) => key.name === name && key.revokedAt === undefined);
    if (index === -1) return E.left('unknown-key');
    this.write(keys.map((key, at) => (at === index ? { ...key, revokedAt: formatInstant(now) } : key)));
    return E.right(undefined);
  }

  /** The key of a token, unless it is unknown or revoked. */
  holderOf(token: string): Key | undefined {
    const hash = Buffer.from(hashOf(token), 'hex');
    return this.all().find(
      (key) => key.revokedAt === undefined && timingSafeEqual(Buffer.from(key.hash, 'hex'), hash),
    );
  }
}
