/**
 * The log of the KurrentDB double: one transaction file with streams, and the server's rules for writing to them.
 *
 * It follows the documented behaviour of KurrentDB: positions are growing byte offsets, a write is atomic, and an
 * expected revision in the past succeeds without writing if the same ids are there. It is in memory and outlives
 * its servers, as a data directory would.
 */

/** A record of the transaction file. */
export interface LoggedRecord {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** When it was written, in ticks of 100 ns since the epoch, as the server gives it. */
  readonly createdTicks: bigint;
}

/** A record to write. */
export interface ProposedRecord {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** A writer's expectation of its stream. */
export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** The result of a write. */
export type WriteResult =
  | {
      readonly kind: 'written';
      readonly revision: bigint;
      readonly position: bigint;
      /** It had been written before, and was not changed. */
      readonly again: boolean;
    }
  | { readonly kind: 'wrong-expected-version'; readonly actual: bigint | undefined }
  | { readonly kind: 'stream-deleted'; readonly stream: string }
  | { readonly kind: 'append-too-large'; readonly limit: number }
  | { readonly kind: 'event-too-large'; readonly limit: number; readonly size: number; readonly id: string };

/** The limits of the server: 1 MiB for an append before 25.1; 256 MiB, and 16 MiB for an event, since then. */
export interface WriteLimits {
  readonly appendBytesMax: number;
  readonly eventBytesMax: number;
}

export const limitsBefore25: WriteLimits = { appendBytesMax: 1024 * 1024, eventBytesMax: 1024 * 1024 };
export const limitsSince25: WriteLimits = {
  appendBytesMax: 256 * 1024 * 1024,
  eventBytesMax: 16 * 1024 * 1024,
};

/** The bytes of a record as the server counts them. */
const sizeOf = (record: ProposedRecord): number =>
  record.data.length + record.metadata.length + record.type.length * 2;

const recordOverheadBytes = 75n;

/** The type and the revision of a permanently deleted stream's record. */
const tombstoneType = '$streamDeleted';
const tombstoneRevision = 2n ** 63n - 1n;

/**
 * Which records a stream drops: those before `$tb`, all except the last `$maxCount`, those older than `$maxAge`
 * seconds.
 */
export interface StreamMetadata {
  readonly $tb?: number;
  readonly $maxCount?: number;
  readonly $maxAge?: number;
  readonly $acl?: object;
}

/** A stream: its records that were not scavenged, and how many it ever had. */
interface Stream {
  held: LoggedRecord[];
  count: number;
  isDeleted: boolean;
}

export class TransactionLog {
  records: LoggedRecord[] = [];
  /** How often a write was answered as already written. */
  answeredAgain = 0;
  private readonly streams = new Map<string, Stream>();
  private readonly recentIds = new Map<string, LoggedRecord>();
  private readonly listeners = new Set<() => void>();
  private nextPosition = 0n;
  private readonly now: () => number;
  /** The limits of the server, which an operator may change. */
  limits: WriteLimits;
  /** What it counts for a record besides its data, metadata and type. */
  countedBesideBytes = 0;

  constructor(now: () => number, limits: WriteLimits) {
    this.now = now;
    this.limits = limits;
    // A node writes about itself before anyone else does.
    this.system('$users', '$UserUpdated');
    this.system('$settings', '$settings');
  }

  /** Writes a record of the server itself, as statistics and projections do. */
  system(stream: string, type: string): void {
    this.push(stream, this.ownRecord(type));
    this.notify();
  }

  private ownRecord(type: string): ProposedRecord {
    const data = new TextEncoder().encode('{}');
    const id = `00000000-0000-4000-8000-${this.records.length.toString(16).padStart(12, '0')}`;
    return { id, type, contentType: 'application/json', data, metadata: new Uint8Array() };
  }

  /** Writes all records to the stream, or none. */
  write(stream: string, expected: ExpectedRevision, proposed: ReadonlyArray<ProposedRecord>): WriteResult {
    let bytes = 0;
    for (const record of proposed) {
      const size = sizeOf(record) + this.countedBesideBytes;
      if (size > this.limits.eventBytesMax && this.limits.eventBytesMax < this.limits.appendBytesMax) {
        return { kind: 'event-too-large', limit: this.limits.eventBytesMax, size, id: record.id };
      }
      bytes += size;
      if (bytes > this.limits.appendBytesMax) {
        return { kind: 'append-too-large', limit: this.limits.appendBytesMax };
      }
    }
    const { held, count, isDeleted } = this.streamOf(stream);
    if (isDeleted) return { kind: 'stream-deleted', stream };
    const current = BigInt(count) - 1n;
    const already =
      expected === 'any' || expected === 'stream_exists'
        ? this.writtenLately(stream, proposed)
        : this.writtenAt(held, expected, proposed);
    if (already !== undefined) {
      this.answeredAgain += 1;
      return { kind: 'written', revision: already.revision, position: already.position, again: true };
    }
    const met =
      expected === 'any' ||
      (expected === 'stream_exists' && count > 0) ||
      (expected === 'no_stream' && count === 0) ||
      expected === current;
    if (!met) return { kind: 'wrong-expected-version', actual: count === 0 ? undefined : current };
    let last: LoggedRecord | undefined;
    for (const record of proposed) last = this.push(stream, record);
    this.notify();
    return {
      kind: 'written',
      revision: last?.revision ?? current,
      position: last?.position ?? this.nextPosition,
      again: false,
    };
  }

