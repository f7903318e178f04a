/** The report of backups: where each was held, when it expires, and which event destroyed it. */
import type { BackupRow } from '../../contract/rows/backups.ts';
import { formatInstant, never } from '../../domain/time/instant.ts';
import { backupsPage } from '../backups.ts';
import type { View } from '../view.ts';
import { cellOf, type ReportQuestion, type ReportTable } from './report.ts';

const positions = (events: ReadonlyArray<string>): ReadonlyArray<number> => events.map(Number);

/** Whether the backup was held at any instant of the period. */
const wasHeld = ({ sites }: BackupRow, { during }: ReportQuestion): boolean =>
  sites.some(
    ({ from, to }) => Date.parse(from) < during.to && (to === null ? never : Date.parse(to)) > during.from,
  );

const destroyedText = ({ destroyed }: BackupRow): string =>
  destroyed === null
    ? 'not destroyed, as far as the ledger knows'
    : `${destroyed.at}, ${destroyed.assurance}, reported by ${destroyed.source}${destroyed.evidence === null ? '' : `, ${destroyed.evidence}`}`;

/** Backups held in the period, in the order in which they became known. */
export const backupsTable = (view: View, question: ReportQuestion): ReportTable => {
  const { at } = question;
  const clocks = { ...view.known, validAt: at, knownAt: at };
  const { data } = backupsPage(view, {
    clocks,
    limit: Number.MAX_SAFE_INTEGER,
    after: undefined,
    parameters: {},
  });
  return {
    title: 'Backups of personal data',
    basis: 'GDPR, Articles 5 (1) (e), 17 and 30 (1) (f)',
    says: [
      `Backups that were held at any time in the period, with their state at ${formatInstant(at)}. An expiry date does not end possession: a backup is held until an event says that it was destroyed.`,
    ],
    columns: {
      backup: 'Backup',
      dataset: 'Data',
      whose: 'Whose',
      subjects: 'People',
      taken: 'Taken',
      takenFrom: 'Taken from',
      sites: 'Where, and from when to when',
      expires: 'To be kept until',
      state: 'State',
      overdue: 'Overdue since',
      destroyed: 'Destroyed, and by which proof',
      assurance: 'Attested',
    },
    rows: data
      .filter((row) => wasHeld(row, question))
      .map((row) => {
        const taken = positions(row.events);
        return [
          cellOf(view, row.backup, taken),
          cellOf(view, row.dataset, taken),
          cellOf(view, row.population ?? 'one person', taken),
          cellOf(view, String(row.subjects), taken),
          cellOf(view, row.takenAt, taken),
          cellOf(view, row.takenFrom, taken),
          cellOf(
            view,
            row.sites
              .map(
                ({ site, country, from, to }) =>
                  `${site} (${country ?? 'country not known'}): ${from} to ${to ?? 'still so'}`,
              )
              .join('\n'),
            row.sites.flatMap(({ events }) => positions(events)),
          ),
          cellOf(view, row.expires, taken),
          cellOf(view, row.state, row.destroyed === null ? taken : positions(row.destroyed.events)),
          cellOf(view, row.state === 'overdue' ? row.expires : 'no', taken),
          cellOf(view, destroyedText(row), row.destroyed === null ? [] : positions(row.destroyed.events)),
          cellOf(view, row.assurance, taken),
        ];
      }),
  };
};
