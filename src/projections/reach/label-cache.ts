/**
 * Labels remembered by class of data, until an event touches what they were made of.
 */
import { LRUCache } from 'lru-cache';
import { classKey, type DataClass, overKey, overKeysOf } from '../../domain/reach/data-class.ts';
import { directEdges } from '../../domain/reach/direct-edges.ts';
import type { Labels, Via } from '../../domain/reach/labels.ts';
import type { GoOn, Graph, Reach } from '../../domain/reach/reach.ts';
import { shortestPathLabels } from '../../domain/reach/shortest-paths.ts';
import { LabelColumns } from './label-columns.ts';
import { SharedLabels } from './shared-labels.ts';

/** What labels are made of. */
export interface ReachSources extends Pick<Reach, 'grants' | 'sites'> {
  readonly parties: Graph;
}

/** How many labels are remembered, over all classes; the classes asked for longest ago go first. */
const rememberedLabelsMax = 1_000_000;

/** Reading this many labels, as a power of two, is one step. */
const readingShift = 3;

interface Entry {
  /** What it is cached under. */
  readonly key: string;
  /** The keys of everything that a grant over the data can be over. */
  readonly overKeys: ReadonlyArray<string>;
  readonly labels: LabelColumns;
}

export class LabelCache {
  private readonly sources: ReachSources;
  private readonly entries: LRUCache<string, Entry>;
  private readonly shared: SharedLabels;
  /** The cached entries by each of their `overKeys`: a late grant looks at those alone that it covers. */
  private readonly byOverKey = new Map<string, Set<Entry>>();

  constructor(sources: ReachSources, labelsMax = rememberedLabelsMax) {
    this.sources = sources;
    this.shared = new SharedLabels(sources.grants, Math.floor(labelsMax / 2));
    this.entries = new LRUCache({
      maxSize: labelsMax,
      // A class that nobody reaches takes room too.
      sizeCalculation: ({ labels }) => labels.size + 1,
      onInsert: (entry) => this.index(entry),
      dispose: (entry) => this.unindex(entry),
    });
  }

  /** The labels of the class, with paths of those kinds of edges alone. */
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
    // Questions about labels read through it.
    goOn(entry.labels.size >> readingShift);
    return entry.labels;
  }

  /** Forgets the labels that an edge to one of the parties could change: those of data that the party reaches. */
  partiesChanged(parties: ReadonlyArray<string>): void {
    if (parties.length === 0) return;
    this.shared.clear();
    const stale: Entry[] = [];
    this.entries.forEach((entry) => {
      if (parties.some((party) => entry.labels.has(party))) stale.push(entry);
    });
    this.forget(stale);
  }

  /** Forgets the labels of data at the site. */
  siteChanged(site: string): void {
    this.shared.clear();
    this.grantsChanged(new Set([overKey({ site })]));
  }

  /** Forgets the labels of data that grants over these keys cover. */
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
