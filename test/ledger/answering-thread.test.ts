/** What the thread that counts has saved once it ends. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AnsweringSignals } from '../../src/ledger/answering-signals.ts';
import type { AnsweringRequest, AnsweringThreadInput } from '../../src/ledger/answering-thread.ts';
import { readHistory } from '../../src/ledger/counted-file.ts';
import { memoryMebibytesDefault, memoryShares } from '../../src/ledger/memory-shares.ts';
import { openProjectionsToRead } from '../../src/projections/engine/generations.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { View } from '../../src/questions/view.ts';
import { startThread } from '../../src/threads/start-thread.ts';
import { placed, sent } from '../support/given-events.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

describe('given a thread that has counted everybody, and a ledger that has grown since', () => {
  const server = sharedLedger();

  it.each([
    [
      'has too little time to count the rest, then what it had counted before is saved',
      500,
      5_000,
      'counted',
    ],
    ['has time to count the rest, then that is saved', 60_000, 50, 'last'],
  ] as const)('when it ends and %s', async (_, lastCountMsMax, people, savedUpTo) => {
    const { parts } = server.ledger;
    const { logFile, log } = parts;
    const file = parts.generations.file(server.ledger.generation());
    const workerData: AnsweringThreadInput = {
      logFile,
      signals: new AnsweringSignals().shared,
      stepsMax: 1_000_000,
      memory: memoryShares(memoryMebibytesDefault).answering,
    };
    const thread = startThread(new URL('../../src/ledger/answering-thread.ts', import.meta.url), workerData);
    const tell = (request: AnsweringRequest): void => thread.postMessage(request);
    const countedAt = async (position: number): Promise<void> => {
      const clocks = { validAt: 0, knownAt: 0, position, minAssurance: 'claimed' as const };
      const asked = { clocks, limit: 10, after: undefined, parameters: {} };
      tell({
        kind: 'ask',
        projectionsFile: file,
        asked: { question: 'findings', asked, given: {} },
        named: undefined,
      });
      expect(await once(thread, 'message')).toMatchObject([{ answer: { _tag: 'Right' } }]);
    };
    const record = async (...events: object[]): Promise<number> => {
      const position = Number(await server.record(events));
      expect(await server.ledger.reached(position)).toBe(true);
      return position;
    };
    const id = `-${lastCountMsMax}`;
    // They are counted one by one, which takes far longer than to find that they are to be counted again.
    const subjects = Array.from({ length: people }, (_, at) => `person${id}-${at}`);
    const enrolment = (population: string) =>
      sent(`${population}${id}`, 'SubjectsEnrolled', { subjects, population });
    const before = await record(placed(`a${id}`, 'us', 'virginia'), ...['us', 'eu'].map(enrolment));
    await countedAt(before);
    const counted = await record(placed(`d${id}`, 'us', 'dublin'));
    await countedAt(counted);
    const last = await record(enrolment('kr'));
    const ended = once(thread, 'exit');
    tell({ kind: 'close', lastCountMsMax, named: undefined });
    await ended;
    const database = openProjectionsToRead(file);
    const reader = new IndexReader(database, log);
    const saved = reader.snapshot(() =>
      readHistory(file, log, new View(reader, { position: last, minAssurance: 'claimed' })),
    );
    database.close();
    expect(saved?.position).toBe({ counted, last }[savedUpTo]);
  });
});
