/**
 * The sealed index of the copy (V12). It is built from the operator's own events, so it must have the root that the
 * operator signed.
 */
import { join } from 'node:path';
import { builderOf } from '../integrity/follow-log.ts';
import type { Hash } from '../integrity/merkle-tree.ts';
import type { TreeBuilder } from '../integrity/tree-builder.ts';
import { openTreeToWrite, type TreeWriter } from '../integrity/tree-file.ts';
import { openIndexToWrite, type SealedIndexWriter } from '../sealed-index/index-writer.ts';
import { sealUpTo } from '../sealed-index/seal-log.ts';
import type { LogReader } from '../store/log-reader.ts';

/** The sealed index and the second log of a monitor's copy. */
export class OwnIndex {
  private readonly log: LogReader;
  private readonly index: SealedIndexWriter;
  private readonly tree: TreeWriter;
  private readonly builder: TreeBuilder;

  /** @throws a StoreProblem about its files. */
  constructor(directory: string, log: LogReader, now: number) {
    this.log = log;
    this.index = openIndexToWrite(join(directory, 'index-2.sqlite'), now);
    this.tree = openTreeToWrite(join(directory, 'index-2-tree.sqlite'), now);
    this.builder = builderOf(this.tree);
  }

  /** Seals the completed stretches of the copy. */
  grow(): void {
    for (const _ of sealUpTo(this.log, this.index, this.tree, this.builder, this.log.head()));
    this.index.forgetParts(this.index.count());
  }

  /** The root over the first stretches; undefined if the copy has fewer. */
  rootAt(count: number): Hash | undefined {
    return count <= this.tree.size() ? this.tree.rootAt(count) : undefined;
  }

  close(): void {
    this.tree.close();
    this.index.close();
  }
}
