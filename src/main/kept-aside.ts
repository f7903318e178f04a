/** A file in which a server keeps imported records that become no event, or only in part, with reasons: NDJSON. */
import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Aside } from '../api/routes/aside.ts';

/** The maximum size of the file; further records are reported but not kept. */
const asideBytesMax = 1_073_741_824;

/**
 * Keeps records in a file. It opens the file each time, so that an operator can move it away.
 *
 * @throws at the start if the file cannot be written.
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
        // If this fails, as on a full disk, the sender learns that the record is not kept.
      } finally {
        closeSync(opened);
      }
      return kept;
    },
  };
};
