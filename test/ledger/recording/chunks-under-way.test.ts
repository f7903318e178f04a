import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/contract/problem.ts';
import { ChunksUnderWay } from '../../../src/ledger/recording/chunks-under-way.ts';
import type { Given } from '../../../src/ledger/recording/decode-batch.ts';
import type { CheckedBatch, PreparedBatch } from '../../../src/ledger/recording/prepared-batch.ts';
import type { RecordedChunk } from '../../../src/ledger/recording/recorder.ts';

/**
 * An event with its content in the assurance of a test: `bad` cannot be decoded, and `full` cannot be
 * written; a correction has a target. */
interface Item {
  readonly id: string;
  readonly type: 'DataPlaced' | 'EventRetracted' | 'com.example.EventCorrected';
  readonly content: 'one' | 'other' | 'bad' | 'full';
  readonly target: string;
}

const by = { recordedBy: null, authority: null, bounds: undefined } as never;
const itemsOf = (chunk: ReadonlyArray<Given>): ReadonlyArray<Item> =>
  chunk.map((given) => ('json' in given ? (given.json as Item) : expect.unreachable()));
const givenOf = (chunk: ReadonlyArray<Item>): ReadonlyArray<Given> =>
  chunk.map((json, index) => ({ index, json }));
const problem = (detail: string): Problem => ({ kind: 'forbidden', detail, errors: [] }) as never;

type Step = <A>(name: string, act: () => A) => Promise<A>;

/** A recorder over a log in memory; `step` decides when each step happens. */
const recorderOver = (log: Map<string, string>, step: Step, told: string[] = []) => ({
  check: (chunk: ReadonlyArray<Given>) =>
    step('check', (): E.Either<Problem, CheckedBatch> => {
      told.push(`check ${itemsOf(chunk)[0]?.id}`);
      for (const { content, type, target } of itemsOf(chunk)) {
        if (content === 'bad') return E.left(problem('invalid'));
        if (type !== 'DataPlaced' && log.get(target) === 'other')
          return E.left(problem(`may not correct ${target}`));
      }
      return E.right({ given: chunk, events: [], by, warnings: [] });
    }),
  prepare: (checked: CheckedBatch) =>
    step('prepare', (): E.Either<Problem, PreparedBatch> => {
      const items = itemsOf(checked.given);
      told.push(`prepare ${items[0]?.id}`);
      for (const { id, content } of items)
        if (log.has(id) && log.get(id) !== content) return E.left(problem(`conflict of ${id}`));
      const recordedAlready = new Map(
        [...items.entries()].filter(([, { id }]) => log.has(id)).map(([place]) => [place, place]),
      );
      return E.right({ decoded: checked, toAppend: [], places: [], entriesOf: [], recordedAlready });
    }),
  recordLines: ({ decoded, recordedAlready }: PreparedBatch) =>
    step('write', (): RecordedChunk => {
      const items = itemsOf(decoded.given).filter((_, place) => !recordedAlready.has(place));
      told.push(`write ${itemsOf(decoded.given)[0]?.id}`);
      const duplicates = recordedAlready.size;
      for (const [recorded, { id, content }] of items.entries()) {
        if (content === 'full') return { recorded, duplicates, position: log.size, problem: problem('full') };
        if (log.has(id)) throw new Error(`${id} was prepared before an earlier chunk with it was written`);
        log.set(id, content);
      }
      return { recorded: items.length, duplicates, position: log.size };
    }),
});

const atOnce: Step = async (_, act) => act();

/** Each chunk after the previous one is recorded. */
const oneAfterAnother = async (chunks: ReadonlyArray<ReadonlyArray<Item>>) => {
  const log = new Map<string, string>();
  const recorder = recorderOver(log, atOnce);
  const done: RecordedChunk[] = [];
  for (const chunk of chunks) {
    const checked = await recorder.check(givenOf(chunk));
    if (E.isLeft(checked)) return { log, done, stopped: checked.left };
    const prepared = await recorder.prepare(checked.right);
    if (E.isLeft(prepared)) return { log, done, stopped: prepared.left };
    const written = await recorder.recordLines(prepared.right);
    done.push(written);
    if (written.problem !== undefined) return { log, done, stopped: written.problem };
  }
  return { log, done, stopped: undefined };
};

