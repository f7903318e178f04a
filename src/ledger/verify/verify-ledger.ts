/**
 * Verifies a whole ledger (V13): every stored byte against the tree, the tree against all signed and cosigned
 * checkpoints, the sealed index and the projections against rebuilt ones, the vault against the log.
 *
 * The parts of a large ledger run side by side, each in threads of its own.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { openTreeToRead, type TreeReader } from '../../integrity/tree-file.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { startThread } from '../../threads/start-thread.ts';
import { type Check, warning } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { runCheck, unexamined, unreadable } from './run-check.ts';
import { checkLog } from './verify-log.ts';
import type { PartReport, PartThreadInput } from './verify-part-thread.ts';
import { type PartInput, type PartName, runPart, workOfPart } from './verify-parts.ts';
import { checkpointsCheck, cosignatureChecks, ownKeys, witnessPolicy } from './verify-signatures.ts';
import { checkTiles } from './verify-tree.ts';

/** Called with the progress of the slowest part: what it does, events done, total. */
export type OnVerified = (what: string, done: number, of: number) => void;

/** The processor time of a part that ran in a thread of its own, in microseconds. */
export type OnPart = (part: PartName, cpuMicros: number) => void;

/** With fewer events than this, the parts run one after the other: starting threads takes as long. */
const besideEventsMin = 50_000;

/**
 * Memory for the young objects of a part's thread, in MiB: with less, the garbage collector copies the keys of a stretch
 * several times.
 */
const youngMebibytes = 96;

/** Checks a stored tree and its signed checkpoints. */
const treeChecks = async (
  log: LogReader,
  input: PartInput,
  onStep: (what: string, done: number) => void,
): Promise<ReadonlyArray<Check>> => {
  const files = filesIn(input.dataDirectory);
  if (!existsSync(files.tree))
    return [warning('log', 'it is not hashed yet', 'Start the server, which hashes and signs it')];
  let tree: TreeReader | undefined;
  try {
    tree = openTreeToRead(files.tree);
    const policy = witnessPolicy(input);
    const given = { log, tree, files: { logFile: files.log, treeFile: files.tree } };
    const compared = await checkLog(given, (done) => onStep('events compared with the tree', done)).catch(
      (error: unknown) => unreadable('log', files.log, error),
    );
    return [
      compared,
      runCheck('tree', files.tree, checkTiles(tree), (done) => onStep('leaves hashed', done)),
      checkpointsCheck('checkpoints', tree, files.tree, input.origin, ownKeys(input)),
      ...(E.isLeft(policy) ? [policy.left] : []),
      ...cosignatureChecks('cosignatures', tree, files.tree, 'events', policy),
    ];
  } catch (error) {
    // Everything else can be checked without the tree.
    return [unreadable('tree', files.tree, error)];
  } finally {
    tree?.close();
  }
};

/** Runs a part in a thread. If that ends before its checks do, this is the result, and the other parts go on. */
const runBeside = (
  part: PartName,
  input: PartInput,
  onStep: (done: number) => void,
  onPart: OnPart,
): Promise<ReadonlyArray<Check>> =>
  new Promise((resolve) => {
    const given: PartThreadInput = { ...input, part };
    const worker = startThread(
      new URL('./verify-part-thread.ts', import.meta.url),
      given,
      undefined,
      youngMebibytes,
    );
    let checks: ReadonlyArray<Check> = [unexamined(part, 'its thread has ended')];
    worker.on('message', (report: PartReport) => {
      if ('done' in report) return onStep(report.done);
      checks = report.checks;
      onPart(part, report.cpuMicros);
    });
    worker.once('error', (error) => {
      checks = [unexamined(part, error)];
    });
    // An exit follows each error.
    worker.once('exit', () => resolve(checks));
  });

/** The progress of parts that run side by side: that of the one that is least far and has not ended. */
class SideBySide {
  private readonly states = new Map<string, { readonly what: string; readonly done: number }>();
  private readonly report: (what: string, done: number) => void;

  constructor(report: (what: string, done: number) => void) {
    this.report = report;
  }

  step(part: string, what: string, done: number): void {
    this.states.set(part, { what, done });
    const least = [...this.states.values()].reduce((a, b) => (b.done < a.done ? b : a));
    this.report(least.what, least.done);
  }

  async untilEnd<A>(part: string, work: Promise<A>): Promise<A> {
    const result = await work;
    this.states.delete(part);
    return result;
  }
}

/**
 * Verifies the embedded ledger in a directory. A server may run at the same time.
 *
 * @param besideMin the size from which on the parts run side by side.
 * @throws a StoreProblem if the log cannot be opened at all.
 */
export const verifyLedger = async (
  settings: Settings,
  now: () => Instant,
  onProgress: OnVerified,
  onPart: OnPart = () => {},
  besideMin = besideEventsMin,
): Promise<ReadonlyArray<Check>> => {
  const { dataDirectory, origin, signingKeyFile, witnessesFile, vault } = settings;
  const log = openLogFile(filesIn(dataDirectory).log);
  const scratch = mkdtempSync(join(tmpdir(), 'domicile-verify-'));
  const input: PartInput = {
    ...{ dataDirectory, origin, signingKeyFile, witnessesFile, validAt: now() },
    scratch,
  };
  try {
    const head = log.head();
    const parts: ReadonlyArray<PartName> = [
      'index',
      'projections',
      ...(vault === undefined ? (['vault'] as const) : []),
    ];
    if (head < besideMin) {
      const checks = [...(await treeChecks(log, input, (what, done) => onProgress(what, done, head)))];
      for (const part of parts)
        checks.push(...runPart(part, input, (done) => onProgress(workOfPart[part], done, head)));
      return checks;
    }
    const progress = new SideBySide((what, done) => onProgress(what, done, head));
    const checks = await Promise.all([
      progress.untilEnd(
        'log',
        treeChecks(log, input, (what, done) => progress.step('log', what, done)),
      ),
      ...parts.map((part) => {
        const onStep = (done: number): void => progress.step(part, workOfPart[part], done);
        return progress.untilEnd(part, runBeside(part, input, onStep, onPart));
      }),
    ]);
    return checks.flat();
  } finally {
    log.close();
    rmSync(scratch, { recursive: true, force: true });
  }
};
