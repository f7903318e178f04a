/**
 * A map from hashes of subjects to whole numbers: an open-addressing table, because there are very many. An entry takes
 * eight bytes: the lower 32 bits of its hash, and the upper 21 beside a code for its value.
 */

const bitsOfCode = 11;
/** The code of a free slot is 0; the last one says that the value is among those that have no code, and masks a code. */
const elsewhere = 2 ** bitsOfCode - 1;
const lowRange = 2 ** 32;
/** The share of slots that are taken, at most. */
const loadMax = 0.75;
/** How much larger a table is than the one before, at least. */
const growth = 1.5;
const slotsAtFirst = 1_024;

export class SubjectTable {
  private lows = new Uint32Array(slotsAtFirst);
  private rests = new Uint32Array(slotsAtFirst);
  private size = 0;
  /** The values that have a code, in the order in which they came. */
  private readonly values: number[] = [];
  private readonly codes = new Map<number, number>();
  private readonly others = new Map<number, number>();

  private slotOf(low: number, high: number): number {
    const { lows, rests } = this;
    // Spread, for the hashes that come may be close together.
    let slot = Math.floor(((Math.imul(low, 0x9e3779b1) >>> 0) / lowRange) * lows.length);
    for (;;) {
      const rest = rests[slot]!;
      if ((rest & elsewhere) === 0) return slot;
      if (lows[slot] === low && rest >>> bitsOfCode === high) return slot;
      slot = slot + 1 === lows.length ? 0 : slot + 1;
    }
  }

  get(key: number): number | undefined {
    const code = this.rests[this.slotOf(key >>> 0, Math.floor(key / lowRange))]! & elsewhere;
    if (code === 0) return undefined;
    return code === elsewhere ? this.others.get(key) : this.values[code - 1];
  }

  set(key: number, value: number): void {
    this.reserve(1);
    const [low, high] = [key >>> 0, Math.floor(key / lowRange)];
    const slot = this.slotOf(low, high);
    if ((this.rests[slot]! & elsewhere) === 0) this.size++;
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
