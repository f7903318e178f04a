/**
 * A map of the world with sites and the ways between places, from the offline atlas. The table beside it says the same.
 */

import { points, shapes } from 'virtual:world';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { worldHeight, worldProjection, worldWidth } from '../../world/projection.ts';

/** How a place is marked; each has a shape of its own besides its colour. */
export type PlaceLook = 'live' | 'backup' | 'overdue' | 'idle' | 'reach';

export interface Place {
  readonly id: string;
  readonly label: string;
  readonly country: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly look: PlaceLook;
  /** Radius in pixels. */
  readonly size: number;
}

export interface Way {
  readonly id: string;
  /** Ids of places. */
  readonly from: string;
  readonly to: string;
  readonly look: 'move' | 'backup' | 'reach';
  /** Width in pixels. */
  readonly width: number;
  readonly words: string;
  /** Stands at its middle. */
  readonly label?: string;
}

export interface WorldMapProps {
  readonly places: ReadonlyArray<Place>;
  readonly ways: ReadonlyArray<Way>;
  /** What the map shows, in a sentence. */
  readonly words: string;
  /** Shows all of the world instead of what surrounds the places. */
  readonly whole?: boolean;
  readonly chosen?: string | undefined;
}

const project = worldProjection();

/** Where a place is, in map units; without coordinates, in its country. */
const unitsOf = ({ longitude, latitude, country }: Place): readonly [number, number] | undefined => {
  const at =
    longitude !== null && latitude !== null
      ? ([longitude, latitude] as const)
      : country === null
        ? undefined
        : points[country];
  return at === undefined ? undefined : (project([...at]) ?? undefined);
};

interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const leastWidth = 330;

/** The part of the world around some points, in the proportions of the box. */
const viewAround = (at: ReadonlyArray<readonly [number, number]>, ratio: number, whole: boolean): View => {
  const all = whole || at.length === 0;
  const xs = all ? [0, worldWidth] : at.map(([x]) => x);
  const ys = all ? [0, worldHeight] : at.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const room = all ? 0 : 46;
  let width = Math.max(leastWidth, right - left + 2 * room + (all ? 0 : 60));
  let height = bottom - top + 2 * room;
  if (width / height > ratio) height = width / ratio;
  else width = height * ratio;
  // No more than the world: beyond it there is nothing to see.
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

interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly places: ReadonlyArray<Place>;
}

/** Places that would lie on one another, together. */
const clustersOf = (
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

/** How far each kind of way bends, so that two between the same places are told apart. */
const bends: Readonly<Record<Way['look'], number>> = { move: 0.2, backup: 0.28, reach: -0.16 };

const lookOrder: ReadonlyArray<PlaceLook> = ['overdue', 'live', 'backup', 'reach', 'idle'];

interface Curve {
  readonly path: string;
  readonly middle: readonly [number, number];
}

/** A way as a curve, and where its middle is, in map units. */
const curve = (
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
  // Ends before the mark of the place, so that the tip is seen.
  const end = Math.hypot(bx - cx, by - cy) || 1;
  const [ex, ey] = [bx - ((bx - cx) / end) * short, by - ((by - cy) / end) * short];
  const written = [ax, ay, cx, cy, ex, ey].map((each) => each.toFixed(1));
  return {
    path: `M${written[0]} ${written[1]}Q${written[2]} ${written[3]} ${written[4]} ${written[5]}`,
    middle: [ax / 4 + cx / 2 + ex / 4, ay / 4 + cy / 2 + ey / 4],
  };
};

/** About the width of a page between its margins. */
const paperPx = 690;

const useBox = () => {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 640, height: 320 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => {
      if (element.clientWidth > 0) setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    // Drawn for the width of a page, so that names keep their size on paper.
    const toPaper = (): void =>
      flushSync(() =>
        setSize(({ width, height }) => ({ width: paperPx, height: (height / width) * paperPx })),
      );
    const observer = new ResizeObserver(look);
    observer.observe(element);
    window.addEventListener('beforeprint', toPaper);
    window.addEventListener('afterprint', look);
    return () => {
      observer.disconnect();
      window.removeEventListener('beforeprint', toPaper);
      window.removeEventListener('afterprint', look);
    };
  }, []);
  return { box, size };
};

