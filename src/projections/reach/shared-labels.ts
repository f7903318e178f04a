/**
 * Shares labels between classes of data. A thousand datasets at one site without grants of their own are reached
 * over the same edges, and so by the same parties along the same paths.
 */
import { LRUCache } from 'lru-cache';
import { type DataClass, overKeysOf } from '../../domain/reach/data-class.ts';
import type { Grants, GrantTerm } from '../../domain/reach/grants.ts';
import type { Via } from '../../domain/reach/labels.ts';
import type { LabelColumns } from './label-columns.ts';

/** Labels by the edges that lead to the data. */
export class SharedLabels {
  private readonly grants: Grants;
  /** The key consists of the edges that lead to the data. */
  private readonly labels: LRUCache<string, LabelColumns>;
  private readonly numbers = new WeakMap<GrantTerm, number>();
  private numbered = 0;

  constructor(grants: Grants, labelsMax: number) {
    this.grants = grants;
    this.labels = new LRUCache({ maxSize: labelsMax, sizeCalculation: ({ size }) => size + 1 });
  }

  /** The labels of the class; they are made unless another class with the same edges has them. */
  of(data: DataClass, via: Via, make: () => LabelColumns): LabelColumns {
    const key = this.keyOf(data, via);
    let labels = this.labels.get(key);
    if (labels === undefined) {
      labels = make();
      this.labels.set(key, labels);
    }
    return labels;
  }

  /**
   * Drops everything after edges between parties or a site changed. After a change of grants, their terms give
   * another key.
   */
  clear(): void {
    this.labels.clear();
  }

  /** The site, and the terms of grants over the data: equal keys mean equal direct edges. */
  private keyOf(data: DataClass, via: Via): string {
    const terms: number[] = [];
    for (const key of overKeysOf(data))
      for (const term of this.grants.termsOver(key)) terms.push(this.numberOf(term));
    return `${data.site}\n${via === undefined ? '' : [...via].sort().join(' ')}\n${terms.join(' ')}`;
  }

  private numberOf(term: GrantTerm): number {
    let number = this.numbers.get(term);
    if (number === undefined) {
      number = this.numbered++;
      this.numbers.set(term, number);
    }
    return number;
  }
}
