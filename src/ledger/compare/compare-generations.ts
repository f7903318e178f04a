/** Compares two generations of the projections by their answers. */

import { limitMax } from '../../contract/questions/parameter.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { beginning, never } from '../../domain/time/instant.ts';
import { openProjectionsToRead } from '../../projections/engine/generations.ts';
import { IndexReader } from '../../projections/engine/index-reader.ts';
import type { Difference } from '../../projections/engine/replay.ts';
import { discrepanciesAfter } from '../../questions/discrepancies.ts';
import { holdingsAt } from '../../questions/holdings.ts';
import { membersAt } from '../../questions/members.ts';
import { reachPage } from '../../questions/reach.ts';
import { historyBetween } from '../../questions/residency.ts';
import { View } from '../../questions/view.ts';
import type { LogReader } from '../../store/log-reader.ts';

/** Subjects to compare, spread evenly over the log. */
const comparedSubjectsMax = 500;
/** Sites and populations to compare. */
const comparedNamesMax = 200;
/** Compared subjects whose reach is compared as well. */
const comparedReachMax = 50;
/** Changed answers to show. */
const shownExamplesMax = 10;

/** A sample of the subjects that the log names, spread evenly over it. */
const sampledSubjects = (view: View, log: LogReader): ReadonlySet<string> => {
  const subjects = new Set<string>();
  const step = Math.max(1, Math.floor(view.known.position / comparedSubjectsMax));
  for (let after = 0; after < view.known.position && subjects.size < comparedSubjectsMax; after += step) {
    const [next] = log.after(after, 1);
    if (next === undefined) break;
    const recorded = view.recorded(next.position);
    if (recorded === undefined) continue;
    for (const subject of subjectsOf(recorded.event)) {
      subjects.add(subject);
      break;
    }
  }
  return subjects;
};

/**
 * Asks both generations the same questions, as known at the last position that both have reached.
 *
 * @returns after each question, the differences found so far: counting everybody at every site of a large ledger
 * takes long.
 */
export function* compareGenerations(
  before: string,
  after: string,
  log: LogReader,
  validAt: number,
): Generator<Difference> {
  const databases = [before, after].map(openProjectionsToRead);
  try {
    const readers = databases.map((database) => new IndexReader(database, log));
    for (const reader of readers) {
      reader.database.exec('BEGIN');
      reader.refresh();
    }
    const position = Math.min(...readers.map((reader) => reader.checkpoint()));
    const views = readers.map((reader) => new View(reader, { position, minAssurance: 'claimed' }));
    const [one, other] = [views[0]!, views[1]!];
    const subjects = [...sampledSubjects(one, log)];
    const questions: [string, (view: View) => unknown][] = [
      ...subjects.map((subject): [string, (view: View) => unknown] => [
        `history of ${subject}`,
        (view) => historyBetween(view, subject, beginning, never),
      ]),
      ...subjects
        .slice(0, comparedReachMax)
        .map((subject): [string, (view: View) => unknown] => [
          `reach of ${subject}`,
          (view) =>
            reachPage(
              view,
              subject,
              { at: validAt, during: { from: beginning, to: never } },
              { after: undefined, limit: limitMax },
            ).data,
        ]),
      ...(['site', 'party', 'dataset', 'population', 'policy'] as const).map(
        (kind): [string, (view: View) => unknown] => [
          `names of each ${kind}`,
          (view) => view.names(kind, '', comparedNamesMax),
        ],
      ),
      ['discrepancies', (view) => discrepanciesAfter(view, 'open', 0, comparedNamesMax)],
      ...one
        .names('site', '', comparedNamesMax)
        .map((site): [string, (view: View) => unknown] => [
          `holdings of ${site}`,
          (view) => holdingsAt(view, site, validAt),
        ]),
      ...one
        .names('population', '', comparedNamesMax)
        .map((population): [string, (view: View) => unknown] => [
          `members of ${population}`,
          (view) => membersAt(view, population, validAt),
        ]),
    ];
    const examples: Difference['examples'][number][] = [];
    let changed = 0;
    let compared = 0;
    for (const [question, ask] of questions) {
      compared++;
      const answers = [ask(one), ask(other)];
      if (JSON.stringify(answers[0]) !== JSON.stringify(answers[1])) {
        changed++;
        if (examples.length < shownExamplesMax)
          examples.push({ question, before: answers[0], after: answers[1] });
      }
      yield { compared, changed, examples };
    }
  } finally {
    for (const database of databases) database.close();
  }
}