export const WorldMap = ({ places, ways, words, whole = false, chosen }: WorldMapProps) => {
  const { box, size } = useBox();
  const placed = useMemo(
    () =>
      places.flatMap((place) => {
        const at = unitsOf(place);
        return at === undefined ? [] : [{ place, at }];
      }),
    [places],
  );
  const busy = placed.filter(({ place }) => place.look !== 'idle');
  const view = viewAround(
    (busy.length === 0 ? placed : busy).map(({ at }) => at),
    size.width / Math.max(1, size.height),
    whole,
  );
  /** Map units of a pixel. */
  const px = view.width / size.width;
  const clusters = clustersOf(placed, 15 * px);
  const at = new Map(
    clusters.flatMap(({ x, y, places: of }) => of.map(({ id }) => [id, [x, y] as const] as const)),
  );
  const held = new Set(
    places.filter(({ look }) => look !== 'idle' && look !== 'reach').map(({ country }) => country),
  );
  const lost = places.length - placed.length;

  return (
    <div className="map-frame">
      <div
        className="world-map"
        ref={box}
        style={{ '--ratio': (size.width / Math.max(1, size.height)).toFixed(4) } as CSSProperties}
      >
        <svg
          viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
          preserveAspectRatio="xMidYMid slice"
          role="img"
          aria-label={words}
        >
          <defs>
            {(['move', 'backup', 'reach'] as const).map((look) => (
              <marker
                key={look}
                id={`tip-${look}`}
                className={`tip tip-${look}`}
                viewBox="0 0 8 8"
                refX="6"
                refY="4"
                markerWidth={9 * px}
                markerHeight={9 * px}
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 0.5 8 4 0 7.5Z" />
              </marker>
            ))}
          </defs>
          <g className="countries">
            {shapes.map(([code, path], index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the atlas does not change.
              <path key={index} d={path} className={held.has(code) ? 'country held' : 'country'} />
            ))}
          </g>
          <g className="ways">
            {ways.map((way) => {
              const [from, to] = [at.get(way.from), at.get(way.to)];
              if (from === undefined || to === undefined || from === to) return null;
              if (from[0] === to[0] && from[1] === to[1]) return null;
              const { path, middle } = curve(from, to, bends[way.look], 11 * px);
              return (
                <g key={way.id}>
                  <path
                    className={`way way-${way.look}`}
                    d={path}
                    strokeWidth={way.width * px}
                    strokeDasharray={
                      way.look === 'reach'
                        ? `${2 * px} ${4 * px}`
                        : way.look === 'backup'
                          ? `${7 * px} ${4 * px}`
                          : undefined
                    }
                    markerEnd={`url(#tip-${way.look})`}
                  >
                    <title>{way.words}</title>
                  </path>
                  {way.label === undefined ? null : (
                    <text
                      className="way-label"
                      x={middle[0]}
                      y={middle[1] - 5 * px}
                      fontSize={11.5 * px}
                      strokeWidth={4 * px}
                      textAnchor="middle"
                    >
                      {way.label}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
          <g className="places">
            {clusters.map((cluster) => (
              <ClusterMark
                key={cluster.places[0]!.id}
                cluster={cluster}
                px={px}
                view={view}
                chosen={chosen}
              />
            ))}
          </g>
        </svg>
      </div>
      <MapLegend
        places={new Set(busy.map(({ place }) => place.look))}
        ways={new Set(ways.map(({ look }) => look))}
      />
      {lost === 0 ? null : <p className="map-note">{lost} without a known country are not on the map.</p>}
    </div>
  );
};

const placeWords: Readonly<Record<PlaceLook, string>> = {
  live: 'live data',
  backup: 'backups',
  overdue: 'overdue backups',
  reach: 'who could reach it',
  idle: 'nothing',
};
const wayWords: Readonly<Record<Way['look'], string>> = {
  move: 'moved or copied',
  backup: 'backed up',
  reach: 'could reach',
};

const MapLegend = ({ places, ways }: { places: ReadonlySet<PlaceLook>; ways: ReadonlySet<Way['look']> }) => (
  <ul className="legend map-legend" aria-label="What the map marks">
    {lookOrder
      .filter((look) => look !== 'idle' && places.has(look))
      .map((look) => (
        <li key={look}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <circle className={`place place-${look}`} cx="7" cy="7" r="4.5" strokeWidth="2" />
          </svg>
          {placeWords[look]}
        </li>
      ))}
    {(['move', 'backup', 'reach'] as const)
      .filter((look) => ways.has(look))
      .map((look) => (
        <li key={look}>
          <svg viewBox="0 0 26 14" className="wide" aria-hidden="true">
            <path
              className={`way way-${look}`}
              d="M1 7H25"
              strokeWidth="2"
              strokeDasharray={look === 'reach' ? '2 3' : look === 'backup' ? '6 3' : undefined}
            />
          </svg>
          {wayWords[look]}
        </li>
      ))}
  </ul>
);

const ClusterMark = ({
  cluster: { x, y, places },
  px,
  view,
  chosen,
}: {
  cluster: Cluster;
  px: number;
  view: View;
  chosen: string | undefined;
}) => {
  const ranked = [...places].sort((a, b) => lookOrder.indexOf(a.look) - lookOrder.indexOf(b.look));
  const all = [...new Set(ranked.map(({ look }) => look))];
  const looks = all.length === 1 ? all : all.filter((look) => look !== 'idle');
  const size = Math.max(...places.map((place) => place.size));
  const labelled = ranked.filter(({ look }) => look !== 'idle');
  const left = x > view.x + view.width * 0.72;
  const line = 13.5 * px;
  return (
    <g className="place-cluster">
      {looks.map((look, index) => (
        <circle
          key={look}
          className={`place place-${look}`}
          cx={x}
          cy={y}
          r={(look === 'idle' ? 2.5 : size + 3.5 * (looks.length - 1 - index)) * px}
          strokeWidth={2 * px}
        />
      ))}
      {labelled.map((place, index) => (
        <text
          key={place.id}
          className={`place-label ${place.id === chosen ? 'chosen' : ''}`}
          x={x + (left ? -1 : 1) * (size + 8) * px}
          y={y + (index - (labelled.length - 1) / 2) * line + 4 * px}
          fontSize={11.5 * px}
          strokeWidth={3 * px}
          textAnchor={left ? 'end' : 'start'}
        >
          {place.label}
        </text>
      ))}
    </g>
  );
};

/** A point for a country, as a place from which something is reached. */
export const countryPlace = (code: string): Place => ({
  id: `country ${code}`,
  label: code,
  country: code,
  latitude: null,
  longitude: null,
  look: 'reach',
  size: 4,
});
