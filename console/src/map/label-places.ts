/**
 * Where names stand on the map, so that none lies on another: of the places that would do, the one that covers least.
 */

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const lineHeightPx = 13.5;
/** About the width of a letter at the size of the names. */
const letterPx = 7;
/** Between a mark and its name. */
const gapPx = 8;

export const sides = ['right', 'left', 'above', 'below'] as const;
export type Side = (typeof sides)[number];

/** A mark with its name, which may have several lines. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly lines: ReadonlyArray<string>;
}

export const markBox = ({ x, y, radius }: Labelled): Box => ({
  left: x - radius,
  top: y - radius,
  right: x + radius,
  bottom: y + radius,
});

/** The room of text of so many lines whose middle is there. */
export const textBox = (x: number, y: number, lines: ReadonlyArray<string>): Box => {
  const half = (Math.max(0, ...lines.map(({ length }) => length)) * letterPx) / 2;
  const high = (lines.length * lineHeightPx) / 2;
  return { left: x - half, top: y - high, right: x + half, bottom: y + high };
};

/** The room of a name on a side of its mark. */
export const labelBox = ({ x, y, radius, lines }: Labelled, side: Side): Box => {
  const { right: half, bottom: high } = textBox(0, 0, lines);
  switch (side) {
    case 'right':
      return textBox(x + radius + gapPx + half, y, lines);
    case 'left':
      return textBox(x - radius - gapPx - half, y, lines);
    case 'above':
      return textBox(x, y - radius - gapPx / 2 - high, lines);
    case 'below':
      return textBox(x, y + radius + gapPx / 2 + high, lines);
  }
};

/** The area in pixels that two rooms share. */
const common = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const area = ({ left, top, right, bottom }: Box): number => (right - left) * (bottom - top);

/** Cut off is worse than covered. */
const cutOffWeight = 10;

/** Whether most of a room is taken, so that what stands there could not be read. */
export const isCovered = (room: Box, taken: ReadonlyArray<Box>): boolean =>
  taken.some((each) => common(room, each) > area(room) / 2);

/** Which of some rooms covers least of what is taken and is cut off least; among equals the first. */
export const freest = (rooms: ReadonlyArray<Box>, taken: ReadonlyArray<Box>, frame: Box): number => {
  const costs = rooms.map(
    (room) =>
      taken.reduce((sum, each) => sum + common(room, each), 0) +
      cutOffWeight * (area(room) - common(room, frame)),
  );
  return costs.indexOf(Math.min(...costs));
};

/** The side on which each name stands. */
export const labelSides = (marks: ReadonlyArray<Labelled>, frame: Box): ReadonlyArray<Side> => {
  const names: Box[] = [];
  return marks.map((mark) => {
    if (mark.lines.length === 0) return 'right';
    const others = marks.filter((each) => each !== mark).map(markBox);
    const rooms = sides.map((side) => labelBox(mark, side));
    const best = freest(rooms, [...names, ...others], frame);
    names.push(rooms[best]!);
    return sides[best]!;
  });
};
