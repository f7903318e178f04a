/** A fixed set of ASCII words, each with a number, looked up by their bytes. */
const encoder = new TextEncoder();

/** Looks up words in a buffer without decoding them. */
export class Vocabulary {
  private readonly byLength: (readonly { readonly bytes: Uint8Array; readonly number: number }[])[] = [];

  constructor(words: ReadonlyArray<readonly [word: string, number: number]>) {
    for (const [word, number] of words) {
      this.byLength[word.length] = [
        ...(this.byLength[word.length] ?? []),
        { bytes: encoder.encode(word), number },
      ];
    }
  }

  /** The number of the word in `[start, end)`; -1 if it is unknown. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const candidates = this.byLength[end - start];
    if (candidates === undefined) return -1;
    for (const candidate of candidates) {
      let at = end - start - 1;
      while (at >= 0 && candidate.bytes[at] === bytes[start + at]) at--;
      if (at < 0) return candidate.number;
    }
    return -1;
  }
}
