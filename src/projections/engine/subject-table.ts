/**
 * A map from hashes of subjects to whole numbers: an open-addressing table, because there are very many. An entry takes
 * eight bytes: the lower 32 bits of its hash, and the upper 21 beside a code for its value.
 */

const bitsOfCode = 11;
/** The code of a free slot is 0; the last one says that the value is among those that have no code. */
const elsewhere = 2 ** bitsOfCode - 1;
const lowRange = 2 ** 32;
/** The share of slots that are taken, at most. */
const loadMax = 0.75;
/** How much larger a table is than the one before, at least. */
const growth = 1.5;
const slotsAtFirst = 1_024;

/** A table as plain data. */
export interface PlainSubjectTable {
  readonly lows: Uint32Array<ArrayBuffer>;
  readonly rests: Uint32Array<ArrayBuffer>;
  readonly size: number;
  readonly values: ReadonlyArray<number>;
  readonly others: ReadonlyMap<number, number>;
}

export class SubjectTable {
  private lows = new Uint32Array(slotsAtFirst);
  private rests = new Uint32Array(slotsAtFirst);
  private size = 0;
  /** The values that have a code, in the order in which they came. */
  private readonly values: number[] = [];
  private readonly codes = new Map<number, number>();
  private readonly others = new Map<number, number>();

  /** The table with the given plain data, of which it takes possession. */
  static from({ lows, rests, size, values, others }: PlainSubjectTable): SubjectTable {
    const table = new SubjectTable();
    [table.lows, table.rests, table.size] = [lows, rests, size];
    for (const value of values) table.codeOf(value);
    for (const [key, value] of others) table.others.set(key, value);
    return table;
  }

  /** The table as plain data, valid until it is changed. */
  toPlain(): PlainSubjectTable {
    const { lows, rests, size, values, others } = this;
    return { lows, rests, size, values, others };
  }

  private slotOf(low: number, high: number): number {
    const { lows, rests } = this;
    let slot = Math.floor((low / lowRange) * lows.length);
    for (;;) {
      const rest = rests[slot]!;
      if (rest % 2 ** bitsOfCode === 0) return slot;
      if (lows[slot] === low && rest >>> bitsOfCode === high) return slot;
      slot = slot + 1 === lows.length ? 0 : slot + 1;
    }
  }

  get(key: number): number | undefined {
    const code = this.rests[this.slotOf(key >>> 0, Math.floor(key / lowRange))]! % 2 ** bitsOfCode;
    if (code === 0) return undefined;
    return code === elsewhere ? this.others.get(key) : this.values[code - 1];
  }

  set(key: number, value: number): void {
    this.reserve(1);
    const [low, high] = [key >>> 0, Math.floor(key / lowRange)];
    const slot = this.slotOf(low, high);
    if (this.rests[slot]! % 2 ** bitsOfCode === 0) this.size++;
    const code = this.codeOf(value);
    if (code === elsewhere) this.others.set(key, value);
    this.lows[slot] = low;
    this.rests[slot] = high * 2 ** bitsOfCode + code;
  }

  /** Makes room for so many more, at once. */
  reserve(more: number): void {
    const needed = (this.size + more) / loadMax;
    if (needed <= this.lows.length) return;
    const [lows, rests] = [this.lows, this.rests];
    const slots = Math.ceil(Math.max(needed, lows.length * growth));
    this.lows = new Uint32Array(slots);
    this.rests = new Uint32Array(slots);
    for (let from = 0; from < rests.length; from++) {
      const rest = rests[from]!;
      if (rest === 0) continue;
      const slot = this.slotOf(lows[from]!, rest >>> bitsOfCode);
      this.lows[slot] = lows[from]!;
      this.rests[slot] = rest;
    }
  }

  private codeOf(value: number): number {
    const known = this.codes.get(value);
    if (known !== undefined) return known;
    const code = this.values.length + 1;
    if (code >= elsewhere) return elsewhere;
    this.values.push(value);
    this.codes.set(value, code);
    return code;
  }
}