  /** The readable records of a stream, without those that its metadata hides. */
  stream(name: string): ReadonlyArray<LoggedRecord> {
    const { held, count } = this.streamOf(name);
    if (!this.streams.has(`$$${name}`)) return held;
    const { $tb = 0, $maxCount = Number.POSITIVE_INFINITY, $maxAge } = this.metadataOf(name);
    const oldestTicks = $maxAge === undefined ? 0n : BigInt(this.now() - $maxAge * 1_000) * 10_000n;
    return held.filter(
      ({ revision, createdTicks }) =>
        revision >= BigInt(Math.max($tb, count - $maxCount)) && createdTicks >= oldestTicks,
    );
  }

  /** Whether a stream was permanently deleted. */
  isDeleted(name: string): boolean {
    return this.streamOf(name).isDeleted;
  }

  /** Permanently deletes a stream; its records stay in the log until it is scavenged. */
  tombstone(name: string): void {
    const stream = this.streamOf(name);
    stream.isDeleted = true;
    this.push(name, { ...this.ownRecord(tombstoneType), data: new Uint8Array() }, tombstoneRevision);
    this.notify();
  }

  /** Replaces the metadata of a stream. */
  setMetadata(name: string, metadata: StreamMetadata): void {
    const data = new TextEncoder().encode(JSON.stringify(metadata));
    this.push(`$$${name}`, { ...this.ownRecord('$metadata'), data });
    this.notify();
  }

  /** Removes unreadable records from the log; the last record of a stream stays. */
  scavenge(): void {
    const kept = new Set<LoggedRecord>();
    for (const [name, stream] of this.streams) {
      const isMetadata = name.startsWith('$$');
      const readable = stream.isDeleted || isMetadata ? [] : this.stream(name);
      stream.held = [...new Set([...readable, ...stream.held.slice(-1)])];
      for (const record of stream.held) kept.add(record);
    }
    this.records = this.records.filter((record) => kept.has(record));
  }

  /** A copy of the log, like a backup of the data directory. */
  backup(): TransactionLog {
    const copy = new TransactionLog(this.now, this.limits);
    copy.records = [...this.records];
    copy.streams.clear();
    for (const [name, stream] of this.streams) copy.streams.set(name, { ...stream, held: [...stream.held] });
    copy.recentIds.clear();
    for (const record of this.records) copy.recentIds.set(record.id, record);
    copy.nextPosition = this.nextPosition;
    return copy;
  }

  private streamOf(name: string): Stream {
    return this.streams.get(name) ?? { held: [], count: 0, isDeleted: false };
  }

  private metadataOf(name: string): StreamMetadata {
    const last = this.streamOf(`$$${name}`).held.at(-1);
    return last === undefined ? {} : JSON.parse(new TextDecoder().decode(last.data));
  }

  /** The names of the streams. */
  streamNames(): ReadonlyArray<string> {
    return [...this.streams.keys()];
  }

  /** The index of the first record at or after a position. */
  indexAt(position: bigint): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls the listener after each write, until the returned function is called. */
  onWritten(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits for a write. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.onWritten(() => {
        forget();
        resolve();
      });
    });
  }

  /** Weak idempotency: without a revision, the server only remembers recently written ids. */
  private writtenLately(stream: string, proposed: ReadonlyArray<ProposedRecord>): LoggedRecord | undefined {
    let last: LoggedRecord | undefined;
    for (const record of proposed) {
      const found = this.recentIds.get(record.id);
      if (found?.stream !== stream) return undefined;
      last = found;
    }
    return last;
  }

  /** Strong idempotency: the same ids directly follow the expected revision. */
  private writtenAt(
    held: ReadonlyArray<LoggedRecord>,
    expected: bigint | 'no_stream',
    proposed: ReadonlyArray<ProposedRecord>,
  ): LoggedRecord | undefined {
    const first = expected === 'no_stream' ? 0n : expected + 1n;
    let last: LoggedRecord | undefined;
    for (const [offset, record] of proposed.entries()) {
      const found = held[Number(first - (held[0]?.revision ?? 0n)) + offset];
      if (found?.id !== record.id) return undefined;
      last = found;
    }
    return last;
  }

  private push(name: string, record: ProposedRecord, revision?: bigint): LoggedRecord {
    const stream = this.streamOf(name);
    const logged: LoggedRecord = {
      ...record,
      stream: name,
      position: this.nextPosition,
      revision: revision ?? BigInt(stream.count),
      createdTicks: BigInt(this.now()) * 10_000n + 4_567n,
    };
    this.nextPosition += recordOverheadBytes + BigInt(sizeOf(record) + name.length * 2);
    stream.held.push(logged);
    stream.count += 1;
    this.streams.set(name, stream);
    this.records.push(logged);
    this.recentIds.set(record.id, logged);
    return logged;
  }

  private notify(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
