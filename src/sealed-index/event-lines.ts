/** The lines of the keys of stored events, in log order. */
import { storedVersion } from '../domain/events/stored.ts';
import { type SubjectList, subjectListIn } from '../projections/engine/stored-about.ts';
import { packBlock, unpackBlock } from './index-format.ts';
import { type IndexedEvent, visitKeys } from './index-key.ts';
import type { KeyLines } from './key-lines.ts';
import { KeyOrder } from './key-order.ts';
import { type KeyBlocks, mergedLines, sortedLines } from './merged-lines.ts';

/** Bytes of lines to sort at once: those of some 700,000 people, and less than the memory that they double to. */
const linesBytesMax = 24 * 1_024 * 1_024;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const firstPlain = 0x20;
const lastPlain = 0x7e;

const subjectBefore = Buffer.from('["subject",');
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Adds the key of each person in a list; false if a name is not plain ASCII, or there is anything else. */
const addPeople = ({ stored, start, end }: SubjectList, list: Uint8Array, lines: KeyLines): boolean => {
  for (let from = start; ; ) {
    if (stored[from] !== quote) return false;
    let to = from + 1;
    for (; stored[to] !== quote; to++) {
      const character = stored[to]!;
      // Beyond the end it is undefined, which no comparison holds for.
      if (!(character >= firstPlain && character <= lastPlain && character !== backslash)) return false;
    }
    to++;
    if (to > end) return false;
    lines.addJoined(subjectBefore, stored, from, to, list);
    if (to === end) return true;
    if (stored[to] !== comma) return false;
    from = to + 1;
  }
};

/**
 * The event with the first person of its list alone, if the rest is what this Domicile writes: the list is that of its
 * data, and no member is there twice. Otherwise undefined, since decoding it whole may lead to other keys.
 */
const withFirstAlone = ({ stored, start, end }: SubjectList): Uint8Array | undefined => {
  const first = stored.subarray(start, stored.indexOf(quote, start + 1) + 1);
  const reduced = Buffer.concat([stored.subarray(0, start), first, stored.subarray(end)]);
  try {
    const text = decoder.decode(reduced);
    const parsed = JSON.parse(text) as Readonly<Record<'storedversion' | 'type' | 'time', unknown>>;
    JSON.parse(`${decoder.decode(stored.subarray(0, start))}]}}`);
    return JSON.stringify(parsed) === text &&
      parsed.storedversion === storedVersion &&
      parsed.type === 'SubjectsEnrolled' &&
      typeof parsed.time === 'string'
      ? reduced
      : undefined;
  } catch {
    return undefined;
  }
};

/** Adds the keys of an event that enrols many people without decoding their names; false if that is not possible. */
const addEnrolment = (event: IndexedEvent, list: string, lines: KeyLines): boolean => {
  const people = subjectListIn(event.bytes);
  if (people === undefined) return false;
  const before = lines.count;
  const bytes = addPeople(people, Buffer.from(list), lines) ? withFirstAlone(people) : undefined;
  if (bytes === undefined) {
    lines.count = before;
    return false;
  }
  visitKeys({ ...event, bytes }, (key) => lines.add(key, list));
  return true;
};

/**
 * The sorted keys of events in log order.
 *
 * @param order the memory in which they are sorted.
 * @param bytesMax from so many bytes of lines on, those of further events are sorted apart, and merged with them.
 */
export function* linesOfEvents(
  events: Iterable<IndexedEvent>,
  order = new KeyOrder(),
  bytesMax = linesBytesMax,
): KeyBlocks {
  const apart: Uint8Array[][] = [];
  const { lines } = order;
  lines.clear();
  for (const event of events) {
    const list = `[${event.position}]`;
    if (!addEnrolment(event, list, lines)) visitKeys(event, (key) => lines.add(key, list));
    if (lines.start(lines.count) < bytesMax) continue;
    apart.push([...sortedLines(order)].map(packBlock));
    lines.clear();
  }
  const rest = sortedLines(order);
  yield* apart.length === 0 ? rest : mergedLines([...apart.map(unpacked), rest]);
}

function* unpacked(blocks: ReadonlyArray<Uint8Array>): KeyBlocks {
  for (const block of blocks) yield unpackBlock(block);
}
