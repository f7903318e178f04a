/**
 * A map of the world with sites and the ways between places, from the offline atlas. The table beside it says the same.
 */

import { points, shapes } from 'virtual:world';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { worldHeight, worldProjection, worldWidth } from '../../world/projection.ts';
import {
  freest,
  isCovered,
  labelBox,
  labelSides,
  lineHeightPx,
  markBox,
  type Side,
  textBox,
} from './label-places.ts';

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
  /** Whether marks and ways are the larger, the more people they are about. */
  readonly byPeople?: boolean;
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
const viewAround = (at: ReadonlyArray<readonly [number, number]>, ratio: number): View => {
  const all = at.length === 0;
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
  /** Where the curve is after a part of it, from 0 to 1. */
  readonly after: (part: number) => readonly [number, number];
}

/** A way as it is drawn, with its label where it has one. */
interface Drawn {
  readonly way: Way;
  readonly path: string;
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | undefined;
}

/** A way as a curve, in map units. */
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
    after: (part) => {
      const [a, c, e] = [(1 - part) ** 2, 2 * part * (1 - part), part ** 2];
      return [a * ax + c * cx + e * ex, a * ay + c * cy + e * ey];
    },
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

/** Places whose names are told, the most telling first. */
const namedIn = (cluster: Cluster): ReadonlyArray<Place> =>
  cluster.places
    .filter(({ look }) => look !== 'idle')
    .sort((a, b) => lookOrder.indexOf(a.look) - lookOrder.indexOf(b.look));

/** How many rings a mark has: one for each thing that is so of its places. */
const looksOf = ({ places }: Cluster): ReadonlyArray<PlaceLook> => {
  const all = lookOrder.filter((look) => places.some((place) => place.look === look));
  return all.length === 1 ? all : all.filter((look) => look !== 'idle');
};

/** Between the rings of a mark, in pixels. */
const ringPx = 3.5;
const idlePx = 2.5;

const radiusOf = (cluster: Cluster): number => {
  const looks = looksOf(cluster);
  if (looks[0] === 'idle') return idlePx;
  return Math.max(...cluster.places.map(({ size }) => size)) + ringPx * (looks.length - 1);
};

/** The length of the tip of a way. */
const tipPx = 11;

/** Where along a way its label may stand. */
const labelParts = [0.5, 0.4, 0.6, 0.3, 0.7];

export const WorldMap = ({ places, ways, words, byPeople = false }: WorldMapProps) => {
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
  );
  /** Map units of a pixel. */
  const px = view.width / size.width;
  const clusters = clustersOf(placed, 15 * px);
  const clusterOf = new Map(
    clusters.flatMap((cluster) => cluster.places.map(({ id }) => [id, cluster] as const)),
  );

  // Names and numbers stand where they cover one another least.
  const frame = { left: 0, top: 0, right: size.width, bottom: size.height };
  const marks = clusters.map((cluster) => ({
    x: (cluster.x - view.x) / px,
    y: (cluster.y - view.y) / px,
    radius: radiusOf(cluster),
    lines: namedIn(cluster).map(({ label }) => label),
  }));
  const labelled = labelSides(marks, frame);
  const taken = marks.flatMap((mark, index) =>
    mark.lines.length === 0 ? [] : [markBox(mark), labelBox(mark, labelled[index]!)],
  );
  const curves = ways.flatMap((way): ReadonlyArray<Drawn> => {
    const [from, to] = [clusterOf.get(way.from), clusterOf.get(way.to)];
    if (from === undefined || to === undefined || from === to) return [];
    const drawn = curve([from.x, from.y], [to.x, to.y], bends[way.look], (radiusOf(to) + 5) * px);
    if (way.label === undefined) return [{ way, path: drawn.path, label: undefined }];
    const rooms = labelParts.map((part) => {
      const [x, y] = drawn.after(part);
      return textBox((x - view.x) / px, (y - view.y) / px - 8, [way.label!]);
    });
    const best = freest(rooms, taken, frame);
    // Where there is no room the table alone says it.
    if (isCovered(rooms[best]!, taken)) return [{ way, path: drawn.path, label: undefined }];
    taken.push(rooms[best]!);
    const [x, y] = drawn.after(labelParts[best]!);
    return [{ way, path: drawn.path, label: { text: way.label, x, y: y - 5 * px } }];
  });
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
                markerWidth={tipPx * px}
                markerHeight={tipPx * px}
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
            {curves.map(({ way, path, label }) => (
              <g key={way.id}>
                <path
                  className={`way way-${way.look}`}
                  d={path}
                  strokeWidth={way.width * px}
                  strokeDasharray={dashes(way)
                    ?.map((length) => length * px)
                    .join(' ')}
                  markerEnd={`url(#tip-${way.look})`}
                >
                  <title>{way.words}</title>
                </path>
                {label === undefined ? null : (
                  <text
                    className="way-label"
                    x={label.x}
                    y={label.y}
                    fontSize={11.5 * px}
                    strokeWidth={4 * px}
                    textAnchor="middle"
                  >
                    {label.text}
                  </text>
                )}
              </g>
            ))}
          </g>
          <g className="places">
            {clusters.map((cluster, index) => (
              <ClusterMark key={cluster.places[0]!.id} cluster={cluster} side={labelled[index]!} px={px} />
            ))}
          </g>
        </svg>
      </div>
      <MapLegend
        places={new Set(busy.map(({ place }) => place.look))}
        ways={new Set(ways.map(({ look }) => look))}
        byPeople={byPeople}
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

