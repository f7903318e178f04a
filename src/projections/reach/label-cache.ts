/**
 * Labels remembered by class of data, until an event touches what they were made of.
 */
import { classKey, type DataClass, overKeysOf } from '../../domain/reach/data-class.ts';
import { directEdges } from '../../domain/reach/direct-edges.ts';
import type { Labels, Via } from '../../domain/reach/labels.ts';
import type { Graph, Reach } from '../../domain/reach/reach.ts';
import { labelsOf } from '../../domain/reach/shortest-paths.ts';

/** What labels are made of. */
export interface ReachSources extends Pick<Reach, 'grants' | 'sites'> {
  readonly parties: Graph;
}

/** How many labels are remembered, over all classes; the classes asked for longest ago go first. */
export const rememberedLabelsMax = 1_000_000;

interface Entry {
  readonly data: DataClass;
  /** What a grant over the data can be over. */
  readonly keys: ReadonlyArray<string>;
  readonly labels: Labels;
}

/** A class that nobody reaches takes room too. */
const roomOf = (labels: Labels): number => labels.size + 1;

export class LabelCache {
  private readonly sources: ReachSources;
  private readonly labelsMax: number;
  private readonly entries = new Map<string, Entry>();
  private size = 0;

  constructor(sources: ReachSources, labelsMax = rememberedLabelsMax) {
    this.sources = sources;
    this.labelsMax = labelsMax;
  }

  /** The labels of the class, with paths of those kinds of edges alone. */
  labels(data: DataClass, via?: Via): Labels {
    const key = via === undefined ? classKey(data) : `${classKey(data)} | ${[...via].sort().join(' ')}`;
    let entry = this.entries.get(key);
    if (entry !== undefined) this.entries.delete(key);
    else {
      const labels = labelsOf(this.sources.parties, directEdges(this.sources, data), via);
      entry = { data, keys: overKeysOf(data), labels };
      this.size += roomOf(labels);
    }
    this.entries.set(key, entry);
    if (this.size > this.labelsMax) this.forgetOldest();
    return entry.labels;
  }

  /** Forgets the labels that an edge to one of the parties could change: those in which the party is labelled. */
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

  private forgetOldest(): void {
    for (const [key, { labels }] of this.entries) {
      if (this.size <= this.labelsMax || this.entries.size === 1) return;
      this.entries.delete(key);
      this.size -= roomOf(labels);
    }
  }

  private forget(touched: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.entries) {
      if (!touched(entry)) continue;
      this.entries.delete(key);
      this.size -= roomOf(entry.labels);
    }
  }
}
