/**
 * A file in which a server keeps the records of other systems that become no event, or not wholly: NDJSON, each with why.
 */
import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Aside } from '../api/routes/aside.ts';

/** Bytes of the file; what comes then is told, and not kept. */
const asideBytesMax = 1_073_741_824;

/**
 * Keeps records in a file, which it opens each time: so that an operator can move it away.
 *
 * @throws at the start, where the file cannot be written.
 */
export const asideIn = (file: string | undefined, now: () => number): Aside | undefined => {
  if (file === undefined) return undefined;
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    throw new Error(
      `LEDGER_IMPORT_ASIDE: ${file} cannot be written; expected a file for imported records that become no event`,
    );
  }
  return {
    keep(kind, records) {
      const at = new Date(now()).toISOString();
      let kept = 0;
      const opened = openSync(file, 'a', 0o600);
      try {
        let { size } = fstatSync(opened);
        for (const { record, why } of records) {
          const line = Buffer.from(`${JSON.stringify({ at, kind, record, why })}\n`);
          if (size + line.length > asideBytesMax) break;
          size += writeSync(opened, line);
          kept++;
        }
        fsyncSync(opened);
      } catch {
        // The disk is full, say: the sender is told what is not kept.
      } finally {
        closeSync(opened);
      }
      return kept;
    },
  };
};
