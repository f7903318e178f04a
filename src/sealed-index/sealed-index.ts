/** The sealed index of a ledger in the main process: what is sealed and signed. */
import type { VerifierKey } from '../integrity/keys.ts';
import type { MerkleLog } from '../integrity/merkle-log.ts';
import { nothingSigned, SignedLog, type SignedState } from '../integrity/signed-log.ts';
import { encodeEntries, tileWidth } from '../integrity/tiles.ts';
import type { ServedCheckpoint } from '../integrity/witnessed-log.ts';
import { indexKeysOf } from './index-origin.ts';
import { openIndexToRead, type SealedIndexReader } from './index-reader.ts';
import type { SealMessage, SealThreadInput, SealThreadReport } from './seal-thread.ts';
import { sealEntry } from './stretch-leaf.ts';
import { lastSealedSize, sizeOfStretches, smallestStretchEvents } from './stretches.ts';

/** The state of the sealed index; the sizes of its checkpoints count stretches. */
export interface SealedIndexState extends SignedState {
  /** The number of sealed events of the log. */
  readonly sealedSize: number;
  /** Why sealing has stopped until a restart, if it has. */
  readonly stop: string | undefined;
}

/** The size of the log that the stretches of a checkpoint cover; 0 without one. */
export const coveredBy = (checkpoint: ServedCheckpoint | undefined): number =>
  checkpoint === undefined ? 0 : sizeOfStretches(checkpoint.size);

const encoder = new TextEncoder();

/** The sealed index of a log, built by a thread (V12). */
export class SealedIndex extends SignedLog<SealedIndexState, SealMessage, SealThreadReport> {
  readonly leaves = 'stretches';
  readonly input: SealThreadInput;
  private readonly merkle: MerkleLog;
  private readonly unwatch: () => void;
  private indexReader: SealedIndexReader | undefined;
  private toldSize = 0;

  constructor(input: SealThreadInput, merkle: MerkleLog) {
    super(input, { ...nothingSigned, sealedSize: 0, stop: undefined });
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
    if (!this.isStarted) this.start(new URL('./seal-thread.ts', import.meta.url), this.input);
    this.toldSize = size;
    this.tell({ kind: 'seal', size });
  }

  protected override report(report: SealThreadReport): void {
    if (report.kind === 'sealed') this.state = { ...this.state, sealedSize: report.size };
    else this.state = { ...this.state, stop: report.reason };
  }

  protected override failed(reason: string): void {
    this.report({ kind: 'stopped', reason });
  }

  /** Its signing keys as vkeys: those of the log with another name. */
  verifierKeys(): ReadonlyArray<string> {
    return indexKeysOf(this.merkle.verifiers()).map(({ vkey }) => vkey);
  }

  override ownKeys(): ReadonlyArray<VerifierKey> {
    return indexKeysOf(this.merkle.ownKeys());
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

  /** Seals no more of the log: a ledger that is closing would start the thread only to end it. */
  endFollowing(): void {
    this.unwatch();
  }

  override async close(): Promise<void> {
    this.endFollowing();
    this.indexReader?.close();
    await super.close();
  }
}
