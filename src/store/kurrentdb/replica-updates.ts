/** Adds records of the log to the replica, and notifies those who wait for them. */
import { BatchAssembly, type Reading } from './batch-assembly.ts';
import type { Environment } from './environment.ts';
import { isAfter, type LogPosition, type RawRecord } from './record-format.ts';
import type { Applied, Replica, Verdict } from './replica.ts';

/**
 * One source of records: a subscription or a read. Both cover the same log; the replica applies each record once.
 */
export interface Feed {
  readonly assembly: BatchAssembly;
  /** The last record that it delivered, from any writer. */
  position: LogPosition | undefined;
}

/** Applies records from all feeds to the replica, in order. */
export class ReplicaUpdates {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly environment: Environment;
  private readonly verdicts = new Map<string, (verdict: Verdict) => void>();
  private readonly waiting = new Set<() => void>();
  private readonly listeners = new Set<() => void>();
  private growths = 0;
  private lastFault: Error | undefined;
  private isStopped = false;

  constructor(ledger: string, replica: Replica, environment: Environment) {
    this.ledger = ledger;
    this.replica = replica;
    this.environment = environment;
  }

  /** Increases whenever the replica grows. */
  get version(): number {
    return this.growths;
  }

  /** Why the last attempt to write the replica's file failed; undefined if it succeeded. */
  get fault(): Error | undefined {
    return this.lastFault;
  }

  /** A feed that starts after what the replica has read. */
  newFeed(): Feed {
    return { assembly: new BatchAssembly(this.ledger), position: this.replica.progress() };
  }

  /** Whether the log continues after what the replica has read. */
  isBehind(end: LogPosition | undefined): boolean {
    return end !== undefined && isAfter(end, this.replica.progress());
  }

  /**
   * Applies the records that a feed delivered.
   *
   * @throws HistoryCut when a stream of the ledger has lost records, NewerRecord when a newer version wrote one; those
   * before it are applied.
   */
  take(feed: Feed, records: ReadonlyArray<RawRecord>): void {
    feed.position = records.at(-1)?.position ?? feed.position;
    this.apply(feed.assembly.take(records));
  }

  /** Notes that the log has been read up to its end, whatever is there; an empty log has no end. */
  noteReadUpTo(end: LogPosition | undefined): void {
    if (end !== undefined)
      this.apply([{ batch: undefined, record: undefined, firstRevision: undefined, upTo: end }]);
    this.replica.noteWhole(true);
  }

  /** Reads the log, and keeps nothing that the read applied if it fails. */
  async tentatively(read: () => Promise<void>): Promise<void> {
    await this.replica.tentatively(read);
    this.wake();
  }

  /** Reports the verdict on an append once the log has been read up to it. Call the returned function to stop. */
  expect(batch: string, told: (verdict: Verdict) => void): () => void {
    this.verdicts.set(batch, told);
    return () => this.verdicts.delete(batch);
  }

  /** Calls back whenever the replica has grown. Call the returned function to stop. */
  onGrown(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits until the replica has grown, at most `ms` milliseconds. */
  async changeWithin(ms: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([this.environment.sleep(ms, enough.signal), this.change(enough.signal)]);
    enough.abort();
  }

  /** Ends all waiting. */
  stop(): void {
    this.isStopped = true;
    this.wake();
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.isStopped) return resolve();
      const resume = (): void => {
        this.waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      this.waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }

  private wake(): void {
    this.growths += 1;
    for (const resume of [...this.waiting]) resume();
    for (const listener of [...this.listeners]) listener();
  }

  private apply(readings: ReadonlyArray<Reading>): void {
    if (readings.length === 0) return;
    const before = this.replica.progress();
    const { verdicts, voided, foreign, problem } = this.applyToFile(readings);
    for (const { commit } of voided)
      this.environment.notify({ kind: 'batch-void', position: Number(commit) });
    for (const { stream } of foreign) this.environment.notify({ kind: 'foreign-record', stream });
    for (const [batch, verdict] of verdicts) this.verdicts.get(batch)?.(verdict);
    if (this.isAhead(before)) this.wake();
    if (problem !== undefined) throw problem;
  }

  private isAhead(before: LogPosition | undefined): boolean {
    const now = this.replica.progress();
    return now !== undefined && isAfter(now, before);
  }

  private applyToFile(readings: ReadonlyArray<Reading>): Applied {
    try {
      const applied = this.replica.apply(readings);
      this.lastFault = undefined;
      return applied;
    } catch (error) {
      this.lastFault = error instanceof Error ? error : new Error(String(error));
      this.environment.notify({ kind: 'replica-problem', reason: this.lastFault.message });
      throw error;
    }
  }
}
