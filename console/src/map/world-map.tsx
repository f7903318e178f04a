/**
 * A world map with sites and the ways between them, from an offline atlas. The tables beside it have the same
 * content.
 */

import { shapes } from 'virtual:world';
import { type CSSProperties, useMemo } from 'react';
import { ClusterMark } from './cluster-mark.tsx';
import { clustersOf, namedIn, radiusOf } from './clusters.ts';
import { bends, curve, dashes } from './curve.ts';
import { freest, isCovered, labelBox, labelSides, markBox, textBox } from './label-places.ts';
import { MapLegend } from './map-legend.tsx';
import type { Place, Way } from './places.ts';
import { unitsOf, viewAround } from './projected.ts';
import { useBox } from './use-box.ts';

export interface WorldMapProps {
  readonly places: ReadonlyArray<Place>;
  readonly ways: ReadonlyArray<Way>;
  /** The content of the map in a sentence. */
  readonly words: string;
  /** Whether the size of marks and ways shows their number of people. */
  readonly byPeople?: boolean;
}

/** A way as drawn, with its label if it has one. */
interface DrawnWay {
  readonly way: Way;
  readonly path: string;
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | undefined;
}

/** The length of an arrowhead. */
const tipPx = 11;

/** Possible places of a way's label along it. */
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
  /** Map units per pixel. */
  const px = view.width / size.width;
  const clusters = clustersOf(placed, 15 * px);
  const clusterOf = new Map(
    clusters.flatMap((cluster) => cluster.places.map(({ id }) => [id, cluster] as const)),
  );

  // Names and numbers go to the places with the least overlap.
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
  const curves = ways.flatMap((way): ReadonlyArray<DrawnWay> => {
    const [from, to] = [clusterOf.get(way.from), clusterOf.get(way.to)];
    if (from === undefined || to === undefined || from === to) return [];
    const drawn = curve([from.x, from.y], [to.x, to.y], bends[way.look], (radiusOf(to) + 5) * px);
    if (way.label === undefined) return [{ way, path: drawn.path, label: undefined }];
    const rooms = labelParts.map((part) => {
      const [x, y] = drawn.after(part);
      return textBox((x - view.x) / px, (y - view.y) / px - 8, [way.label!]);
    });
    const best = freest(rooms, taken, frame);
    // Without room for it, only the table has the number.
    if (isCovered(rooms[best]!, taken)) return [{ way, path: drawn.path, label: undefined }];
    taken.push(rooms[best]!);
    const [x, y] = drawn.after(labelParts[best]!);
    return [{ way, path: drawn.path, label: { text: way.label, x, y: y - 5 * px } }];
  });
  const held = new Set(
    places.filter(({ look }) => look !== 'idle' && look !== 'reach').map(({ country }) => country),
  );
  const unplaced = places.length - placed.length;

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
      {unplaced === 0 ? null : (
        <p className="map-note">
          {unplaced === 1
            ? '1 place without a known country is'
            : `${unplaced} places without a known country are`}{' '}
          not on the map.
        </p>
      )}
    </div>
  );
};
