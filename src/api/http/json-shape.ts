/**
 * Examines the shape of a JSON text before parsing: its nesting and its number of values. A parser builds whatever
 * it is given, and decoding the result can cost far more than its bytes. One pass over the bytes refuses texts that
 * are too deep or have too many values.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { Turns } from '../../threads/turns.ts';

/** Levels of nesting: events have six at most. */
const jsonDepthMax = 32;
/** A text with fewer bytes is harmless, whatever its shape. */
export const examinedBytesMin = 64 * 1_024;
/** Bytes to examine between two checks of the clock. */
const strideBytes = 64 * 1_024;

/** The byte ranges `[from, to)` of the items of an array, including white space. */
export type Items = ReadonlyArray<readonly [number, number]>;

/** A container at the current place: an object, with its last key as a byte range, or an array, with an index. */
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

/** The JSON pointer (RFC 6901) of the current place. */
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
 * Examines a text. It need not be valid JSON, which the parser checks. It yields to other work.
 *
 * @param valuesMax the maximum number of values, counting each member and item.
 * @returns the items, if it is an array; or what is too large, with the place of its container.
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

/** Whether the quote at a place is escaped: an odd number of backslashes precede it. */
const isEscaped = (bytes: Buffer, from: number, quoteAt: number): boolean => {
  let at = quoteAt;
  while (at > from && bytes[at - 1] === backslash) at--;
  return (quoteAt - at) % 2 === 1;
};
