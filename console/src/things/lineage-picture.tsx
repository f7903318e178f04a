/** The picture of a lineage: sites, and the movements between them. The table below it has the same content. */

import type { Lineage } from '../../../src/client/rows.ts';
import { EdgeTip } from '../parts/edge-tip.tsx';
import { Country, SiteWord } from '../parts/names.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { layOutLineage, type Way } from './lineage-layout.ts';

/** Sizes in pixels. */
const box = { width: 190, height: 58 };
const gap = { x: 130, y: 34 };

/** Sites to draw. */
const sitesDrawnMax = 40;

const left = (column: number): number => column * (box.width + gap.x);
const top = (row: number): number => row * (box.height + gap.y);

/** The kinds of movements in words. */
export const wayWords: Readonly<Record<Way['kind'], string>> = {
  place: 'placed',
  move: 'moved',
  copy: 'copied',
  backup: 'backed up',
  'backup-move': 'backup moved',
  restore: 'restored',
};

const wordsOf = ({ kind, edges }: Way): string =>
  edges.length === 1 ? wayWords[kind] : `${wayWords[kind]} (${edges.length})`;

export const LineagePicture = ({ lineage }: { lineage: Lineage }) => {
  if (lineage.nodes.length > sitesDrawnMax)
    return (
      <p className="hint panel-text">
        The data was at {lineage.nodes.length} sites: too many to draw. The table lists every way.
      </p>
    );
  const { sites, ways, columns, rows } = layOutLineage(lineage);
  if (sites.length === 0) return null;
  const at = new Map(sites.map((place) => [place.site, place]));
  const countryOf = new Map(lineage.nodes.map(({ site, country }) => [site, country]));
  const width = left(columns) - gap.x;
  const height = top(rows) - gap.y;
  // Several ways between two sites are drawn side by side.
  const beside = new Map<string, number>();
  return (
    <ScrollBox
      className="graph-box"
      label={`The data went ${ways.length} ways between ${sites.length} sites. The table below lists them.`}
    >
      <div className="graph lineage" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          <defs>
            <EdgeTip id="lineage-tip" kind="plain" />
          </defs>
          {ways.map((way) => {
            const [a, b] = [at.get(way.from)!, at.get(way.to)!];
            const pair = JSON.stringify([way.from, way.to].sort());
            const nth = beside.get(pair) ?? 0;
            beside.set(pair, nth + 1);
            const forward = b.column > a.column;
            const shift = (nth - 0.5) * 18;
            const x1 = left(a.column) + (forward ? box.width : box.width / 2);
            const y1 = top(a.row) + (forward ? box.height / 2 + shift : 0);
            const x2 = left(b.column) + (forward ? 0 : box.width / 2);
            const y2 = top(b.row) + (forward ? box.height / 2 + shift : 0);
            const bend = forward ? (x2 - x1) / 2 : 0;
            const lift = forward ? 0 : 20 + nth * 14;
            return (
              <g
                key={JSON.stringify([pair, way.from, way.kind])}
                className={`graph-edge lineage-${way.kind}`}
              >
                <path
                  d={`M${x1} ${y1}C${x1 + bend} ${y1 - lift} ${x2 - bend} ${y2 - lift} ${x2 - 1} ${y2}`}
                  markerEnd="url(#lineage-tip)"
                />
                <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 5 - lift} textAnchor="middle">
                  {wordsOf(way)}
                </text>
              </g>
            );
          })}
        </svg>
        {sites.map(({ site, column, row }) => (
          <div
            key={site}
            className="graph-node graph-site"
            style={{ left: left(column), top: top(row), width: box.width, height: box.height }}
          >
            <span className="graph-name">
              <SiteWord id={site} />
            </span>
            <span className="graph-kind">
              <Country code={countryOf.get(site) ?? null} />
            </span>
          </div>
        ))}
      </div>
    </ScrollBox>
  );
};
