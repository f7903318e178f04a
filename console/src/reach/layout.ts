/**
 * The layout of a path graph: columns by the number of edges from the party, and within a column near the preceding
 * boxes, so that few edges cross.
 */
import type { WireCut } from '../../../src/client/rows.ts';

export type CutEdge = WireCut['close'][number];

/** What a box represents. */
export type NodeKind = 'party' | 'site' | 'grant' | 'data';

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly column: number;
  /** The middle of the box, in rows. */
  readonly row: number;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly edge: CutEdge | undefined;
  readonly close: boolean;
}

export interface Graph {
  readonly nodes: ReadonlyArray<GraphNode>;
  readonly edges: ReadonlyArray<GraphEdge>;
  readonly columns: number;
  readonly rows: number;
}

const endKind = (edge: string): NodeKind =>
  edge === 'granted' ? 'grant' : edge === 'operates' || edge === 'owns' ? 'site' : 'party';

const nodeId = (kind: NodeKind, name: string): string => `${kind} ${name}`;

export const edgeKey = ({ from, edge, to }: Pick<CutEdge, 'from' | 'edge' | 'to'>): string =>
  `${from}\n${edge}\n${to}`;

/** The end of every path. */
const theData = nodeId('data', '');

/** Lays out the paths of a party to data. */
export const layOut = (
  party: string,
  edges: ReadonlyArray<CutEdge>,
  close: ReadonlyArray<CutEdge>,
): Graph => {
  const closing = new Set(close.map(edgeKey));
  const start = nodeId('party', party);
  const kinds = new Map<string, { kind: NodeKind; name: string }>([[start, { kind: 'party', name: party }]]);
  const out: GraphEdge[] = [];
  for (const edge of edges) {
    const from = nodeId('party', edge.from);
    const kind = endKind(edge.edge);
    const to = nodeId(kind, edge.to);
    kinds.set(from, { kind: 'party', name: edge.from });
    kinds.set(to, { kind, name: edge.to });
    out.push({ id: edgeKey(edge), from, to, edge, close: closing.has(edgeKey(edge)) });
  }
  const ends = [...kinds].filter(([, { kind }]) => kind === 'site' || kind === 'grant').map(([id]) => id);
  if (ends.length > 0) kinds.set(theData, { kind: 'data', name: '' });
  for (const end of ends)
    out.push({ id: `${end} data`, from: end, to: theData, edge: undefined, close: false });

  // Columns: the fewest edges from the party; the data after all of them.
  const column = new Map([[start, 0]]);
  for (const id of column.keys()) {
    for (const { from, to } of out) if (from === id && !column.has(to)) column.set(to, column.get(id)! + 1);
  }
  for (const id of kinds.keys()) if (!column.has(id)) column.set(id, 1);
  const last = Math.max(...[...column].filter(([id]) => id !== theData).map(([, at]) => at));
  if (kinds.has(theData)) column.set(theData, last + 1);

  // Rows: each column in the order of the preceding boxes.
  const row = new Map<string, number>();
  const byColumn = Map.groupBy(kinds.keys(), (id) => column.get(id)!);
  const rows = Math.max(...[...byColumn.values()].map((ids) => ids.length));
  for (const at of [...byColumn.keys()].sort((a, b) => a - b)) {
    const ids = byColumn.get(at)!;
    const pull = (id: string): number => {
      const before = out
        .filter(({ from, to }) => to === id && row.has(from))
        .map(({ from }) => row.get(from)!);
      return before.length === 0 ? 0 : before.reduce((sum, each) => sum + each, 0) / before.length;
    };
    const sorted = ids
      .map((id) => ({ id, pull: pull(id) }))
      .sort((a, b) => a.pull - b.pull || (a.id < b.id ? -1 : 1));
    sorted.forEach(({ id }, index) => {
      row.set(id, (rows - sorted.length) / 2 + index);
    });
  }
  const nodes = [...kinds].map(([id, { kind, name }]) => ({
    id,
    kind,
    name,
    column: column.get(id)!,
    row: row.get(id)!,
  }));
  return { nodes, edges: out, columns: Math.max(...nodes.map((node) => node.column)) + 1, rows };
};