/** All chunks through the same pipeline. */
const underWay = async (
  chunks: ReadonlyArray<ReadonlyArray<Item>>,
  recorder: ReturnType<typeof recorderOver>,
) => {
  const done: RecordedChunk[] = [];
  const pipeline = new ChunksUnderWay(recorder, by, {
    writing: () => undefined,
    written: (chunk) => done.push(chunk),
  });
  for (const chunk of chunks) {
    const stopped = await pipeline.add(E.right(givenOf(chunk)));
    if (stopped !== undefined) return { done, stopped };
  }
  return { done, stopped: await pipeline.end() };
};

const items: fc.Arbitrary<ReadonlyArray<Item>> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    type: fc.constantFrom(
      'DataPlaced' as const,
      'EventRetracted' as const,
      'com.example.EventCorrected' as const,
    ),
    content: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('one' as const, 'other' as const) },
      { weight: 1, arbitrary: fc.constantFrom('bad' as const, 'full' as const) },
    ),
    target: fc.constantFrom('a', 'b', 'c'),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 3 },
);

const plain = (id: string): Item => ({ id, type: 'DataPlaced', content: 'one', target: '' });

describe('chunks under way', () => {
  it('in whatever order their steps end, the result is that of recording one chunk after another', () =>
    fc.assert(
      fc.asyncProperty(fc.array(items, { maxLength: 6 }), fc.scheduler(), async (chunks, scheduler) => {
        const expected = await oneAfterAnother(chunks);
        const log = new Map<string, string>();
        const step: Step = async (name, act) => {
          await scheduler.schedule(Promise.resolve(), name);
          return act();
        };
        const result = underWay(chunks, recorderOver(log, step));
        const { done, stopped } = await scheduler.waitFor(result);
        expect({ log, done, stopped }).toEqual(expected);
      }),
    ));

  it('while a chunk is written, the next is prepared and the one after that is decoded', async () => {
    const told: string[] = [];
    const waiting = new Map<string, () => void>();
    const step: Step = async (name, act) => {
      const result = act();
      if (name !== 'check') await new Promise<void>((resolve) => waiting.set(told.at(-1)!, resolve));
      return result;
    };
    const result = underWay([[plain('a')], [plain('b')], [plain('c')]], recorderOver(new Map(), step, told));
    const until = async (last: string): Promise<void> => {
      while (told.at(-1) !== last) await new Promise((resolve) => setImmediate(resolve));
    };
    await until('check b');
    waiting.get('prepare a')!();
    await until('check c');
    expect(told).toEqual(['check a', 'prepare a', 'check b', 'write a', 'prepare b', 'check c']);
    waiting.get('prepare b')!();
    waiting.get('write a')!();
    await until('prepare c');
    waiting.get('prepare c')!();
    waiting.get('write b')!();
    await until('write c');
    waiting.get('write c')!();
    expect((await result).done).toHaveLength(3);
  });

  it('given a chunk whose check throws, the error comes once the chunks before it are written', async () => {
    const log = new Map<string, string>();
    const step: Step = async (_, act) => {
      await new Promise((resolve) => setImmediate(resolve));
      return act();
    };
    const recorder = recorderOver(log, step);
    const throwing: typeof recorder = {
      ...recorder,
      check: async (chunk) => {
        if (itemsOf(chunk)[0]!.id === 'c') throw new Error('damaged');
        return recorder.check(chunk);
      },
    };
    await expect(underWay([[plain('a')], [plain('b')], [plain('c')]], throwing)).rejects.toThrow('damaged');
    expect([...log.keys()]).toEqual(['a', 'b']);
  });
});
