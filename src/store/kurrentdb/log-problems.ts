/**
 * Why the log in KurrentDB can no longer be used: it is not the replicated one, a part of it is gone, or this version
 * cannot read it.
 *
 * Questions are still answered from the replica. Nothing is recorded, since this process cannot tell which events of
 * such a log are recorded, nor at which positions.
 */

/** The base of all. The message says what is wrong, what still works, and what to do. */
export abstract class LogProblem extends Error {
  abstract readonly _tag: 'AnotherLog' | 'HistoryCut' | 'NewerRecord';
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

const refused = 'This process does not start, since its local replica never held the whole log';

const putBack =
  'Restore the data of KurrentDB from a backup that has these records. Or stop a process whose replica has them, and ' +
  'copy that into a new ledger: domicile copy --from (its LEDGER_STORE) --to sqlite:DIR --data (its LEDGER_DATA)';

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
  private readonly file: string;
  readonly stream: string;
  readonly cut: Cut;

  constructor(file: string, stream: string, cut: Cut, holds: string = holdsOf(file)) {
    const [what, remedy] = wordsOf(stream, cut);
    super(what, holds, remedy);
    this.file = file;
    this.stream = stream;
    this.cut = cut;
  }

  /** The same for a process that does not start. */
  refusing(): HistoryCut {
    return new HistoryCut(this.file, this.stream, this.cut, refused);
  }
}

/** A newer version of Domicile wrote a record that this version cannot read. */
export class NewerRecord extends LogProblem {
  readonly _tag = 'NewerRecord';

  private readonly file: string;
  private readonly stream: string;
  private readonly type: string;

  constructor(file: string, stream: string, type: string, holds?: string) {
    super(
      `the stream ${stream} of the ledger has a record of the type ${type}, which a newer version of Domicile wrote`,
      holds ??
        `Nothing is recorded. Answers come from what the local replica ${file} read before that record`,
      'Update this Domicile to the version of the other processes: it then continues with that record',
    );
    this.file = file;
    this.stream = stream;
    this.type = type;
  }

  /** The same for a process that does not start. */
  refusing(): NewerRecord {
    return new NewerRecord(this.file, this.stream, this.type, refused);
  }
}
