/** Reads lines of keys: from the text of a block, and as objects. */
import { grown, KeyLines } from './key-lines.ts';
import type { KeyedPositions } from './stretch-leaf.ts';

const lineFeed = 0x0a;
const opening = 0x5b;
const closing = 0x5d;

/**
 * The lines of a text.
 *
 * @param text a line feed before each line.
 * @throws RangeError if it is none.
 */
export const parseLines = (text: Buffer): KeyLines => {
  const lines = new KeyLines(text);
  let { places } = lines;
  let count = 0;
  for (let at = 1; at <= text.length; count++) {
    const end = at + lineLength(text, at);
    let keyEnd = end - 1;
    if (text[keyEnd] !== closing) throw new RangeError('a line of keys has no list of positions');
    while (keyEnd > at && text[keyEnd] !== opening) keyEnd--;
    if (text[keyEnd - 1] !== closing) throw new RangeError('a line of keys has no key');
    if (2 * count + 3 > places.length) places = grown(places, 2 * count + 3);
    places[2 * count + 1] = keyEnd;
    places[2 * count + 2] = end + 1;
    at = end + 1;
  }
  if (count === 0) throw new RangeError('there are no lines of keys');
  [lines.places, lines.count] = [places, count];
  return lines;
};

const lineLength = (text: Buffer, from: number): number => {
  let at = from;
  while (at < text.length && text[at] !== lineFeed) at++;
  return at - from;
};

/** The keys of lines, with their positions. */
export const keysOfLines = (lines: KeyLines): ReadonlyArray<KeyedPositions> =>
  Array.from({ length: lines.count }, (_, n) => ({
    key: lines.keyAt(n),
    positions: lines.bytes
      .toString('latin1', lines.keyEnd(n) + 1, lines.end(n) - 1)
      .split(',')
      .map(Number),
  }));
