/**
 * Places in map units, and the part of the world that is shown.
 */
import { points } from 'virtual:world';
import { worldHeight, worldProjection, worldWidth } from '../../world/projection.ts';
import type { Place } from './places.ts';

const project = worldProjection();

/** The position of a place in map units. A place without coordinates is put into its country. */
export const unitsOf = ({ longitude, latitude, country }: Place): readonly [number, number] | undefined => {
  const at =
    longitude !== null && latitude !== null
      ? ([longitude, latitude] as const)
      : country === null
        ? undefined
        : points[country];
  return at === undefined ? undefined : (project([...at]) ?? undefined);
};

/** The visible part of the world, in map units. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The minimum width of a view, so that a single place is shown with its surroundings. */
const widthMin = 330;

/** The part of the world around some points, with the proportions of the box. */
export const viewAround = (at: ReadonlyArray<readonly [number, number]>, ratio: number): View => {
  const all = at.length === 0;
  const xs = all ? [0, worldWidth] : at.map(([x]) => x);
  const ys = all ? [0, worldHeight] : at.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const room = all ? 0 : 46;
  let width = Math.max(widthMin, right - left + 2 * room + (all ? 0 : 60));
  let height = bottom - top + 2 * room;
  if (width / height > ratio) height = width / ratio;
  else width = height * ratio;
  // A view is never larger than the world.
  const scale = all ? 1 : Math.min(1, Math.max(worldWidth / width, worldHeight / height));
  width *= scale;
  height *= scale;
  const within = (middle: number, length: number, whole: number): number =>
    length >= whole ? (whole - length) / 2 : Math.min(Math.max(0, middle - length / 2), whole - length);
  return {
    x: within((left + right) / 2, width, worldWidth),
    y: within((top + bottom) / 2, height, worldHeight),
    width,
    height,
  };
};
