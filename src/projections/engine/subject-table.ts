/** A map from hashes of subjects to small numbers: an open-addressing hash table, because there are very many. */
export class SubjectTable {
  private keys = new Float64Array(1_024);
  private values = new Int32Array(1_024);
  private size = 0;

  private slotOf(keys: Float64Array, key: number): number {
    const mask = keys.length - 1;
    let slot = ((key % 4_294_967_296) >>> 0) & mask;
    // Zero marks a free slot.
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  get(key: number): number | undefined {
    const slot = this.slotOf(this.keys, key);
    return this.keys[slot] === 0 ? undefined : this.values[slot];
  }

  set(key: number, value: number): void {
    if ((this.size + 1) * 2 > this.keys.length) this.grow();
    const slot = this.slotOf(this.keys, key);
    if (this.keys[slot] === 0) this.size++;
    this.keys[slot] = key;
    this.values[slot] = value;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    const values = new Int32Array(this.keys.length * 2);
    this.keys.forEach((key, from) => {
      if (key === 0) return;
      const slot = this.slotOf(keys, key);
      keys[slot] = key;
      values[slot] = this.values[from]!;
    });
    this.keys = keys;
    this.values = values;
  }
}
