/** Interned names: a name in the log's bytes is recognised by these bytes, so that its topics are hashed once. */
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { Topic } from '../topic-hash.ts';
import type { TopicKind } from '../topics.ts';
import { topic } from '../topics.ts';

/** What a scanner knows of a name as that of a thing of one kind. */
export interface NameState {
  /** Its index among the names of a batch, and the number of that batch. */
  index: number;
  batch: number;
  /** Whether it was registered before that batch, and the last batch that registers it. */
  registeredBefore: boolean;
  registeredIn: number;
  /** The sources of the batch that name it, by index: the first 31 as bits. */
  namedBy: number;
}

/** A name with its cached topics and states. */
export class InternedName {
  readonly text: string;
  private readonly topics = new Map<TopicKind, Topic>();
  private readonly states = new Map<RegisteredKind, NameState>();

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

  as(kind: RegisteredKind): NameState {
    let state = this.states.get(kind);
    if (state === undefined) {
      state = { index: 0, batch: 0, registeredBefore: false, registeredIn: 0, namedBy: 0 };
      this.states.set(kind, state);
    }
    return state;
  }
}

/** FNV-1a over the bytes, with its high bits mixed into the low ones. */
const hashAt = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
};

/** All names seen so far. Names found in bytes are ASCII. */
export class NamePool {
  private readonly byText = new Map<string, InternedName>();
  /** An open-addressing hash table from bytes to names. */
  private slots: (InternedName | undefined)[] = new Array(1_024).fill(undefined);
  private taken = 0;

  of(text: string): InternedName {
    let name = this.byText.get(text);
    if (name === undefined) {
      name = new InternedName(text);
      this.byText.set(text, name);
    }
    return name;
  }

  /** The name in these bytes. */
  at(bytes: Uint8Array, start: number, end: number): InternedName {
    const mask = this.slots.length - 1;
    for (let slot = hashAt(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const name = this.slots[slot];
      if (name === undefined) return this.add(slot, bytes, start, end);
      if (isAt(name.text, bytes, start, end)) return name;
    }
  }

  private add(slot: number, bytes: Uint8Array, start: number, end: number): InternedName {
    const name = this.of(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    this.slots[slot] = name;
    if (++this.taken * 2 > this.slots.length) {
      const before = this.slots;
      this.slots = new Array(before.length * 4).fill(undefined);
      this.taken = 0;
      for (const each of before) if (each !== undefined) this.place(each);
    }
    return name;
  }

  private place(name: InternedName): void {
    const bytes = Buffer.from(name.text, 'latin1');
    const mask = this.slots.length - 1;
    let slot = hashAt(bytes, 0, bytes.length) & mask;
    while (this.slots[slot] !== undefined) slot = (slot + 1) & mask;
    this.slots[slot] = name;
    this.taken++;
  }
}

const isAt = (text: string, bytes: Uint8Array, start: number, end: number): boolean => {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
};
