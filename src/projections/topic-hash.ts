/**
 * The hash of a topic, of 53 bits. Two topics with the same hash add unrelated events to a question, which the
 * folds ignore; they never change an answer. Files on disk contain these numbers.
 */

/** A topic, as its hash. */
export type Topic = number;

/** Topics are whole numbers below it. */
export const topicRange = 2 ** 53;

/** An unfinished hash: cyrb53 over the UTF-16 code units of the kind and name of a topic. */
export class TopicHash {
  private h1 = 0xdeadbeef;
  private h2 = 0x41c6ce57;

  private mix(code: number): void {
    this.h1 = Math.imul(this.h1 ^ code, 2654435761);
    this.h2 = Math.imul(this.h2 ^ code, 1597334677);
  }

  static of(text: string): TopicHash {
    const hash = new TopicHash();
    for (let index = 0; index < text.length; index++) hash.mix(text.charCodeAt(index));
    return hash;
  }

  /** The hash after appending ASCII text. */
  with(bytes: Uint8Array, start: number, end: number): Topic {
    let { h1, h2 } = this;
    for (let at = start; at < end; at++) {
      h1 = Math.imul(h1 ^ bytes[at]!, 2654435761);
      h2 = Math.imul(h2 ^ bytes[at]!, 1597334677);
    }
    h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
    h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
    return 4_294_967_296 * (2_097_151 & h2) + (h1 >>> 0);
  }
}
