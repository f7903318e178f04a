/** Who recorded events, and with which authority (R24): each distinct attribution is stored once with a number. */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { type Attribution, unattributed } from '../../domain/recording/attribution.ts';
import { attributionChecksum } from './ledger-format.ts';
import { damaged } from './store-problems.ts';

/** The number of the attribution of events recorded before attributions were stored. */
const unattributedNumber = 0;
/** How many attributions a reader caches. */
const attributionsMax = 10_000;

/** Prepares finding or assigning the number of an attribution; call the result inside a transaction. */
export const attributionWriter = (database: DatabaseSync): ((attribution: Attribution) => number) => {
  const select = database.prepare('SELECT id FROM attribution WHERE recorded_by IS ? AND authority IS ?');
  const selectLast = database.prepare('SELECT coalesce(max(id), 0) AS last FROM attribution');
  const insert = database.prepare(
    'INSERT INTO attribution (id, recorded_by, authority, checksum) VALUES (?, ?, ?, ?)',
  );
  return (attribution) => {
    const { recordedBy, authority } = attribution;
    if (recordedBy === null && authority === null) return unattributedNumber;
    const known = select.get(recordedBy, authority);
    if (known !== undefined) return Number(known.id);
    const number = Number(selectLast.get()!.last) + 1;
    insert.run(number, recordedBy, authority, attributionChecksum(number, attribution));
    return number;
  };
};

/** Prepares reading the attribution with a number; `file` is for messages. */
export const attributionReader = (
  database: DatabaseSync,
  file: string,
): ((number: number) => Attribution) => {
  const select = database.prepare('SELECT recorded_by, authority, checksum FROM attribution WHERE id = ?');
  const known = new LRUCache<number, Attribution>({ max: attributionsMax });
  return (number) => {
    if (number === unattributedNumber) return unattributed;
    const cached = known.get(number);
    if (cached !== undefined) return cached;
    const row = select.get(number);
    const attribution = {
      recordedBy: (row?.recorded_by ?? null) as string | null,
      authority: (row?.authority ?? null) as string | null,
    };
    if (row === undefined || row.checksum !== attributionChecksum(number, attribution))
      throw damaged(file, `the attribution with number ${number} is damaged`);
    known.set(number, attribution);
    return attribution;
  };
};
