/**
 * The shape of a JSON text, seen before it is parsed: how deep it is nested, and how many values it has. A parser builds
 * whatever it is given, and decoding what it built can cost far more than its bytes; what is too deep or has too many
 * values is refused by this one pass over the bytes.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { Turns } from '../../threads/turns.ts';

/** Levels of nesting: events have six at most. */
const jsonDepthMax = 32;
/** A text of fewer bytes can do no harm, whatever its shape. */
export const examinedBytesMin = 64 * 1_024;
/** Bytes that are looked at between two looks at the clock. */
const strideBytes = 64 * 1_024;

/** The byte ranges of the items of a text that is an array, `[from, to)` each, white space included. */
export type Items = ReadonlyArray<readonly [number, number]>;

/** What holds the place that was come to: an object, with its last key as a byte range, or an array, with an index. */
interface Level {
  isObject: boolean;
  keyFrom: number;
  keyTo: number;
  index: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** The place of a value (RFC 6901), by what holds it. */
const pointerOf = (bytes: Buffer, levels: ReadonlyArray<Level>, depth: number): string => {
  let pointer = '';
  for (let level = 1; level < depth; level++) {
    const { isObject, keyFrom, keyTo, index } = levels[level]!;
    const key = isObject ? bytes.toString('utf8', keyFrom, keyTo) : String(index);
    pointer += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return pointer;
};

/**
 * Examines a text: it may be no JSON at all, which the parser tells. Others get their turn now and then.
 *
 * @param valuesMax how many values it may have, counting each member and item.
 * @returns the items, if it is an array; or what is too large, with the place of what holds it.
 */
export const examine = async (bytes: Buffer, valuesMax: number): Promise<E.Either<Fault, Items>> => {
  const turns = new Turns();
  const levels: Level[] = [];
  for (let level = 0; level <= jsonDepthMax; level++)
    levels.push({ isObject: false, keyFrom: 0, keyTo: 0, index: 0 });
  const items: (readonly [number, number])[] = [];
  let itemFrom = 0;
  let depth = 0;
  let values = 1;
  let textFrom = 0;
  let textTo = 0;
  for (let at = 0, look = strideBytes; at < bytes.length; at++) {
    if (at >= look) {
      look = at + strideBytes;
      if (turns.isOver()) await turns.next();
    }
    switch (bytes[at]) {
      case quote: {
        textFrom = at + 1;
        let end = bytes.indexOf(quote, textFrom);
        while (end !== -1 && isEscaped(bytes, textFrom, end)) end = bytes.indexOf(quote, end + 1);
        textTo = end === -1 ? bytes.length : end;
        at = textTo;
        break;
      }
      case colon: {
        const level = levels[depth]!;
        level.keyFrom = textFrom;
        level.keyTo = textTo;
        break;
      }
      case comma: {
        values++;
        levels[depth]!.index++;
        if (depth === 1 && !levels[1]!.isObject) {
          items.push([itemFrom, at]);
          itemFrom = at + 1;
        }
        break;
      }
      case openArray:
      case openObject: {
        depth++;
        values++;
        if (depth > jsonDepthMax) {
          const message = `is nested deeper than ${jsonDepthMax} levels, which is too deep for an event`;
          return E.left({ pointer: pointerOf(bytes, levels, depth), message });
        }
        const level = levels[depth]!;
        level.isObject = bytes[at] === openObject;
        level.index = 0;
        if (depth === 1) itemFrom = at + 1;
        break;
      }
      case closeArray:
      case closeObject: {
        if (depth === 1 && !levels[1]!.isObject) items.push([itemFrom, at]);
        depth = Math.max(0, depth - 1);
        break;
      }
    }
    if (values > valuesMax) {
      const message = `brings the body to more than ${valuesMax} values; send fewer at a time`;
      return E.left({ pointer: pointerOf(bytes, levels, depth), message });
    }
  }
  return E.right(items);
};

/** Whether the quote at the place is escaped: by an odd number of backslashes before it. */
const isEscaped = (bytes: Buffer, from: number, quoteAt: number): boolean => {
  let at = quoteAt;
  while (at > from && bytes[at - 1] === backslash) at--;
  return (quoteAt - at) % 2 === 1;
};
