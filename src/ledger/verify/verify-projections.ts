/** The check of the projections against a rebuild (V13): both must answer the same questions equally. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '../../domain/time/instant.ts';
import { Applier } from '../../projections/engine/applier.ts';
import { checkpointOf, Generations, openProjections } from '../../projections/engine/generations.ts';
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

/** Compares the serving projections with ones rebuilt from the log. */
export function* checkProjections(
  log: LogReader,
  directory: string,
  validAt: Instant,
): Generator<number, Check> {
  const name = 'projections';
  const generations = new Generations(directory);
  const serving = generations.serving();
  if (serving === undefined) return warning(name, 'none yet', 'Start the server, which builds them');
  const file = generations.file(serving);
  const upTo = checkpointOf(file);
  const scratch = mkdtempSync(join(tmpdir(), 'domicile-verify-'));
  try {
    const rebuilt = join(scratch, 'projections.sqlite');
    yield* rebuild(log, rebuilt, upTo);
    let found: {
      readonly compared: number;
      readonly changed: number;
      readonly examples: ReadonlyArray<{ question: string }>;
    } = {
      compared: 0,
      changed: 0,
      examples: [],
    };
    for (const difference of compareGenerations(file, rebuilt, log, validAt)) {
      found = difference;
      yield upTo;
    }
    const { compared, changed, examples } = found;
    return changed === 0
      ? ok(name, `${count.format(compared)} answers match a rebuild from the log`)
      : failed(
          name,
          `${count.format(changed)} of ${count.format(compared)} answers differ from a rebuild, such as the ${examples[0]?.question ?? 'answers'}`,
          remedy,
        );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
