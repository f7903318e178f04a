/**
 * Damage to a projections file: it is found when it is read, and the file is rebuilt from the log.
 */

/** The projections file is damaged, and is rebuilt from the log: asking again later helps. */
export class ProjectionsDamaged extends Error {
  readonly _tag = 'ProjectionsDamaged';
}

/** SQLite's result codes of a file that is not what it wrote: `SQLITE_CORRUPT` and `SQLITE_NOTADB`. */
const damageCodes: ReadonlySet<number> = new Set([11, 26]);

/** Whether an error says that the projections file is damaged; the log's own damage comes as a StoreProblem. */
export const isDamage = (error: unknown): boolean =>
  error instanceof ProjectionsDamaged ||
  (error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    damageCodes.has(error.errcode & 0xff));

/** Whether an error comes from SQLite or the store, and not from the content of an event. */
export const isStoreError = (error: unknown): boolean =>
  error instanceof Error &&
  ('errcode' in error || '_tag' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR'));
