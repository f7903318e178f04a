/** The layout of a lineage: columns by the number of movements that first brought the data to a site. */
import type { Lineage } from '../../../src/client/rows.ts';

type Edge = Lineage['edges'][number];

export interface PlacedSite {
  readonly site: string;
  readonly column: number;
  readonly row: number;
}

/** All movements of one kind between two sites. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly kind: Edge['kind'];
  readonly edges: ReadonlyArray<Edge>;
}

export interface LineageLayout {
  readonly sites: ReadonlyArray<PlacedSite>;
  readonly ways: ReadonlyArray<Way>;
  readonly columns: number;
  readonly rows: number;
}

/** Lays out a lineage. A site is one column after the site from which data first came to it. */
export const layOutLineage = ({ nodes, edges }: Lineage): LineageLayout => {
  const inTime = [...edges].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const columnOf = new Map<string, number>();
  for (const { from, to } of inTime) {
    if (from !== null && !columnOf.has(from)) columnOf.set(from, 0);
    if (!columnOf.has(to)) columnOf.set(to, from === null ? 0 : columnOf.get(from)! + 1);
  }
  const filled = new Map<number, number>();
  const sites = nodes.map(({ site }): PlacedSite => {
    const column = columnOf.get(site) ?? 0;
    const row = filled.get(column) ?? 0;
    filled.set(column, row + 1);
    return { site, column, row };
  });
  const moved = inTime.filter(({ from, to }) => from !== null && from !== to);
  const ways = [...Map.groupBy(moved, ({ from, to, kind }) => JSON.stringify([from, to, kind])).values()].map(
    (same): Way => ({ from: same[0]!.from!, to: same[0]!.to, kind: same[0]!.kind, edges: same }),
  );
  return {
    sites,
    ways,
    columns: Math.max(0, ...filled.keys()) + 1,
    rows: Math.max(1, ...filled.values()),
  };
};
