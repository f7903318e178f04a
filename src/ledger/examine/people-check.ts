/**
 * The check that the vault knows everybody whom the log names, but for those who were erased (R21).
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { forgottenId, ledgerSource } from '../../domain/recording/authority.ts';
import { pseudonymsIn } from '../../people/vault/read-identifiers.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type Check, count, failed, ok, problemCheck } from './check.ts';

const decodedAtOnceMax = 1_000;
/** People in memory at once; where the log names more, the vault is read once for each so many. */
const peopleAtOnceMax = 500_000;

interface Missing {
  readonly people: number;
  readonly missing: number;
  /** The first position that names one of them. */
  readonly first: number | undefined;
}

/** The people whom the log names, each with the first position, in groups. */
const peopleOf = function* (
  log: LogReader,
  onProgress: (read: number, of: number) => void,
): Iterable<Map<string, number>> {
  const head = log.head();
  let people = new Map<string, number>();
  for (let position = 0; position < head; ) {
    const page = log.after(position, decodedAtOnceMax);
    if (page.length === 0) break;
    for (const stored of page) {
      const event = decodeStored(stored.bytes);
      if (E.isLeft(event)) continue;
      for (const subject of subjectsOf(event.right))
        if (looksLikePseudonym(subject) && !people.has(subject)) people.set(subject, stored.position);
    }
    position = page.at(-1)!.position;
    onProgress(position, head);
    if (people.size < peopleAtOnceMax) continue;
    yield people;
    people = new Map();
  }
  yield people;
};

const missingIn = (
  log: LogReader,
  vault: string,
  onProgress: (read: number, of: number) => void,
): Missing => {
  let [people, missing] = [0, 0];
  let first: number | undefined;
  for (const group of peopleOf(log, onProgress)) {
    people += group.size;
    for (const pseudonym of pseudonymsIn(vault)) group.delete(pseudonym);
    for (const [pseudonym, position] of group) {
      if (log.find(ledgerSource, forgottenId(pseudonym)) !== undefined) continue;
      missing++;
      first ??= position;
    }
  }
  return { people, missing, first };
};

/** Compares the people of the log with those in the vault. */
export const peopleCheck = (
  { dataDirectory, vault }: Pick<Settings, 'dataDirectory' | 'vault'>,
  logFile: string,
  onProgress: (read: number, of: number) => void,
): Check => {
  const name = 'people';
  const { vault: file } = filesIn(dataDirectory);
  if (vault !== undefined) return ok(name, 'compared by domicile doctor where the vault is kept');
  if (!existsSync(logFile) || !existsSync(file)) return ok(name, 'no events about people yet');
  try {
    const log = openLogFile(logFile);
    try {
      const { people, missing, first } = missingIn(log, file, onProgress);
      return missing === 0
        ? ok(name, 'everybody in the log is in the vault, or was erased')
        : failed(
            name,
            `${count.format(missing)} of ${count.format(people)} people of the log are not in the vault, the first at position ${first}`,
            'The vault is older than the log, or that of another one: stop the server and restore the vault that was kept with this log',
          );
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, file, error);
  }
};
