/**
 * A ledger that is asked while several requests record people at once counts them like a process that counts for the first
 * time, at earlier positions too: who is new is known from the entries of the vault, and nobody is taken for new who is
 * not.
 */
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { readIndividuals } from '../../src/ledger/counted-file.ts';
import type { PreparedBatch } from '../../src/ledger/recording/prepared-batch.ts';
import { Recorder } from '../../src/ledger/recording/recorder.ts';
import { openProjectionsToRead } from '../../src/projections/engine/generations.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { View } from '../../src/questions/view.ts';
import { type AskedWidely, answerWidely } from '../../src/questions/wide/wide-questions.ts';
import { openLogFile } from '../../src/store/open/open-log-file.ts';
import { corrected, enrolled, placed, type Sent, sent } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const testMsMax = 120_000;
const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const populations = ['us', 'eu', 'kr'];
const latest = Date.UTC(2022, 0, 1);

const questionsAt = (position: number): ReadonlyArray<AskedWidely> => {
  const asked = {
    clocks: { validAt: latest, knownAt: latest, position, minAssurance: 'claimed' as const },
    limit: 1_000,
    after: undefined,
    parameters: {},
  };
  return [
    { question: 'populations', asked, given: {} },
    ...['virginia', 'dublin'].map((id) => {
      const holdings: AskedWidely<'holdings'> = { question: 'holdings', asked, given: { id } };
      return holdings as AskedWidely;
    }),
  ];
};

const fileOf = (ledger: LocalServer['ledger']): string => ledger.parts.generations.file(ledger.generation());

/** Answers in the thread that counts, and answers that are counted from the whole log. */
const answers = async ({ ledger }: { readonly ledger: LocalServer['ledger'] }, position: number) => {
  const projections = openProjectionsToRead(fileOf(ledger));
  try {
    const reader = new IndexReader(projections, ledger.parts.log);
    const both = [];
    for (const question of questionsAt(position)) {
      const counted = await ledger.questions.count(question, new AbortController().signal);
      const fresh = reader.snapshot(() =>
        answerWidely(new View(reader, { position, minAssurance: 'claimed' }), question),
      );
      both.push({ counted, fresh });
    }
    return both;
  } finally {
    projections.close();
  }
};

const findingsAt = ({ ledger }: LocalServer, position: number) => {
  const { asked } = questionsAt(position)[0]!;
  return ledger.questions.count({ question: 'findings', asked, given: {} }, new AbortController().signal);
};

/** What a request sends about the people of a world: some who are new, and some of a few who come again and again. */
const request = fc.array(
  fc.record({
    kind: fc.constantFrom('many', 'many', 'one', 'one', 'moved', 'corrected', 'forgotten'),
    fresh: fc.nat({ max: 3 }),
    again: fc.subarray(['ana', 'ben', 'chen', 'dora']),
    population: fc.constantFrom(...populations),
  }),
  { minLength: 1, maxLength: 4 },
);
type Request = (typeof request extends fc.Arbitrary<infer A> ? A : never)[number];

const steps = fc.array(
  fc.record({
    requests: fc.array(request, { minLength: 1, maxLength: 4 }),
    asksMeanwhile: fc.boolean(),
    isTwice: fc.boolean(),
    isReversed: fc.boolean(),
    share: fc.constantFrom(1, 1, 0.9, 0.5),
  }),
  { minLength: 3, maxLength: 6 },
);

/** The batch of a request whose people are admitted, and whose events are not recorded yet. */
const prepared = async (recorder: Recorder, events: ReadonlyArray<Sent>): Promise<PreparedBatch> => {
  const by = { recordedBy: null, authority: 'admin correct emit', bounds: {} };
  const checked = await recorder.check(
    events.map((json, index) => ({ index, json })),
    by,
  );
  if (E.isLeft(checked)) throw new Error(JSON.stringify(checked.left));
  const batch = await recorder.prepare(checked.right);
  if (E.isLeft(batch)) throw new Error(JSON.stringify(batch.left));
  return batch.right;
};

