/** Groups places that would overlap into one mark. */
import { lookOrder, type Place, type PlaceLook } from './places.ts';

export interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly places: ReadonlyArray<Place>;
}

/** @param near the distance below which places share a mark, in map units. */
export const clustersOf = (
  placed: ReadonlyArray<{ readonly place: Place; readonly at: readonly [number, number] }>,
  near: number,
): ReadonlyArray<Cluster> => {
  const clusters: { x: number; y: number; places: Place[] }[] = [];
  for (const { place, at } of placed) {
    const close = clusters.find(({ x, y }) => Math.hypot(x - at[0], y - at[1]) < near);
    if (close === undefined) clusters.push({ x: at[0], y: at[1], places: [place] });
    else close.places.push(place);
  }
  return clusters;
};

/** Places to name, the most important first. */
export const namedIn = (cluster: Cluster): ReadonlyArray<Place> =>
  cluster.places
    .filter(({ look }) => look !== 'idle')
    .sort((a, b) => lookOrder.indexOf(a.look) - lookOrder.indexOf(b.look));

/** The rings of a mark: one for each kind of place in it. */
export const looksOf = ({ places }: Cluster): ReadonlyArray<PlaceLook> => {
  const all = lookOrder.filter((look) => places.some((place) => place.look === look));
  return all.length === 1 ? all : all.filter((look) => look !== 'idle');
};

/** The distance between the rings of a mark. */
export const ringPx = 3.5;
const idlePx = 2.5;

/** The radius of a mark, in pixels. */
export const radiusOf = (cluster: Cluster): number => {
  const looks = looksOf(cluster);
  if (looks[0] === 'idle') return idlePx;
  return Math.max(...cluster.places.map(({ size }) => size)) + ringPx * (looks.length - 1);
};
