/**
 * The check that no event carries the identifier of one of its subjects in another string (R21), which earlier versions
 * recorded. Positions are told, and nobody's identifier.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { carriersOf } from '../../domain/events/carried-identifiers.ts';
import type { Event } from '../../domain/events/event.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { identifiersInGroups } from '../../people/vault/read-identifiers.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type Check, count, ok, problemCheck, warning } from './check.ts';

/** Positions that are told. */
const toldMax = 20;
const decodedAtOnceMax = 1_000;
/** People whose identifiers are in memory at once; where there are more, the log is read once for each so many. */
const peopleAtOnceMax = 500_000;

type Identifiers = ReadonlyMap<string, string>;

const identifiersOf = (event: Event, identifiers: Identifiers): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const subject of subjectsOf(event)) {
    const identifier = identifiers.get(subject);
    if (identifier !== undefined) found.add(identifier);
  }
  return found;
};

type Examined = Pick<Settings, 'dataDirectory' | 'vault'>;

const carriersIn = (
  log: LogReader,
  identifiers: Identifiers,
  onProgress: (read: number, of: number) => void,
): ReadonlyArray<number> => {
  const carriers: number[] = [];
  const head = log.head();
  for (let position = 0; position < head; ) {
    const page = log.after(position, decodedAtOnceMax);
    if (page.length === 0) break;
    const events = page.flatMap(({ bytes, position: at }) => {
      const event = decodeStored(bytes);
      return E.isRight(event) ? [[at, event.right] as const] : [];
    });
    for (const [at, event] of events)
      if (carriersOf(event, identifiersOf(event, identifiers)).length > 0) carriers.push(at);
    position = page.at(-1)!.position;
    onProgress(position, head);
  }
  return carriers;
};

/**
 * Looks for events that carry identifiers. People who were forgotten cannot be looked for any more.
 *
 * @param logFile the log, or the replica of it.
 */
export const identifiersCheck = (
  { dataDirectory, vault }: Examined,
  logFile: string,
  onProgress: (read: number, of: number) => void,
): Check => {
  const name = 'identifiers';
  const { vault: file } = filesIn(dataDirectory);
  if (vault !== undefined) return ok(name, 'looked for by domicile doctor where the vault is kept');
  if (!existsSync(logFile) || !existsSync(file)) return ok(name, 'no events about people yet');
  try {
    const log = openLogFile(logFile);
    try {
      const carriers = new Set<number>();
      for (const group of identifiersInGroups(file, peopleAtOnceMax))
        for (const position of carriersIn(log, group, onProgress)) carriers.add(position);
      if (carriers.size === 0) return ok(name, 'no event names a person anywhere but as its subject');
      const told = [...carriers].sort((a, b) => a - b).slice(0, toldMax);
      const more =
        carriers.size > told.length ? `, and ${count.format(carriers.size - told.length)} more` : '';
      return warning(
        name,
        `${count.format(carriers.size)} events carry the identifier of a subject in another string, at positions ${told.join(', ')}${more}`,
        'What is recorded stays, and erasing those people leaves their identifiers there: give their events to others with that in mind, and record into a new ledger if they have to go',
      );
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, logFile, error);
  }
};
