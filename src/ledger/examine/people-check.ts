/** The check that the vault knows everybody in the log, except erased people (R21). */
import { subjectsOf } from '../../domain/events/subjects.ts';
import { forgottenId, ledgerSource } from '../../domain/recording/authority.ts';
import { pseudonymsIn } from '../../people/vault/read-identifiers.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { type Check, count, failed, ok } from './check.ts';
import { decodedPages, logAndVaultCheck, type VaultSettings } from './log-and-vault.ts';

/** People in memory at once; for more, the vault is read once for each group. */
const peopleAtOnceMax = 500_000;

interface Missing {
  readonly people: number;
  readonly missing: number;
  /** The first position that names one of the people. */
  readonly first: number | undefined;
}

/** The people whom the log names, in groups, each with the first position. */
const peopleOf = function* (
  log: LogReader,
  onProgress: (read: number, of: number) => void,
): Iterable<Map<string, number>> {
  let people = new Map<string, number>();
  for (const page of decodedPages(log, onProgress)) {
    for (const [position, event] of page)
      for (const subject of subjectsOf(event))
        if (looksLikePseudonym(subject) && !people.has(subject)) people.set(subject, position);
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
  settings: VaultSettings,
  logFile: string,
  onProgress: (read: number, of: number) => void,
): Check => {
  const name = 'people';
  return logAndVaultCheck(name, settings, logFile, 'vault', (log, vaultFile) => {
    const { people, missing, first } = missingIn(log, vaultFile, onProgress);
    return missing === 0
      ? ok(name, 'everybody in the log is in the vault, or was erased')
      : failed(
          name,
          `${count.format(missing)} of ${count.format(people)} people in the log are not in the vault, the first at position ${first}`,
          'The vault is older than the log, or belongs to another log: stop the server and restore the vault that was backed up with this log',
        );
  });
};
