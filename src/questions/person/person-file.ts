/**
 * Everything known about one person in one answer (GDPR, Article 15), and what remains to be done after an erasure
 * (Articles 17 and 19).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Asked } from '../../contract/asked.ts';
import type { PersonFile, personSections } from '../../contract/rows/person.ts';
import { rowPresences } from '../../domain/residency/rows.ts';
import { beginning, never } from '../../domain/time/instant.ts';
import { contains } from '../../domain/time/interval.ts';
import { accessesTo } from '../accesses.ts';
import { backupRow } from '../backups.ts';
import { findingsOfSubject } from '../findings.ts';
import { reachPage } from '../reach.ts';
import { historyBetween, residencyAt } from '../residency.ts';
import { residencyOf } from '../residency-facts.ts';
import { naming, type TrailEntry, trailOf } from '../trail.ts';
import type { View } from '../view.ts';
import { wireFinding } from '../wire-finding.ts';
import { accessRows, datasetsOf, erasuresOf, membershipsOf } from './person-lists.ts';
import { purposesOf } from './purposes.ts';
import { recipientsOf } from './recipients.ts';

/** The file without what is not in the log: who read about the person. Its events still have pseudonyms. */
export interface FoundPerson {
  readonly file: Omit<PersonFile, 'reads' | 'readsUpTo' | 'trail'>;
  readonly trail: ReadonlyArray<TrailEntry>;
}

type Section = (typeof personSections)[number];

/** The file of the subject, with up to `limit` rows in each list. */
export const personFile = (
  view: View,
  subject: string,
  { clocks, limit }: Pick<Asked, 'clocks' | 'limit'>,
): FoundPerson => {
  const at = clocks.validAt;
  const residency = residencyOf(view, subject);
  const accesses = accessesTo(view, residency, subject);
  const cut: Section[] = [];
  const upTo = <A>(section: Section, rows: ReadonlyArray<A>): ReadonlyArray<A> => {
    if (rows.length <= limit) return rows;
    cut.push(section);
    return rows.slice(0, limit);
  };
  const during = { from: beginning, to: never };
  const reach = reachPage(view, subject, { at, during }, { after: undefined, limit });
  const backups = rowPresences(residency, subject)
    .filter((presence) => contains(presence, at))
    .flatMap(({ row }) => (row.backup === null ? [] : [row.backup]));
  const held = residencyAt(view, subject, at);
  const erasures = erasuresOf(view, subject, at);
  const file = {
    subject,
    populations: upTo('populations', membershipsOf(view, subject, residency)),
    datasets: upTo('datasets', datasetsOf(view, subject, residency, at)),
    residency: upTo('residency', held),
    history: upTo('history', historyBetween(view, subject, beginning, never)),
    reach: reach.data,
    accesses: upTo('accesses', accessRows(view, accesses)),
    purposes: upTo('purposes', purposesOf(view, subject, residency)),
    recipients: upTo('recipients', recipientsOf(view, subject, residency, accesses, at)),
    findings: upTo('findings', findingsOfSubject(view, subject)).map((each) => wireFinding(view, each, at)),
    backups: upTo('backups', backups).flatMap((backup) => {
      const row = backupRow(view, backup, at);
      return E.isRight(row) ? [row.right] : [];
    }),
    erasures,
    // The erasure of one dataset says nothing about the others.
    erasureOpen: erasures.some(({ dataset }) =>
      held.some((row) => dataset === null || row.dataset === dataset),
    ),
  };
  if ((reach.after ?? null) !== null) cut.push('reach');
  const trail = upTo('trail', trailOf(view, subject, naming(subject)));
  return { file: { ...file, cut }, trail };
};
