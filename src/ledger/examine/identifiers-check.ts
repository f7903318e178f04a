/**
 * Checks that no event contains the identifier of one of its subjects in another string (R21); earlier versions
 * recorded such events. It reports positions and no identifiers.
 */
import { carriersOf } from '../../domain/events/carried-identifiers.ts';
import type { Event } from '../../domain/events/event.ts';
import { subjectListOf } from '../../domain/events/subjects.ts';
import { identifiersInGroups } from '../../people/vault/read-identifiers.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { type Check, count, ok, warning } from './check.ts';
import { decodedPages, logAndVaultCheck, type VaultSettings } from './log-and-vault.ts';

/** Positions to list. */
const listedMax = 20;
/** Identifiers in memory at once; for more people, the log is read once for each group. */
const peopleAtOnceMax = 500_000;

type Identifiers = ReadonlyMap<string, string>;

const identifiersOf = (event: Event, identifiers: Identifiers): ReadonlyArray<string> =>
  subjectListOf(event).flatMap((subject) => identifiers.get(subject) ?? []);

const carriersIn = (
  log: LogReader,
  identifiers: Identifiers,
  onProgress: (read: number, of: number) => void,
): ReadonlyArray<number> => {
  const carriers: number[] = [];
  for (const page of decodedPages(log, onProgress))
    for (const [position, event] of page)
      if (carriersOf(event, identifiersOf(event, identifiers)).length > 0) carriers.push(position);
  return carriers;
};

/**
 * Looks for events that contain identifiers. It cannot find those of erased people, which are no longer known.
 *
 * @param logFile the log, or the local replica of it.
 */
export const identifiersCheck = (
  settings: VaultSettings,
  logFile: string,
  onProgress: (read: number, of: number) => void,
): Check => {
  const name = 'identifiers';
  return logAndVaultCheck(name, settings, logFile, 'log', (log, vaultFile) => {
    const carriers = new Set<number>();
    for (const group of identifiersInGroups(vaultFile, peopleAtOnceMax))
      for (const position of carriersIn(log, group, onProgress)) carriers.add(position);
    if (carriers.size === 0) return ok(name, 'no event contains a person’s identifier outside its subject');
    const listed = [...carriers].sort((a, b) => a - b).slice(0, listedMax);
    const more =
      carriers.size > listed.length ? `, and ${count.format(carriers.size - listed.length)} more` : '';
    return warning(
      name,
      `${count.format(carriers.size)} events contain the identifier of a subject in another string, at positions ${listed.join(', ')}${more}`,
      'Recorded events stay, and erasing these people leaves their identifiers there. Keep that in mind before you share these events. To remove the identifiers, record into a new ledger',
    );
  });
};
