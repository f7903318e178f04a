/** Caches the sources that name a site or party: nearly every answer needs those of its sites. */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { checkedQuery } from './checked-rows.ts';

/** Pairs of source and thing in the cache. */
const cachedMax = 100_000;
/** Sources to cache for one thing; a thing with more is read each time. */
const sourcesMax = 1_000;

/** A source that names a thing, and the position of its first event that does. */
interface NamingSource {
  readonly source: number;
  readonly position: number;
}

/** The sources that name a thing, with a cache. */
export class NamingSources {
  private readonly statements;
  private readonly cached = new LRUCache<string, ReadonlyArray<NamingSource>>({
    maxSize: cachedMax,
    sizeCalculation: (sources) => 1 + sources.length,
  });

  constructor(database: DatabaseSync) {
    this.statements = {
      name: checkedQuery(database, 'name', 'WHERE kind = ? AND name = ?'),
      sources: checkedQuery(
        database,
        'naming_source',
        'WHERE name = ? AND position <= ? ORDER BY source LIMIT ?',
      ),
    };
  }

  /** Clears the cache after more events are applied. */
  clear(): void {
    this.cached.clear();
  }

  /** The first `limit` sources that name the thing up to the position. */
  of(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<NamingSource> {
    const key = `${kind} ${name}`;
    let all = this.cached.get(key);
    if (all === undefined) {
      all = this.read(kind, name, Number.MAX_SAFE_INTEGER, sourcesMax);
      this.cached.set(key, all);
    }
    return all.length < sourcesMax ? all : this.read(kind, name, upTo, limit);
  }

  private read(
    kind: 'site' | 'party',
    name: string,
    upTo: number,
    limit: number,
  ): ReadonlyArray<NamingSource> {
    const id = this.statements.name.get(kind, name)?.id;
    if (id === undefined) return [];
    return this.statements.sources.all(Number(id), upTo, limit) as unknown as NamingSource[];
  }
}
