/**
 * What events about backups do: R11. An event that does not fit does nothing, and is a discrepancy.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isPopulation } from '../events/scope.ts';
import type { FactOf } from '../recording/facts.ts';
import { never } from '../time/instant.ts';
import type { Backup } from './backups.ts';
import { arriveOfPopulation, broughtBy, heldAt, sourceOf } from './population-events.ts';
import type { Arrivals } from './population-holdings.ts';
import type { Possession } from './possession.ts';
import { bringSubject, isLive } from './subject-events.ts';

/** `BackupTaken`, unless a backup was ever taken under the id. */
export const takeBackup = (possession: Possession, by: FactOf<'BackupTaken'>): void => {
  const { backup, dataset, scope, to, expires = never } = by.data;
  if (possession.backups.wasTaken(backup)) return possession.report(by, 'backup-already-taken');
  const content = [...contentOf(possession, by)];
  possession.takesAlong(
    by,
    content.map(([subject]) => subject),
  );
  possession.backups.take(by, { backup, dataset, scope, expires }, to, content);
};

/** Those whom the population's live holding holds, or the subject. It is a discrepancy if the data was not live there. */
const contentOf = (possession: Possession, by: FactOf<'BackupTaken'>): Arrivals => {
  const { dataset, scope, from } = by.data;
  if (isPopulation(scope)) {
    const source = sourceOf(possession, by, dataset, scope.population, from);
    return heldAt(possession, by, scope.population, source);
  }
  if (!possession.follows(scope.subject)) return [];
  if (!isLive(possession, scope.subject, { dataset, site: from })) possession.report(by, 'not-held');
  return broughtBy(by, [scope.subject]);
};

/** `BackupMoved` changes its site. */
export const moveBackup = (possession: Possession, by: FactOf<'BackupMoved'>): void =>
  withExisting(possession, by, (backup) => {
    if (backup.site === by.data.to) return;
    possession.takesAlong(by, backup.content.keys());
    possession.backups.move(by, backup, by.data.to);
  });

/** `BackupRestored`: its whole content arrives live at `to`; the backup stays. */
export const restoreBackup = (possession: Possession, by: FactOf<'BackupRestored'>): void =>
  withExisting(possession, by, ({ dataset, scope, content }) => {
    possession.takesAlong(by, content.keys());
    const site = by.data.to;
    if (isPopulation(scope)) {
      const place = { dataset, population: scope.population, site };
      arriveOfPopulation(possession, by, place, broughtBy(by, content.keys()));
    } else bringSubject(possession, by, scope.subject, dataset, site);
  });

/** `BackupDestroyed`: it holds nobody any more. */
export const destroyBackup = (possession: Possession, by: FactOf<'BackupDestroyed'>): void =>
  withExisting(possession, by, (backup) => possession.backups.destroy(by, backup));

/** Nothing is done with a backup that is unknown or was destroyed. */
const withExisting = (
  possession: Possession,
  by: FactOf<'BackupMoved' | 'BackupRestored' | 'BackupDestroyed'>,
  act: (backup: Backup) => void,
): void =>
  pipe(
    possession.backups.existing(by.data.backup),
    E.match((code) => possession.report(by, code), act),
  );
