/**
 * Why the log in KurrentDB can no longer be used: it is not the replicated one, or a part of it is gone.
 *
 * Questions are still answered from the replica. Nothing is recorded, since the next replica of such a log would
 * number its events differently, and treat recorded events as new.
 */

/** The base of both. The message says what is wrong, what still works, and what to do. */
export abstract class LogProblem extends Error {
  abstract readonly _tag: 'AnotherLog' | 'HistoryCut';
  readonly what: string;
  readonly remedy: string;

  constructor(what: string, holds: string, remedy: string) {
    super(`${what}. ${holds}. ${remedy}.`);
    this.what = what;
    this.remedy = remedy;
    this.name = new.target.name;
  }
}

const holdsOf = (file: string): string =>
  `Nothing is recorded. The local replica ${file} still holds what this process had read before: keep it`;

/** The log in KurrentDB is not the one from which the replica was read. */
export class AnotherLog extends LogProblem {
  readonly _tag = 'AnotherLog';

  constructor(file: string) {
    super(
      `KurrentDB does not hold the log that ${file} replicates: it was emptied, put back from an older backup, or is another server`,
      holdsOf(file),
      'Point LEDGER_STORE at the right server, or restore the newer data of KurrentDB. If this log is the right one, stop ' +
        `this process, move ${file} (with its -wal and -shm) somewhere else and start again: a new replica is read. Leave ` +
        'the other files of the directory where they are, since the vault may be among them. Then send again what was recorded since the backup',
    );
  }
}

/** A change to a stream of the ledger. */
export type Cut =
  /** It was permanently deleted (tombstoned). */
  | { readonly kind: 'deleted' }
  /** Its metadata makes the server remove its first records: `$tb`, `$maxCount` or `$maxAge`. */
  | { readonly kind: 'dropping'; readonly settings: ReadonlyArray<string> }
  /** These records are gone. */
  | { readonly kind: 'missing'; readonly from: bigint; readonly to: bigint };

const putBack =
  'Restore the data of KurrentDB from a backup that has these records. Or stop this process and copy its replica ' +
  'into a new ledger: domicile copy --from (this LEDGER_STORE) --to sqlite:DIR --data (this LEDGER_DATA)';

const wordsOf = (stream: string, cut: Cut): readonly [what: string, remedy: string] => {
  switch (cut.kind) {
    case 'deleted':
      return [`the stream ${stream} of the ledger was deleted in KurrentDB`, putBack];
    case 'dropping': {
      const settings = cut.settings.join(', ');
      return [
        `KurrentDB drops records of the stream ${stream} of the ledger: its metadata set ${settings}`,
        `Remove ${settings} from the stream's metadata before KurrentDB scavenges; recording then goes on by itself. After a scavenge: ${putBack}`,
      ];
    }
    case 'missing': {
      const numbers = cut.from === cut.to ? `record ${cut.from}` : `records ${cut.from} to ${cut.to}`;
      return [`KurrentDB has lost ${numbers} of the stream ${stream} of the ledger`, putBack];
    }
  }
};

/** Records of the ledger were removed from the log, or will be. */
export class HistoryCut extends LogProblem {
  readonly _tag = 'HistoryCut';
  readonly stream: string;
  readonly cut: Cut;

  constructor(file: string, stream: string, cut: Cut) {
    const [what, remedy] = wordsOf(stream, cut);
    super(what, holdsOf(file), remedy);
    this.stream = stream;
    this.cut = cut;
  }
}
