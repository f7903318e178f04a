/** Positions of events as offsets in a run, and back. */
import { firstAtLeast } from '../../sorted-runs/sorted-runs.ts';
import type { Run } from './run-tables.ts';

/** The position of an event of a run. */
export const positionAt = ({ positions, firstPosition }: Run, offset: number): number =>
  positions === undefined ? firstPosition + offset : positions[offset]!;

/** The offset of the first event of a run after a position. */
export const offsetAfter = ({ positions, firstPosition }: Run, after: number): number => {
  if (after < firstPosition) return 0;
  return positions === undefined ? after - firstPosition + 1 : firstAtLeast(positions, after + 1);
};
