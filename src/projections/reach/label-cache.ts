/** Labels cached by class of data, until an event changes one of their inputs. */
import { LRUCache } from 'lru-cache';
import { classKey, type DataClass, overKey, overKeysOf } from '../../domain/reach/data-class.ts';
import { directEdges } from '../../domain/reach/direct-edges.ts';
import type { Labels, Via } from '../../domain/reach/labels.ts';
import type { GoOn, Graph, Reach } from '../../domain/reach/reach.ts';
import { shortestPathLabels } from '../../domain/reach/shortest-paths.ts';
import { LabelColumns } from './label-columns.ts';
import { SharedLabels } from './shared-labels.ts';

/** The inputs of labels. */
export interface ReachSources extends Pick<Reach, 'grants' | 'sites'> {
  readonly parties: Graph;
}

/** Labels to cache over all classes; the least recently used classes are dropped. */
const rememberedLabelsMax = 1_000_000;

/** Reading two to the power of this many labels is one step. */
const readingShift = 3;

interface Entry {
  /** The key of the cache. */
  readonly key: string;
  /** The keys of everything through which a grant can cover the data. */
  readonly overKeys: ReadonlyArray<string>;
  readonly labels: LabelColumns;
}

/** The labels of classes of data, with a cache. */
export class LabelCache {
  private readonly sources: ReachSources;
  private readonly entries: LRUCache<string, Entry>;
  private readonly shared: SharedLabels;
  /** The cached entries by each of their `overKeys`: a late grant affects only those that it covers. */
  private readonly byOverKey = new Map<string, Set<Entry>>();

  constructor(sources: ReachSources, labelsMax = rememberedLabelsMax) {
    this.sources = sources;
    this.shared = new SharedLabels(sources.grants, Math.floor(labelsMax / 2));
    this.entries = new LRUCache({
      maxSize: labelsMax,
      // A class that nobody reaches also takes memory.
      sizeCalculation: ({ labels }) => labels.size + 1,
      onInsert: (entry) => this.index(entry),
      dispose: (entry) => this.unindex(entry),
    });
  }

  /** The labels of the class, with paths of only these kinds of edges. */
  labels(data: DataClass, via?: Via, goOn: GoOn = () => {}): Labels {
    const key = via === undefined ? classKey(data) : `${[...via].sort().join(' ')}\n\n${classKey(data)}`;
    goOn(data.populations.length >> readingShift);
    let entry = this.entries.get(key);
    if (entry === undefined) {
      const labels = this.shared.of(data, via, () => {
        const direct = directEdges(this.sources, data);
        return new LabelColumns(shortestPathLabels(this.sources.parties, direct, via, undefined, goOn));
      });
      entry = { key, overKeys: overKeysOf(data), labels };
      this.entries.set(key, entry);
    }
    // Reading cached labels also counts as work of the question.
    goOn(entry.labels.size >> readingShift);
    return entry.labels;
  }

  /** Drops the labels that an edge to one of the parties could change: those of data that the party reaches. */
  partiesChanged(parties: ReadonlyArray<string>): void {
    if (parties.length === 0) return;
    this.shared.clear();
    const stale: Entry[] = [];
    this.entries.forEach((entry) => {
      if (parties.some((party) => entry.labels.has(party))) stale.push(entry);
    });
    this.forget(stale);
  }

  /** Drops the labels of data at the site. */
  siteChanged(site: string): void {
    this.shared.clear();
    this.grantsChanged(new Set([overKey({ site })]));
  }

  /** Drops the labels of data that grants over these keys cover. */
  grantsChanged(keys: ReadonlySet<string>): void {
    for (const key of keys) this.forget([...(this.byOverKey.get(key) ?? [])]);
  }

  private forget(stale: ReadonlyArray<Entry>): void {
    for (const { key } of stale) this.entries.delete(key);
  }

  private index(entry: Entry): void {
    for (const key of entry.overKeys) {
      const entries = this.byOverKey.get(key);
      if (entries === undefined) this.byOverKey.set(key, new Set([entry]));
      else entries.add(entry);
    }
  }

  private unindex(entry: Entry): void {
    for (const key of entry.overKeys) {
      const entries = this.byOverKey.get(key);
      entries?.delete(entry);
      if (entries?.size === 0) this.byOverKey.delete(key);
    }
  }
}