describe('people who are recorded by several requests at once', () => {
  const server = sharedLedger();
  let sentEvents = 0;
  let newPeople = 0;

  beforeAll(async () => {
    await server.record(populations.map((each) => placed(`placed-${each}`, each, 'virginia')));
    await server.record([placed('placed-in-dublin', 'eu', 'dublin')]);
  });

  const eventsOf = (world: string, { kind, fresh, again, population }: Request): ReadonlyArray<Sent> => {
    const id = `e-${sentEvents++}`;
    const known = again.map((name) => `${name}-of-${world}`);
    const subjects = [...known, ...Array.from({ length: fresh }, () => `new-${newPeople++}`)];
    const [first] = subjects;
    if (first === undefined) return [];
    if (kind === 'moved') {
      const moved = { dataset: 'profile', scope: { subject: first }, from: 'virginia', to: 'dublin' };
      return [sent(id, 'DataMoved', moved, { time: '2021-01-01T00:00:00.000Z' })];
    }
    const enrolment =
      kind === 'one'
        ? enrolled(id, first, population)
        : sent(id, 'SubjectsEnrolled', { subjects, population });
    if (kind !== 'corrected') return [enrolment];
    const data = { subjects: [...subjects, `new-${newPeople++}`], population: 'kr' };
    return [enrolment, corrected(`${id}-corrected`, id, { data })];
  };

  const record = async (world: string, requests: Request[], twice: boolean): Promise<void> => {
    for (const forgotten of requests.filter(({ kind }) => kind === 'forgotten'))
      for (const name of forgotten.again) await server.delete(`/v1/subjects/${name}-of-${world}`);
    const events = requests.flatMap((each) => (each.kind === 'forgotten' ? [] : eventsOf(world, each)));
    if (events.length === 0) return;
    // Sent twice at once, as after a lost answer.
    const replies = await Promise.all(
      twice ? [server.postLines(events), server.post(events)] : [server.postLines(events)],
    );
    for (const { status } of replies) expect(status).toBeLessThan(300);
  };

  const expectAlike = async (position: number): Promise<void> => {
    expect(await server.ledger.reached(position)).toBe(true);
    for (const { counted, fresh } of await answers(server, position)) expect(counted).toEqual(fresh);
  };

  /** Requests that admit their people in one order, and record their events in the other one. */
  const recordReversed = async (world: string, requests: ReadonlyArray<Request[]>): Promise<void> => {
    const { ledger } = server;
    const recorder = new Recorder(ledger);
    const batches: PreparedBatch[] = [];
    for (const each of requests) {
      const events = each.flatMap((one) => (one.kind === 'forgotten' ? [] : eventsOf(world, one)));
      if (events.length > 0) batches.push(await prepared(recorder, events));
    }
    for (const batch of batches.reverse()) {
      expect((await recorder.recordLines(batch)).problem).toBeUndefined();
      await expectAlike(await ledger.parts.store.head());
    }
  };

  it(
    'are counted like those of a process that counts for the first time, at earlier positions too',
    async () => {
      let worlds = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const world = `world-${worlds++}`;
          for (const { requests, asksMeanwhile, isTwice, isReversed, share } of all) {
            const recording = isReversed
              ? recordReversed(world, requests)
              : Promise.all(requests.map((each, at) => record(world, each, isTwice && at === 0)));
            const { ledger } = server;
            if (asksMeanwhile) await answers(server, ledger.checkpoint());
            await recording;
            const head = await ledger.parts.store.head();
            for (const position of [head, Math.ceil(head * share)]) await expectAlike(position);
          }
        }),
        { numRuns: Math.ceil(runs / 10) },
      );
      const told = server.ledger.namedEntries.since(0);
      // Only a process that keeps the vault and an embedded log is told who is new.
      if (told === undefined || !server.ledger.parts.store.appendsInSequence) return;
      const { ranges } = told.entries;
      const leasts = ranges.filter((_, column) => column % 4 === 2);
      expect(leasts.filter((least) => least > 0 && Number.isFinite(least)).length).toBeGreaterThan(runs / 5);
      expect(leasts.filter((least) => least === 0).length).toBeGreaterThan(runs / 5);
    },
    testMsMax,
  );
});

