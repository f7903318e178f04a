/**
 * Keys: bearer tokens of callers, stored as hashes in a file beside the log.
 *
 * A token is `dom_` and 256 random bits. It is shown once, when it is created. The file contains only its SHA-256,
 * and is read again when it has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Bounds, boundsGiven } from '../../domain/recording/bounds.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import { changeAlone, type Key, readKeyFile, writeKeyFile } from './key-file.ts';
import type { Scope } from './scopes.ts';

/** The maximum number of keys. */
const keysMax = 10_000;
const tokenBytes = 32;

const tokenPrefix = 'dom_';

/** Whether a token has the form of a key's token. */
export const isTokenOfKey = (token: string): boolean => token.startsWith(tokenPrefix);

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Why a key cannot be created or revoked. */
export type KeyProblem = 'name-taken' | 'too-many' | 'unknown-key';

const marking = `This ledger has had keys. Without keys.json it admits nobody: restore it, or create new keys with
\`domicile keys create\`. Delete this file to admit everybody on this machine again without a key.
`;

/** The keys in a file, which other processes may change (R24). */
export class Keys {
  readonly file: string;
  /** The file that marks that there were keys, even if the file of keys is lost. */
  private readonly mark: string;
  private keys: ReadonlyArray<Key> = [];
  private byHash: ReadonlyMap<string, Key> = new Map();
  private seen = '';
  private everSetUp: boolean;

  /** @throws StoreUnusable if the file exists and is not a file of keys, so that nobody gets access by mistake. */
  constructor(file: string) {
    this.file = file;
    this.mark = join(dirname(file), 'keys-required');
    this.everSetUp = existsSync(this.mark);
    this.look();
  }

  /** Marks that there are keys, so that this is known even if their file is lost. Earlier versions left no mark. */
  keepMark(): void {
    if (this.areSetUp()) this.setMark();
  }

  private setMark(): void {
    this.everSetUp = true;
    if (!existsSync(this.mark)) writeFileSync(this.mark, marking, { mode: 0o600, flush: true });
  }

  private look(): void {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    const now = stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (now === this.seen) return;
    this.keys = stat === undefined ? [] : readKeyFile(this.file);
    this.byHash = new Map(this.keys.map((key) => [key.hash, key]));
    this.everSetUp ||= this.keys.length > 0;
    this.seen = now;
  }

  /** Changes the keys while no other process does. */
  private change<A>(
    change: (keys: ReadonlyArray<Key>) => E.Either<KeyProblem, readonly [Key[], A]>,
  ): E.Either<KeyProblem, A> {
    return changeAlone(this.file, () => {
      this.seen = ' ';
      this.look();
      return pipe(
        change(this.keys),
        E.map(([keys, result]) => {
          this.setMark();
          writeKeyFile(this.file, keys);
          this.look();
          return result;
        }),
      );
    });
  }

  /** All keys, including revoked ones. */
  all(): ReadonlyArray<Key> {
    this.look();
    return this.keys;
  }

  /**
   * Whether there is or ever was a key. Before that, everybody who can connect has access. Afterwards a key is
   * required, even if the file is lost.
   */
  areSetUp(): boolean {
    return this.all().length > 0 || this.everSetUp;
  }

  /** Whether there were keys and their file is gone, so that nobody has access. */
  areLost(): boolean {
    return this.all().length === 0 && this.everSetUp;
  }

  /** Why the keys cannot be read; undefined when they can. */
  fault(): string | undefined {
    try {
      return this.areLost() ? 'keys.json is lost: nobody is admitted until there are keys' : undefined;
    } catch {
      return 'keys.json is not a file of keys: nobody is admitted';
    }
  }

  /**
   * Creates a key and returns its token, which is never shown again.
   *
   * @throws StoreUnusable if the file is not a file of keys.
   */
  create(
    name: string,
    scopes: ReadonlyArray<Scope>,
    now: Instant,
    random: (bytes: number) => Uint8Array,
    bounds: Bounds = {},
  ): E.Either<KeyProblem, string> {
    return this.change((keys): E.Either<KeyProblem, readonly [Key[], string]> => {
      if (keys.some((key) => key.name === name && key.revokedAt === undefined)) return E.left('name-taken');
      if (keys.length >= keysMax) return E.left('too-many');
      const token = `${tokenPrefix}${Buffer.from(random(tokenBytes)).toString('base64url')}`;
      const made = {
        name,
        scopes,
        hash: hashOf(token),
        createdAt: formatInstant(now),
        ...boundsGiven(bounds),
      };
      return E.right([[...keys, made], token]);
    });
  }

  /**
   * Revokes the key with a name.
   *
   * @throws StoreUnusable if the file is not a file of keys.
   */
  revoke(name: string, now: Instant): E.Either<KeyProblem, void> {
    return this.change((keys): E.Either<KeyProblem, readonly [Key[], undefined]> => {
      const index = keys.findIndex((key) => key.name === name && key.revokedAt === undefined);
      if (index === -1) return E.left('unknown-key');
      const revokedAt = formatInstant(now);
      return E.right([keys.map((key, at) => (at === index ? { ...key, revokedAt } : key)), undefined]);
    });
  }

  /** The key of a token, unless it is unknown or revoked. */
  holderOf(token: string): Key | undefined {
    return this.active(hashOf(token));
  }

  /** Whether a key that was accepted is still the same: neither revoked nor changed. */
  isStill(key: Key): boolean {
    return this.active(key.hash) === key || JSON.stringify(this.active(key.hash)) === JSON.stringify(key);
  }

  private active(hash: string): Key | undefined {
    this.look();
    const key = this.byHash.get(hash);
    return key?.revokedAt === undefined ? key : undefined;
  }
}
