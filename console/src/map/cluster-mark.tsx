/**
 * A mark on the map, with the names of its places.
 */
import { type Cluster, looksOf, namedIn, radiusOf, ringPx } from './clusters.ts';
import { lineHeightPx, type Side } from './label-places.ts';

/** Where the names beside a mark begin, in pixels from its middle, and their anchor. */
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

export const ClusterMark = ({ cluster, side, px }: { cluster: Cluster; side: Side; px: number }) => {
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
