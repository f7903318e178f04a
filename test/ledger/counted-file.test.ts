/**
 * Counts in files beside the projections: they are used for the log and the projections that they were made from alone.
 */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readHistory,
  readIndividuals,
  writeHistory,
  writeIndividuals,
} from '../../src/ledger/counted-file.ts';
import { wholeHistories, wholeHistoryOf } from '../../src/questions/whole-history.ts';
import { fileForTest } from '../store/ledger-files.ts';
import { enrolled, placed } from '../support/given-events.ts';
import { logOf, projected, storedEvents } from '../support/ledger.ts';

const events = [
  placed('a', 'us', 'virginia'),
  enrolled('b', 'ana'),
  enrolled('c', 'ben'),
  enrolled('d', 'ana', 'eu'),
];
const stored = storedEvents(events);
const log = logOf(stored);
/** What was recorded later, and what another ledger recorded at the same positions. */
const grown = logOf(storedEvents([...events, enrolled('e', 'ben', 'eu')]));
const shorter = logOf(stored.slice(0, 3));
const another = logOf(storedEvents([...events.slice(0, 3), enrolled('d', 'chen', 'eu')]));

describe('the individuals in a file', () => {
  it('are read for the same log as it grows, and for no other log or generation of the projections', () => {
    const file = fileForTest('1.sqlite');
    const { index } = projected(stored);
    index.refresh();
    expect(index.individuals.all().length).toBe(1);
    const individuals = index.individuals.toPlain()!;
    expect(writeIndividuals(file, log, individuals)).toBe(true);
    for (const same of [log, grown]) expect(readIndividuals(file, same)).toEqual(individuals);
    for (const other of [shorter, another]) expect(readIndividuals(file, other)).toBeUndefined();
    // Another generation may give the populations other ids.
    expect(readIndividuals(join(dirname(file), '2.sqlite'), log)).toBeUndefined();
  });
});

describe('the history in a file', () => {
  it('is read for the same log as it grows, also by another generation of the projections, and for no other log', () => {
    const file = fileForTest('1.sqlite');
    const { index, view } = projected(stored);
    wholeHistoryOf(view(stored.length));
    const [[, history]] = wholeHistories(index) as [ReturnType<typeof wholeHistories>[number]];
    expect(writeHistory(file, log, history)).toBe(true);
    const now = view(stored.length);
    for (const each of [file, join(dirname(file), '2.sqlite')])
      for (const same of [log, grown])
        expect(readHistory(each, same, now)?.toPlain()).toEqual(history.toPlain());
    for (const other of [shorter, another]) expect(readHistory(file, other, now)).toBeUndefined();
  });
});
