/**
 * Asks the server whether its log is still the one replicated, and whole.
 *
 * Records are removed in KurrentDB by a tombstone, or by the metadata of a stream and a scavenge. Both leave a record,
 * which the ledger reads with its own. What is removed is always the beginning of a stream, and its last record stays.
 */
import { AnotherLog, HistoryCut } from './log-problems.ts';
import { isStreamOf, type RawRecord } from './record-format.ts';
import type { LastRecord } from './replica-format.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

/** KurrentDB keeps the metadata of a stream in a stream of its own. */
const metadataPrefix = '$$';

/** The prefixes of the streams that hold the metadata of streams with these prefixes. */
export const metadataPrefixes = (prefixes: ReadonlyArray<string>): ReadonlyArray<string> =>
  prefixes.map((prefix) => metadataPrefix + prefix);

/** The keys of metadata that have the server drop records. */
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

/** What in the metadata of a stream drops records; nothing that was set to nothing does. */
const droppingIn = (data: unknown): ReadonlyArray<string> => {
  const metadata = new Map<string, unknown>(Object.entries(objectIn(data)));
  return droppingKeys.filter((key) => ![undefined, null, 0].includes(metadata.get(key) as null));
};

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
   * Checks that the last record of the replica still stands at its place.
   *
   * @throws AnotherLog, HistoryCut; ServerFailure when the server cannot be asked.
   */
  async lastRecordStands(last: LastRecord): Promise<void> {
    const found = await this.recordAt(last.stream, last.revision);
    const isSame =
      found?.eventId === last.eventId &&
      found.position.commit === last.position.commit &&
      // An event that is sent again after a backup was put back may stand at the very same place.
      (last.createdAt === undefined || last.createdAt === found.createdAt);
    if (isSame) return;
    if (found === undefined) await this.isWhole(last.stream);
    throw new AnotherLog(this.file);
  }

  /**
   * Checks the streams whose metadata are among these records, as they are now.
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

  /** Checks that a stream lost nothing, and is to lose nothing. */
  private async isWhole(stream: string): Promise<void> {
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
