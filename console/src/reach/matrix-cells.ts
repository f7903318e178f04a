/**
 * The cells of the reach matrix: what each party could reach, by site or by holding.
 */
import type { PartyReachRow } from '../../../src/client/rows.ts';

/** A column: the holdings that match every given field. */
export interface Target {
  readonly key: string;
  readonly site: string;
  readonly dataset?: string | undefined;
  readonly population?: string | undefined;
  readonly backup?: string | undefined;
  readonly live: boolean;
}

/** The reach of a party in a column. */
export interface Cell {
  readonly party: string;
  readonly target: Target;
  /** The number of people in the largest holding. */
  readonly subjects: number;
  readonly holdings: number;
  /** The number of edges of the shortest path. */
  readonly edges: number;
}

const targetOf = (row: PartyReachRow, byHolding: boolean): Target =>
  byHolding
    ? {
        key: `${row.site}\n${row.dataset}\n${row.population ?? ''}\n${row.backup ?? ''}`,
        site: row.site,
        dataset: row.dataset,
        ...(row.population === null ? {} : { population: row.population }),
        ...(row.backup === null ? {} : { backup: row.backup }),
        live: row.kind === 'live',
      }
    : { key: row.site, site: row.site, live: true };

/** The shade of a cell, from 1 to 4: by the logarithm of the number of people. */
export const shadeOf = (subjects: number, most: number): number =>
  most <= 1
    ? 2
    : Math.min(4, 1 + Math.floor((Math.log(Math.max(1, subjects)) / Math.log(most)) * 3.999 * 0.8));

/** The key of a cell. */
export const cellKey = (party: string, target: Target): string => `${party}\n${target.key}`;

/** The reach of some parties; `reached` has their rows, in the same order. */
export const matrixOf = (
  parties: ReadonlyArray<string>,
  reached: ReadonlyArray<ReadonlyArray<PartyReachRow>>,
  byHolding: boolean,
) => {
  const cells = new Map<string, Cell>();
  const targets = new Map<string, Target>();
  parties.forEach((party, index) => {
    for (const row of reached[index] ?? []) {
      const target = targetOf(row, byHolding);
      targets.set(target.key, target);
      const key = cellKey(party, target);
      const before = cells.get(key);
      cells.set(key, {
        party,
        target,
        subjects: Math.max(before?.subjects ?? 0, row.subjects),
        holdings: (before?.holdings ?? 0) + 1,
        edges: Math.min(before?.edges ?? Number.POSITIVE_INFINITY, row.path.length),
      });
    }
  });
  const reaching = new Set([...cells.values()].map(({ party }) => party));
  return {
    cells,
    parties: parties.filter((party) => reaching.has(party)),
    targets: [...targets.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    subjectsMax: Math.max(1, ...[...cells.values()].map(({ subjects }) => subjects)),
  };
};

export type Matrix = ReturnType<typeof matrixOf>;
