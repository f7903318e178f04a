/** The sealed index of a ledger in the main process: what is sealed and signed. */
import type { Worker } from 'node:worker_threads';
import type { MerkleLog } from '../integrity/merkle-log.ts';
import { encodeEntries, tileWidth } from '../integrity/tiles.ts';
import { openTreeToRead, type TreeReader } from '../integrity/tree-file.ts';
import { startThread } from '../threads/start-thread.ts';
import { indexKeysOf } from './index-origin.ts';
import { openIndexToRead, type SealedIndexReader } from './index-reader.ts';
import type { SealThreadInput, SealThreadMessage, SealThreadReport } from './seal-thread.ts';
import { sealEntry } from './stretch-leaf.ts';
import { lastSealedSize, smallestStretchEvents } from './stretches.ts';

/** The state of the sealed index. */
export interface SealedIndexState {
  /** The number of sealed events of the log. */
  readonly sealedSize: number;
  /** The last signed checkpoint of the second log: its number of stretches, and its note. */
  readonly checkpoint: { readonly count: number; readonly note: string } | undefined;
  /** The size of the log that the stretches of that checkpoint cover. */
  readonly checkpointSize: number;
  /** Why sealing has stopped until a restart, if it has. */
  readonly stop: string | undefined;
}

const stopWaitMsMax = 10_000;
const encoder = new TextEncoder();

/** The sealed index of a log, built by a thread (V12). */
export class SealedIndex {
  readonly input: SealThreadInput;
  private readonly merkle: MerkleLog;
  private readonly unwatch: () => void;
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();
  private isOpened = false;
  private treeReader: TreeReader | undefined;
  private indexReader: SealedIndexReader | undefined;
  private toldSize = 0;
  state: SealedIndexState = {
    sealedSize: 0,
    checkpoint: undefined,
    checkpointSize: 0,
    stop: undefined,
  };

  constructor(input: SealThreadInput, merkle: MerkleLog) {
    this.input = input;
    this.merkle = merkle;
    this.unwatch = merkle.watch(() => this.follow());
  }

  /** Seals the signed part of the log. The thread starts once the first stretch is complete. */
  private follow(): void {
    const { signed, stop } = this.merkle.state;
    if (stop !== undefined) return this.tell('stop');
    const size = lastSealedSize(signed?.size ?? 0);
    if (!this.merkle.agreed || size < smallestStretchEvents || size <= this.toldSize) return;
    this.worker ??= this.start();
    this.toldSize = size;
    this.tell({ kind: 'seal', size });
  }

  private start(): Worker {
    const worker = startThread(new URL('./seal-thread.ts', import.meta.url), this.input);
    worker.on('message', (report: SealThreadReport) => this.report(report));
    worker.on('error', (error) => this.report({ kind: 'stopped', reason: error.message }));
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    return worker;
  }

  private report(report: SealThreadReport): void {
    if (report.kind === 'opened') this.isOpened = true;
    else if (report.kind === 'sealed') this.state = { ...this.state, sealedSize: report.size };
    else if (report.kind === 'signed')
      this.state = {
        ...this.state,
        checkpoint: { count: report.count, note: report.note },
        checkpointSize: report.size,
      };
    else this.state = { ...this.state, stop: report.reason };
  }

  private tell(message: SealThreadMessage): void {
    this.worker?.postMessage(message);
  }

  /** Tells the thread that the file of keys has changed. */
  keysChanged(): void {
    this.tell('keys-changed');
  }

  /** Its signing keys as vkeys: those of the log with another name. */
  verifierKeys(): ReadonlyArray<string> {
    return indexKeysOf(this.merkle.verifiers()).map(({ vkey }) => vkey);
  }

  get origin(): string {
    return this.input.origin;
  }

  /** A reader of the second log's tree; undefined before it exists. */
  tree(): TreeReader | undefined {
    if (this.treeReader === undefined && this.isOpened) this.treeReader = openTreeToRead(this.input.treeFile);
    return this.treeReader;
  }

  /** The bundle of entries of a tile of the second log; undefined beyond it. */
  entries(index: number, width: number): Uint8Array | undefined {
    if (this.indexReader === undefined && this.isOpened)
      this.indexReader = openIndexToRead(this.input.indexFile);
    const first = index * tileWidth;
    if (first + width > (this.tree()?.size() ?? 0)) return undefined;
    const places = Array.from({ length: width }, (_, at) => first + at);
    return encodeEntries(places.map((place) => encoder.encode(sealEntry(this.indexReader!.at(place)!))));
  }

  async close(): Promise<void> {
    this.unwatch();
    this.treeReader?.close();
    this.indexReader?.close();
    this.tell('stop');
    const timer = setTimeout(() => void this.worker?.terminate(), stopWaitMsMax);
    await this.exited;
    clearTimeout(timer);
  }
}
