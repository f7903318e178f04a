/** Collects records of other systems that become no event, or only in part, to be kept. */
import type { Become } from '../../import/tally.ts';

/** A record, and why a part of it became no event. */
interface UnmappedRecord {
  readonly record: unknown;
  readonly why: ReadonlyArray<string>;
}

/** A store for such records. */
export interface Aside {
  /** Keeps records of a kind. Returns how many of them are durable. */
  keep(kind: string, records: ReadonlyArray<UnmappedRecord>): number;
}

/** Records of one request to collect before they are kept together. */
const waitingRecordsMax = 100;

/** Sets records of one request aside. If the server keeps none, they are only reported. */
export class SettingAside {
  /** The number of kept records. */
  kept = 0;
  private readonly aside: Aside | undefined;
  private readonly kind: string;
  private waiting: UnmappedRecord[] = [];

  constructor(aside: Aside | undefined, kind: string) {
    this.aside = aside;
    this.kind = kind;
  }

  /** Sets a record aside if a part of it became no event. */
  look(record: unknown, become: Become): void {
    if (this.aside === undefined || !('unmapped' in become) || become.unmapped.length === 0) return;
    this.waiting.push({ record, why: become.unmapped.map(({ message }) => message) });
    if (this.waiting.length >= waitingRecordsMax) this.flush();
  }

  /** Keeps the collected records. Returns the corresponding field of the answer. */
  flush(): { readonly kept?: number } {
    if (this.aside === undefined) return {};
    if (this.waiting.length > 0) this.kept += this.aside.keep(this.kind, this.waiting);
    this.waiting = [];
    return { kept: this.kept };
  }
}
