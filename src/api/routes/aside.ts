/**
 * Records of other systems that become no event, or not wholly, on their way to where they are kept.
 */
import type { Become } from '../../import/tally.ts';

/** A record and why something of it became no event. */
interface UnmappedRecord {
  readonly record: unknown;
  readonly why: ReadonlyArray<string>;
}

/** Where they are kept. */
export interface Aside {
  /** Keeps records of a kind; answers how many of them are on the disk. */
  keep(kind: string, records: ReadonlyArray<UnmappedRecord>): number;
}

/** Records of one request that wait until they are kept together. */
const waitingRecordsMax = 100;

/** Sets records of one request aside. Where a server keeps none, they are told alone. */
export class SettingAside {
  /** How many are kept. */
  kept = 0;
  private readonly aside: Aside | undefined;
  private readonly kind: string;
  private waiting: UnmappedRecord[] = [];

  constructor(aside: Aside | undefined, kind: string) {
    this.aside = aside;
    this.kind = kind;
  }

  /** Sets a record aside, if something of it became no event. */
  look(record: unknown, become: Become): void {
    if (this.aside === undefined || !('unmapped' in become) || become.unmapped.length === 0) return;
    this.waiting.push({ record, why: become.unmapped.map(({ message }) => message) });
    if (this.waiting.length >= waitingRecordsMax) this.flush();
  }

  /** Keeps those that wait. Answers what an answer says of it. */
  flush(): { readonly kept?: number } {
    if (this.aside === undefined) return {};
    if (this.waiting.length > 0) this.kept += this.aside.keep(this.kind, this.waiting);
    this.waiting = [];
    return { kept: this.kept };
  }
}
