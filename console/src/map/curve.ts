/** Ways between places as curves. */
import type { Way } from './places.ts';

/** The bend of each kind of way, so that ways between the same places stay apart. */
export const bends: Readonly<Record<Way['look'], number>> = { move: 0.2, backup: 0.28, reach: -0.16 };

/** A curve in map units. */
export interface Curve {
  readonly path: string;
  /** The point after a fraction of the curve, from 0 to 1. */
  readonly after: (part: number) => readonly [number, number];
}

/** @param short how far before its end the curve stops, so that its arrowhead stays visible beside the mark. */
export const curve = (
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  bend: number,
  short: number,
): Curve => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy) || 1;
  const [cx, cy] = [
    (ax + bx) / 2 + (dy / length) * bend * length,
    (ay + by) / 2 - (dx / length) * bend * length,
  ];
  const end = Math.hypot(bx - cx, by - cy) || 1;
  const [ex, ey] = [bx - ((bx - cx) / end) * short, by - ((by - cy) / end) * short];
  const written = [ax, ay, cx, cy, ex, ey].map((each) => each.toFixed(1));
  return {
    path: `M${written[0]} ${written[1]}Q${written[2]} ${written[3]} ${written[4]} ${written[5]}`,
    after: (part) => {
      const [a, c, e] = [(1 - part) ** 2, 2 * part * (1 - part), part ** 2];
      return [a * ax + c * cx + e * ex, a * ay + c * cy + e * ey];
    },
  };
};

/** The dash pattern of a way: strokes and gaps, in pixels. */
export const dashes = ({ look, width }: Way): ReadonlyArray<number> | undefined => {
  if (look === 'reach') return [2, 4];
  return look === 'backup' ? [5 + 2 * width, 3 + width] : undefined;
};
