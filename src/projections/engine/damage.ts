/** Damage to a projections file. It is detected on reading, and the file is rebuilt from the log. */

/** The projections file is damaged and will be rebuilt from the log; a later question can succeed. */
export class ProjectionsDamaged extends Error {
  readonly _tag = 'ProjectionsDamaged';
}

/** SQLite's result codes for a damaged file: `SQLITE_CORRUPT` and `SQLITE_NOTADB`. */
const damageCodes: ReadonlySet<number> = new Set([11, 26]);

/** Whether an error means that the projections file is damaged; damage of the log is a StoreProblem. */
export const isDamage = (error: unknown): boolean =>
  error instanceof ProjectionsDamaged ||
  (error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    damageCodes.has(error.errcode & 0xff));

/** Whether an error comes from SQLite or the store rather than from the content of an event. */
export const isStoreError = (error: unknown): boolean =>
  error instanceof Error &&
  ('errcode' in error || '_tag' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR'));
