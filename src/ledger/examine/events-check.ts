/**
 * The check that every event of the log can be decoded.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { type Check, count, failed, ok, problemCheck } from './check.ts';

/** Positions of unreadable events that are told. */
const toldMax = 5;
const decodedAtOnceMax = 1_000;

/** Reads every event of the log as questions do. */
export const eventsCheck = (file: string, onProgress: (read: number, of: number) => void): Check => {
  const name = 'events';
  try {
    const log = openLogFile(file);
    try {
      const head = log.head();
      const faulty: number[] = [];
      let events = 0;
      for (let position = 0; position < head; ) {
        const page = log.after(position, decodedAtOnceMax);
        if (page.length === 0) break;
        for (const event of page) if (E.isLeft(decodeStored(event.bytes))) faulty.push(event.position);
        events += page.length;
        position = page.at(-1)!.position;
        onProgress(position, head);
      }
      if (faulty.length === 0) return ok(name, `${count.format(events)} in the log, all readable`);
      const told = faulty.slice(0, toldMax).join(', ');
      return failed(
        name,
        `${count.format(faulty.length)} of ${count.format(events)} cannot be read, the first at position ${told}`,
        'They were written by a newer Domicile: run that one. They are set aside until then',
      );
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, file, error);
  }
};
