/** The graph of a party's paths to data, with the edges to close. The table below it has the same content. */
import { EdgeTip } from '../parts/edge-tip.tsx';
import { Icon } from '../parts/icon.tsx';
import { Id, PartyWord, partyNameIn, SiteWord, useNames } from '../parts/names.tsx';
import { edgeWords } from '../parts/path.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { type CutEdge, type GraphNode, layOut } from './layout.ts';

/** Sizes in pixels. */
const box = { width: 180, height: 58 };
const gap = { x: 118, y: 18 };

const left = (column: number): number => column * (box.width + gap.x);
const top = (row: number): number => row * (box.height + gap.y);

const NodeText = ({ node, data }: { node: GraphNode; data: string }) => {
  switch (node.kind) {
    case 'party':
      return <PartyWord id={node.name} />;
    case 'site':
      return <SiteWord id={node.name} />;
    case 'grant':
      return <Id>{node.name}</Id>;
    case 'data':
      return <span>{data}</span>;
  }
};

const kindWords = { party: '', site: 'site', grant: 'grant', data: 'data' } as const;

export const PathGraph = ({
  party,
  edges,
  close,
  data,
}: {
  party: string;
  edges: ReadonlyArray<CutEdge>;
  close: ReadonlyArray<CutEdge>;
  /** The reached data, in a few words. */
  data: string;
}) => {
  const names = useNames();
  const graph = layOut(party, edges, close);
  const at = new Map(graph.nodes.map((node) => [node.id, node]));
  const width = left(graph.columns) - gap.x;
  const height = top(graph.rows) - gap.y;
  const words = `${partyNameIn(names, party)} reaches ${data} along ${edges.length} edges. ${
    close.length === 1 ? 'One of them' : `${close.length} of them`
  } would have to be closed. The table below names them.`;
  return (
    <ScrollBox className="graph-box" label={words}>
      <div className="graph" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          <defs>
            {['plain', 'close'].map((kind) => (
              <EdgeTip key={kind} id={`edge-${kind}`} kind={kind} />
            ))}
          </defs>
          {graph.edges.map(({ id, from, to, edge, close: closes }) => {
            const [a, b] = [at.get(from)!, at.get(to)!];
            const forward = b.column > a.column;
            const x1 = left(a.column) + (forward ? box.width : box.width / 2);
            const y1 = top(a.row) + (forward ? box.height / 2 : 0);
            const x2 = left(b.column) + (forward ? 0 : box.width / 2);
            const y2 = top(b.row) + (forward ? box.height / 2 : 0);
            const bend = forward ? (x2 - x1) / 2 : 0;
            const lift = forward ? 0 : 18;
            return (
              <g
                key={id}
                className={
                  closes ? 'graph-edge close' : edge === undefined ? 'graph-edge into' : 'graph-edge'
                }
              >
                <path
                  d={`M${x1} ${y1}C${x1 + bend} ${y1 - lift} ${x2 - bend} ${y2 - lift} ${x2 - 1} ${y2}`}
                  markerEnd={`url(#edge-${closes ? 'close' : 'plain'})`}
                />
                {edge === undefined ? null : (
                  <text x={x1 + (x2 - x1) * 0.5} y={(y1 + y2) / 2 - 5 - lift} textAnchor="middle">
                    {edgeWords[edge.edge] ?? edge.edge}
                  </text>
                )}
                {closes ? (
                  <path
                    className="cut-mark"
                    d={`M${(x1 + x2) / 2 - 5} ${(y1 + y2) / 2 + 1}l10 10m0 -10l-10 10`}
                  />
                ) : null}
              </g>
            );
          })}
        </svg>
        {graph.nodes.map((node) => (
          <div
            key={node.id}
            className={`graph-node graph-${node.kind} ${node.column === 0 ? 'graph-start' : ''}`}
            style={{ left: left(node.column), top: top(node.row), width: box.width, height: box.height }}
          >
            {node.kind === 'data' ? <Icon name="backup" /> : null}
            <span className="graph-name">
              <NodeText node={node} data={data} />
            </span>
            {kindWords[node.kind] === '' || node.kind === 'data' ? null : (
              <span className="graph-kind">{kindWords[node.kind]}</span>
            )}
          </div>
        ))}
      </div>
    </ScrollBox>
  );
};
