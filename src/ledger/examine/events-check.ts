/**
 * The check that every event of the log can be decoded.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored, isOfNewerVersion } from '../../domain/events/stored.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { type Check, count, failed, ok, problemCheck } from './check.ts';

/** Positions of unreadable events to list. */
const listedMax = 5;
const decodedAtOnceMax = 1_000;

const remedyOf = (faulty: number, newer: number): string => {
  const run = 'were written by a newer Domicile: run that version. They are set aside until then';
  const foreign =
    'are not events of Domicile: another program wrote them into the log. They are set aside and change no answer; do not let other programs write there';
  if (newer === faulty) return `They ${run}`;
  return newer === 0 ? `They ${foreign}` : `${count.format(newer)} ${run}. The others ${foreign}`;
};

/** Decodes every event of the log, as questions do. */
export const eventsCheck = (file: string, onProgress: (read: number, of: number) => void): Check => {
  const name = 'events';
  try {
    const log = openLogFile(file);
    try {
      const head = log.head();
      const faulty: number[] = [];
      let newer = 0;
      let events = 0;
      for (let position = 0; position < head; ) {
        const page = log.after(position, decodedAtOnceMax);
        if (page.length === 0) break;
        for (const { bytes, position: at } of page) {
          if (E.isRight(decodeStored(bytes))) continue;
          faulty.push(at);
          if (isOfNewerVersion(bytes)) newer += 1;
        }
        events += page.length;
        position = page.at(-1)!.position;
        onProgress(position, head);
      }
      if (faulty.length === 0) return ok(name, `${count.format(events)} in the log, all readable`);
      const told = faulty.slice(0, listedMax).join(', ');
      return failed(
        name,
        `${count.format(faulty.length)} of ${count.format(events)} cannot be read, the first at position ${told}`,
        remedyOf(faulty.length, newer),
      );
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, file, error);
  }
};