/** The pattern of a way: strokes and gaps, in pixels. */
const dashes = ({ look, width }: Way): ReadonlyArray<number> | undefined => {
  if (look === 'reach') return [2, 4];
  return look === 'backup' ? [5 + 2 * width, 3 + width] : undefined;
};

const MapLegend = ({
  places,
  ways,
  byPeople,
}: {
  places: ReadonlySet<PlaceLook>;
  ways: ReadonlySet<Way['look']>;
  byPeople: boolean;
}) => (
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
    {byPeople && ways.size > 0 ? (
      <li>
        <svg viewBox="0 0 26 14" className="wide" aria-hidden="true">
          <path className="more-people" d="M1 7.5 25 2.5V11.5L1 8.5Z" />
        </svg>
        wider, larger: more people
      </li>
    ) : null}
  </ul>
);

/** Where a name on a side of its mark begins, in pixels from the middle of the mark, and which way it runs. */
const namesBeside = (side: Side, radius: number, lines: number) => {
  const first = -((lines - 1) / 2) * lineHeightPx + 4;
  switch (side) {
    case 'right':
      return { x: radius + 8, y: first, anchor: 'start' } as const;
    case 'left':
      return { x: -radius - 8, y: first, anchor: 'end' } as const;
    case 'above':
      return { x: 0, y: first - radius - 4 - (lines * lineHeightPx) / 2, anchor: 'middle' } as const;
    case 'below':
      return { x: 0, y: first + radius + 4 + (lines * lineHeightPx) / 2, anchor: 'middle' } as const;
  }
};

const ClusterMark = ({ cluster, side, px }: { cluster: Cluster; side: Side; px: number }) => {
  const { x, y } = cluster;
  const looks = looksOf(cluster);
  const names = namedIn(cluster);
  const radius = radiusOf(cluster);
  const beside = namesBeside(side, radius, names.length);
  return (
    <g className="place-cluster">
      {looks.map((look, index) => (
        <circle
          key={look}
          className={`place place-${look}`}
          cx={x}
          cy={y}
          r={(radius - ringPx * index) * px}
          strokeWidth={2 * px}
        />
      ))}
      {names.map((place, index) => (
        <text
          key={place.id}
          className="place-label"
          x={x + beside.x * px}
          y={y + (beside.y + index * lineHeightPx) * px}
          fontSize={11.5 * px}
          strokeWidth={4.5 * px}
          textAnchor={beside.anchor}
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
