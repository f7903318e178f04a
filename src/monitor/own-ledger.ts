/** A monitor's copy: the log of stored bytes, its tree, and projections of it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { builderOf, growTree } from '../integrity/follow-log.ts';
import type { TreeBuilder } from '../integrity/tree-builder.ts';
import { openTreeToWrite, type TreeWriter } from '../integrity/tree-file.ts';
import { rebuild } from '../ledger/verify/verify-projections.ts';
import { isFilledByThisCode, openProjectionsToRead } from '../projections/engine/generations.ts';
import { IndexReader } from '../projections/engine/index-reader.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { type OpenTarget, openEmbeddedTarget } from '../store/open/copy-between.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { makePrivateDirectory } from '../store/private-files.ts';
import { OwnIndex } from './own-index.ts';

/** The log, tree, index and projections of a monitor. */
export class OwnLedger {
  readonly log: LogReader;
  readonly tree: TreeWriter;
  readonly index: OwnIndex;
  private readonly target: OpenTarget;
  private readonly builder: TreeBuilder;
  private readonly projections: string;
  private readonly checkpointFile: string;

  /** @throws a StoreProblem about its files. */
  constructor(directory: string, now: number) {
    makePrivateDirectory(directory);
    const logFile = join(directory, 'log.sqlite');
    this.target = openEmbeddedTarget(logFile, now);
    this.log = openLogFile(logFile);
    this.tree = openTreeToWrite(join(directory, 'tree.sqlite'), now);
    this.builder = builderOf(this.tree);
    this.index = new OwnIndex(directory, this.log, now);
    this.projections = join(directory, 'projections.sqlite');
    this.checkpointFile = join(directory, 'checkpoint');
    this.grow();
  }

  private grow(): void {
    while (growTree(this.log, this.tree, this.builder) > 0);
  }

  /** The number of events in the copy. */
  head(): number {
    return this.log.head();
  }

  /** The last verified checkpoint, as a note. */
  verified(): string | undefined {
    try {
      return readFileSync(this.checkpointFile, 'utf8');
    } catch {
      return undefined;
    }
  }

  keepVerified(note: string): void {
    const draft = `${this.checkpointFile}-draft`;
    writeFileSync(draft, note, { mode: 0o600 });
    renameSync(draft, this.checkpointFile);
  }

  /** Adds the next events from the operator. Returns why they cannot be added, if so. */
  async add(events: ReadonlyArray<StoredEvent>): Promise<string | undefined> {
    const added = await this.target.add(events);
    if (E.isLeft(added))
      return `the events after ${this.head()} cannot be added to the copy: ${added.left.kind}`;
    this.grow();
    return undefined;
  }

  /** Updates the projections to the end of the copy, and asks them. */
  ask<A>(question: (reader: IndexReader) => A): A {
    try {
      if (!isFilledByThisCode(this.projections)) this.dropProjections();
    } catch {
      this.dropProjections();
    }
    for (const _ of rebuild(this.log, this.projections, this.head()));
    const database = openProjectionsToRead(this.projections);
    try {
      return question(new IndexReader(database, this.log));
    } finally {
      database.close();
    }
  }

  private dropProjections(): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.projections + suffix, { force: true });
  }

  async close(): Promise<void> {
    this.index.close();
    this.tree.close();
    this.log.close();
    await this.target.close();
  }
}
