/**
 * Checks with the server that its log is still the replicated one, and complete.
 *
 * KurrentDB removes records through a tombstone, or through stream metadata and a scavenge. Both leave a record,
 * which the ledger reads with its own. Only the beginning of a stream is ever removed, and its last record stays.
 */
import { AnotherLog, HistoryCut } from './log-problems.ts';
import { isStreamOf, type RawRecord } from './record-format.ts';
import type { LastRecord } from './replica-format.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

/** KurrentDB stores the metadata of a stream in a separate stream. */
const metadataPrefix = '$$';

/** The prefixes of the metadata streams of streams with these prefixes. */
export const metadataPrefixes = (prefixes: ReadonlyArray<string>): ReadonlyArray<string> =>
  prefixes.map((prefix) => metadataPrefix + prefix);

/** The metadata keys that make the server remove records. */
const droppingKeys = ['$tb', '$maxCount', '$maxAge'] as const;

const objectIn = (data: unknown): object => {
  if (data instanceof Uint8Array) {
    try {
      return objectIn(JSON.parse(new TextDecoder().decode(data)));
    } catch {
      return {};
    }
  }
  return typeof data === 'object' && data !== null ? data : {};
};

/** The keys in a stream's metadata that make the server remove records; a null value does not. */
const droppingIn = (data: unknown): ReadonlyArray<string> => {
  const metadata = new Map<string, unknown>(Object.entries(objectIn(data)));
  return droppingKeys.filter((key) => ![undefined, null, 0].includes(metadata.get(key) as null));
};

/** Examines the log on the server. */
export class LogExamination {
  private readonly ledger: string;
  /** The replica's file, for messages. */
  private readonly file: string;
  private readonly connection: ServerConnection;

  constructor(ledger: string, file: string, connection: ServerConnection) {
    this.ledger = ledger;
    this.file = file;
    this.connection = connection;
  }

  /**
   * Checks that the last record of the replica still is at its place.
   *
   * @throws AnotherLog, HistoryCut; ServerFailure when the server cannot be asked.
   */
  async lastRecordStands(last: LastRecord): Promise<void> {
    const found = await this.recordAt(last.stream, last.revision);
    const isSame =
      found?.eventId === last.eventId &&
      found.position.commit === last.position.commit &&
      // An event that is sent again after a backup was restored may get the very same place.
      last.createdAt === found.createdAt;
    if (isSame) return;
    if (found === undefined) await this.isWhole(last.stream);
    throw new AnotherLog(this.file);
  }

  /**
   * Checks the streams whose metadata is among these records, in their current state.
   *
   * @throws HistoryCut; ServerFailure when the server cannot be asked.
   */
  async metadataAllow(records: ReadonlyArray<RawRecord>): Promise<void> {
    const streams = records
      .filter(({ stream }) => stream.startsWith(metadataPrefix))
      .map(({ stream }) => stream.slice(metadataPrefix.length))
      .filter((stream) => isStreamOf(this.ledger, stream));
    for (const stream of new Set(streams)) await this.isWhole(stream);
  }

  /**
   * Checks that a stream lost no records, and that its metadata will remove none.
   *
   * @throws HistoryCut; ServerFailure when the server cannot be asked.
   */
  async isWhole(stream: string): Promise<void> {
    const metadata = await this.connection.lastOf(metadataPrefix + stream);
    const dropping = droppingIn(metadata?.data);
    if (dropping.length > 0)
      throw new HistoryCut(this.file, stream, { kind: 'dropping', settings: dropping });
    const last = await this.lastOf(stream);
    if (last === undefined || (await this.recordAt(stream, 0n)) !== undefined) return;
    const first = await this.connection.firstOf(stream);
    const to = (first?.revision ?? last.revision + 1n) - 1n;
    throw new HistoryCut(this.file, stream, { kind: 'missing', from: 0n, to });
  }

  private recordAt(stream: string, revision: bigint): Promise<RawRecord | undefined> {
    return this.unlessDeleted(stream, this.connection.recordAt(stream, revision));
  }

  private lastOf(stream: string): Promise<RawRecord | undefined> {
    return this.unlessDeleted(stream, this.connection.lastOf(stream));
  }

  private async unlessDeleted<A>(stream: string, asked: Promise<A>): Promise<A> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof ServerFailure && error.kind === 'deleted')
        throw new HistoryCut(this.file, stream, { kind: 'deleted' });
      throw error;
    }
  }
}
