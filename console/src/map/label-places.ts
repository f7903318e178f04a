/** Places names on the map, on the side of their mark with the least overlap. */

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const lineHeightPx = 13.5;
/** The approximate width of a letter in names. */
const letterPx = 7;
/** The distance between a mark and its name. */
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

/** The box of text around its middle. */
export const textBox = (x: number, y: number, lines: ReadonlyArray<string>): Box => {
  const half = (Math.max(0, ...lines.map(({ length }) => length)) * letterPx) / 2;
  const high = (lines.length * lineHeightPx) / 2;
  return { left: x - half, top: y - high, right: x + half, bottom: y + high };
};

/** The box of a name on a side of its mark. */
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

/** The area that two boxes share, in square pixels. */
const common = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const area = ({ left, top, right, bottom }: Box): number => (right - left) * (bottom - top);

/** How much worse it is to be cut off than to be covered. */
const cutOffWeight = 10;

/** Whether text in this box would be unreadable. */
export const isCovered = (box: Box, taken: ReadonlyArray<Box>): boolean =>
  taken.some((each) => common(box, each) > area(box) / 2);

/** The index of the box with the least overlap and clipping; the first among equals. */
export const freest = (candidates: ReadonlyArray<Box>, taken: ReadonlyArray<Box>, frame: Box): number => {
  const costs = candidates.map(
    (box) =>
      taken.reduce((sum, each) => sum + common(box, each), 0) +
      cutOffWeight * (area(box) - common(box, frame)),
  );
  return costs.indexOf(Math.min(...costs));
};

/** The side of its mark on which each name goes. */
export const labelSides = (marks: ReadonlyArray<Labelled>, frame: Box): ReadonlyArray<Side> => {
  const names: Box[] = [];
  return marks.map((mark) => {
    if (mark.lines.length === 0) return 'right';
    const others = marks.filter((each) => each !== mark).map(markBox);
    const candidates = sides.map((side) => labelBox(mark, side));
    const best = freest(candidates, [...names, ...others], frame);
    names.push(candidates[best]!);
    return sides[best]!;
  });
};
