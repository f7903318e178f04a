/** Wide questions about backups: counting the people in each takes long. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Asked } from '../../contract/asked.ts';
import type { BackupsQuestion } from '../../contract/questions/backups.ts';
import type { PlainQuestion } from '../../contract/questions/question.ts';
import type { BackupRow } from '../../contract/rows/backups.ts';
import { backupRow, backupsPage } from '../backups.ts';
import { heardUntil } from '../coverage.ts';
import { knownNames } from '../known-name.ts';
import type { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

/** The backups with a state at an instant (R7, R11). */
export const backups = (view: View, asked: Asked<BackupsQuestion>): Outcome<ReadonlyArray<BackupRow>> =>
  pipe(
    knownNames(view, asked.parameters),
    E.map(() => {
      const page = backupsPage(view, asked);
      return { ...page, heardUntil: heardUntil(view, page.data, {}) };
    }),
  );

/** One backup at an instant (R7, R11). */
export const backup = (view: View, { clocks }: Asked<PlainQuestion>, { id }: About): Outcome<BackupRow> =>
  pipe(
    backupRow(view, id, clocks.validAt),
    E.map((data) => ({ data, heardUntil: heardUntil(view, data, {}) })),
  );