describe('a person whom one request admits, and whom the events of another name first', () => {
  const server = sharedLedger();

  it('is counted once', async () => {
    const { ledger } = server;
    const recorder = new Recorder(ledger);
    const countedAt = async (position: number) => {
      await ledger.reached(position);
      const [populations] = await answers(server, position);
      expect(populations!.counted).toEqual(populations!.fresh);
      return populations!.counted;
    };
    await server.record([enrolled('a', 'zoe'), placed('b', 'us', 'virginia')]);
    await countedAt(2);
    const first = await prepared(recorder, [enrolled('c', 'ana')]);
    const second = await prepared(recorder, [enrolled('d', 'ana')]);
    await recorder.recordLines(second);
    await countedAt(3);
    await recorder.recordLines(first);
    expect(await countedAt(4)).toMatchObject({ right: { data: [{ subjects: 2 }] } });
  });
});

/** A ledger of three events, in which one person is enrolled twice. */
const withAnaIn = async (directory: string) => {
  const server = await LocalServer.open(directory);
  const { ledger } = server;
  await server.record([placed('placed', 'us', 'virginia'), enrolled('a', 'ana'), enrolled('b', 'ana', 'eu')]);
  await ledger.reached(3);
  return { server, ledger };
};

describe('counts that cannot be saved', () => {
  it('are answered all the same, and saved by a clean stop once they can be, up to the last event', async () => {
    const directory = newDataDirectory();
    try {
      const { server, ledger } = await withAnaIn(directory);
      const file = fileOf(ledger);
      const { logFile } = ledger.parts;
      const folder = dirname(file);
      // Files cannot be written where folders are.
      const inTheWay = ['individuals', 'claimed'].map((what) => join(folder, `counted-${what}.bin.next`));
      for (const each of inTheWay) mkdirSync(each);
      for (const { counted, fresh } of await answers(server, 3)) expect(counted).toEqual(fresh);
      await findingsAt(server, 3);
      await server.record([enrolled('c', 'ben')]);
      await ledger.reached(4);
      for (const { counted, fresh } of await answers(server, 4)) expect(counted).toEqual(fresh);
      expect(readdirSync(folder).filter((name) => name.endsWith('.bin'))).toEqual([]);
      for (const each of inTheWay) rmdirSync(each);
      await server.record([enrolled('d', 'ben', 'eu')]);
      await ledger.reached(5);
      await server.close();
      const log = openLogFile(logFile);
      try {
        expect(readIndividuals(file, log)?.upTo).toBe(5);
      } finally {
        log.close();
      }
    } finally {
      removeDirectory(directory);
    }
  });
});

describe('a question that is being answered when the ledger is closed', () => {
  it('is given up, and what is counted is saved, up to the last event', async () => {
    const directory = newDataDirectory();
    try {
      const { server, ledger } = await withAnaIn(directory);
      await findingsAt(server, 3);
      await server.record([enrolled('c', 'ben'), enrolled('d', 'ben', 'eu')]);
      await ledger.reached(5);
      const [file, { logFile }] = [fileOf(ledger), ledger.parts];
      const answer = findingsAt(server, 5);
      // It is put to its thread first.
      await Promise.resolve();
      await ledger.questions.close();
      expect(await answer).toMatchObject({ left: { detail: 'the server is stopping' } });
      await server.close();
      const log = openLogFile(logFile);
      try {
        expect(readIndividuals(file, log)?.upTo).toBe(5);
      } finally {
        log.close();
      }
    } finally {
      removeDirectory(directory);
    }
  });
});
