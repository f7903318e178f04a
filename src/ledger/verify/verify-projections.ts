/**
 * The check of the projections against a rebuild (V13): both must contain the same, whatever the batches in which each was
 * filled. Projections of another version of the code may contain something else, and must give the same answers.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time/instant.ts';
import { Applier } from '../../projections/engine/applier.ts';
import {
  checkpointOf,
  Generations,
  isFilledByThisCode,
  openProjections,
  openProjectionsToRead,
} from '../../projections/engine/generations.ts';
import { sameContent } from '../../projections/engine/same-content.ts';
import { Scanner } from '../../projections/engine/scanner.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { compareGenerations } from '../compare/compare-generations.ts';
import { type Check, count, failed, ok, warning } from '../examine/check.ts';

const remedy = 'Run domicile replay, which rebuilds the projections from the log';

/** Builds projections in a file from the log up to a position, or continues an earlier build. */
export function* rebuild(log: LogReader, file: string, upTo: number): Generator<number> {
  const database = openProjections(file);
  if (database === undefined) throw new Error('new projections cannot be opened');
  try {
    const applier = new Applier(database, log);
    const scanner = new Scanner(log);
    const nextUpdate = applier.scannerUpdates();
    for (;;) {
      scanner.learn(nextUpdate());
      const batch = scanner.scan(applier.checkpoint(), upTo);
      if (batch === undefined) return;
      applier.apply(batch);
      yield applier.checkpoint();
    }
  } finally {
    database.close();
  }
}

const name = 'projections';

/** The answers of both that differ, when their contents do. Projections of other code may contain something else. */
function* compareAnswers(
  file: string,
  rebuilt: string,
  log: LogReader,
  validAt: Instant,
): Generator<number, Check> {
  let compared = 0;
  for (const found of compareGenerations(file, rebuilt, log, validAt)) {
    compared = found.compared;
    if (found.changed > 0)
      return failed(name, `the ${found.examples[0]!.question} differs from that of a rebuild`, remedy);
    yield 0;
  }
  return isFilledByThisCode(file)
    ? failed(name, 'they contain something else than a rebuild from the log', remedy)
    : ok(name, `${count.format(compared)} answers match a rebuild from the log by the present version`);
}

const positionIn = (database: DatabaseSync): number =>
  Number(database.prepare("SELECT value FROM meta WHERE name = 'position'").get()?.value ?? 0);

/**
 * Compares the content of the serving projections with a rebuild, which it continues up to where they are: a server may
 * fill them meanwhile.
 *
 * @returns the number of entries; undefined if the contents differ.
 */
function* compareContent(
  file: string,
  rebuilt: string,
  log: LogReader,
): Generator<number, number | undefined> {
  const serving = openProjectionsToRead(file);
  try {
    serving.exec('BEGIN');
    const upTo = positionIn(serving);
    yield* rebuild(log, rebuilt, upTo);
    const other = openProjectionsToRead(rebuilt);
    try {
      other.exec('BEGIN');
      const steps = sameContent(serving, other);
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) return step.value;
        yield upTo;
      }
    } finally {
      other.close();
    }
  } finally {
    serving.close();
  }
}

/**
 * Compares the serving projections with ones rebuilt from the log.
 *
 * @param scratch the directory in which they are rebuilt.
 */
export function* checkProjections(
  log: LogReader,
  directory: string,
  validAt: Instant,
  scratch: string,
): Generator<number, Check> {
  const generations = new Generations(directory);
  const serving = generations.serving();
  if (serving === undefined) return warning(name, 'none yet', 'Start the server, which builds them');
  const file = generations.file(serving);
  const rebuilt = join(scratch, 'projections.sqlite');
  yield* rebuild(log, rebuilt, checkpointOf(file));
  const entries = yield* compareContent(file, rebuilt, log);
  return entries === undefined
    ? yield* compareAnswers(file, rebuilt, log, validAt)
    : ok(name, `${count.format(entries)} entries match a rebuild from the log`);
}
