/**
 * Labels remembered by class of data, until an event touches what they were made of.
 */
import { LRUCache } from 'lru-cache';
import { classKey, type DataClass, overKeysOf } from '../../domain/reach/data-class.ts';
import { directEdges } from '../../domain/reach/direct-edges.ts';
import type { Labels, Via } from '../../domain/reach/labels.ts';
import type { Graph, Reach } from '../../domain/reach/reach.ts';
import { shortestPathLabels } from '../../domain/reach/shortest-paths.ts';
import { LabelColumns } from './label-columns.ts';

/** What labels are made of. */
export interface ReachSources extends Pick<Reach, 'grants' | 'sites'> {
  readonly parties: Graph;
}

/** How many labels are remembered, over all classes; the classes asked for longest ago go first. */
const rememberedLabelsMax = 1_000_000;

interface Entry {
  readonly data: DataClass;
  /** The keys of everything that a grant over the data can be over. */
  readonly keys: ReadonlyArray<string>;
  readonly labels: LabelColumns;
}

export class LabelCache {
  private readonly sources: ReachSources;
  private readonly entries: LRUCache<string, Entry>;

  constructor(sources: ReachSources, labelsMax = rememberedLabelsMax) {
    this.sources = sources;
    // A class that nobody reaches takes room too.
    this.entries = new LRUCache({ maxSize: labelsMax, sizeCalculation: ({ labels }) => labels.size + 1 });
  }

  /** The labels of the class, with paths of those kinds of edges alone. */
  labels(data: DataClass, via?: Via): Labels {
    const key = via === undefined ? classKey(data) : `${classKey(data)} | ${[...via].sort().join(' ')}`;
    let entry = this.entries.get(key);
    if (entry === undefined) {
      const direct = directEdges(this.sources, data);
      const labels = new LabelColumns(shortestPathLabels(this.sources.parties, direct, via));
      entry = { data, keys: overKeysOf(data), labels };
      this.entries.set(key, entry);
    }
    return entry.labels;
  }

  /** Forgets the labels that an edge to one of the parties could change: those of data that the party reaches. */
  partiesChanged(parties: ReadonlyArray<string>): void {
    if (parties.length > 0) this.forget(({ labels }) => parties.some((party) => labels.has(party)));
  }

  /** Forgets the labels of data at the site. */
  siteChanged(site: string): void {
    this.forget(({ data }) => data.site === site);
  }

  /** Forgets the labels of data that grants over these keys cover. */
  grantsChanged(keys: ReadonlySet<string>): void {
    if (keys.size > 0) this.forget((entry) => entry.keys.some((key) => keys.has(key)));
  }

  private forget(isStale: (entry: Entry) => boolean): void {
    const stale = [...this.entries].filter(([, entry]) => isStale(entry));
    for (const [key] of stale) this.entries.delete(key);
  }
}
