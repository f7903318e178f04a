/**
 * Names as they stand in the bytes of the log, each known again by its bytes: what is worked out for a name is worked
 * out once.
 */
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { Topic, TopicKind } from '../topics.ts';
import { topic } from '../topics.ts';

/** What is known of a name as one of a kind. */
export interface KnownName {
  /** Its number in the stretch that is being read, and which stretch that is. */
  number: number;
  stretch: number;
  /** Whether it is registered before that stretch, or by it so far. */
  registeredBefore: boolean;
  registeredIn: number;
}

export class Word {
  readonly text: string;
  private readonly topics = new Map<TopicKind, Topic>();
  private readonly names = new Map<RegisteredKind, KnownName>();

  constructor(text: string) {
    this.text = text;
  }

  topic(kind: TopicKind): Topic {
    let hash = this.topics.get(kind);
    if (hash === undefined) {
      hash = topic(kind, this.text);
      this.topics.set(kind, hash);
    }
    return hash;
  }

  as(kind: RegisteredKind): KnownName {
    let name = this.names.get(kind);
    if (name === undefined) {
      name = { number: 0, stretch: 0, registeredBefore: false, registeredIn: 0 };
      this.names.set(kind, name);
    }
    return name;
  }
}

/** All words seen. Names in bytes are ASCII. */
export class Words {
  private readonly byText = new Map<string, Word>();
  /** An open-addressing table from the hash of bytes to words. */
  private slots: (Word | undefined)[] = new Array(1_024).fill(undefined);
  private taken = 0;

  of(text: string): Word {
    let word = this.byText.get(text);
    if (word === undefined) {
      word = new Word(text);
      this.byText.set(text, word);
    }
    return word;
  }

  /** The word at these bytes. */
  at(bytes: Uint8Array, start: number, end: number): Word {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    const mask = this.slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const word = this.slots[slot];
      if (word === undefined) return this.add(slot, bytes, start, end);
      if (isAt(word.text, bytes, start, end)) return word;
    }
  }

  private add(slot: number, bytes: Uint8Array, start: number, end: number): Word {
    const word = this.of(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    this.slots[slot] = word;
    if (++this.taken * 2 > this.slots.length) {
      const before = this.slots;
      this.slots = new Array(before.length * 4).fill(undefined);
      this.taken = 0;
      for (const each of before) if (each !== undefined) this.place(each);
    }
    return word;
  }

  private place(word: Word): void {
    const bytes = Buffer.from(word.text, 'latin1');
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.slots[slot] !== undefined) slot = (slot + 1) & mask;
    this.slots[slot] = word;
    this.taken++;
  }
}

const isAt = (text: string, bytes: Uint8Array, start: number, end: number): boolean => {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
};
