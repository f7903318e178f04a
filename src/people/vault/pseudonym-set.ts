/** The pseudonyms of a vault in memory, in 25 to 50 bytes each, to look up those that the bytes of a log contain. */
import { pseudonymBytes } from './vault.ts';

/** Characters of a pseudonym after its prefix. */
const charactersAfterPrefix = 22;
const wordsOf = pseudonymBytes / 4;
/** The value of each character of base64url; 255 for every other byte. */
const valueIn64 = new Uint8Array(256).fill(255);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries())
  valueIn64[character.charCodeAt(0)] = value;

const slotsFirst = 1_024;

/** A set of pseudonyms that also knows which of them were looked up. */
export class PseudonymSet {
  /** The pseudonyms in order of their addition, four words each. */
  private words = new Uint32Array(slotsFirst * wordsOf);
  /** Open addressing: 0, or one more than the number of a pseudonym. At most half of the slots are taken. */
  private slots = new Uint32Array(slotsFirst * 2);
  private wasFound = new Uint8Array(slotsFirst);
  private size = 0;
  private readonly read = new Uint32Array(wordsOf);
  private readonly readBytes = new Uint8Array(this.read.buffer);
  /** How many different pseudonyms were found. */
  found = 0;

  /** Adds a pseudonym, given by its bytes. */
  add(pseudonym: Uint8Array): void {
    if (pseudonym.length !== pseudonymBytes) return;
    if (this.size === this.wasFound.length) this.grow();
    this.readBytes.set(pseudonym);
    const slot = this.slotOf(this.read, 0);
    if (this.slots[slot] !== 0) return;
    this.words.set(this.read, this.size * wordsOf);
    this.slots[slot] = ++this.size;
  }

  /**
   * Looks up the pseudonym whose characters after the prefix begin at a place in some bytes.
   *
   * @returns undefined if the bytes are no pseudonym.
   */
  find(bytes: Uint8Array, at: number): boolean | undefined {
    let [bits, kept, written] = [0, 0, 0];
    for (let character = 0; character < charactersAfterPrefix; character++) {
      const value = valueIn64[bytes[at + character] ?? 0]!;
      if (value === 255) return undefined;
      bits = (bits << 6) | value;
      kept += 6;
      if (kept < 8) continue;
      kept -= 8;
      this.readBytes[written++] = bits >>> kept;
      bits &= (1 << kept) - 1;
    }
    // What is left of the last character.
    if (bits !== 0) return undefined;
    const number = this.slots[this.slotOf(this.read, 0)]!;
    if (number === 0) return false;
    if (this.wasFound[number - 1] === 0) {
      this.wasFound[number - 1] = 1;
      this.found++;
    }
    return true;
  }

  /** The slot of a pseudonym, or the free one that it would take. Pseudonyms are random: any word is a hash. */
  private slotOf(words: Uint32Array, at: number): number {
    const mask = this.slots.length - 1;
    for (let slot = words[at]! & mask; ; slot = (slot + 1) & mask) {
      const number = this.slots[slot]!;
      if (number === 0) return slot;
      const other = (number - 1) * wordsOf;
      let same = 0;
      while (same < wordsOf && this.words[other + same] === words[at + same]) same++;
      if (same === wordsOf) return slot;
    }
  }

  private grow(): void {
    const [words, wasFound] = [this.words, this.wasFound];
    this.words = new Uint32Array(words.length * 2);
    this.words.set(words);
    this.wasFound = new Uint8Array(wasFound.length * 2);
    this.wasFound.set(wasFound);
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let number = 1; number <= this.size; number++)
      this.slots[this.slotOf(words, (number - 1) * wordsOf)] = number;
  }
}
