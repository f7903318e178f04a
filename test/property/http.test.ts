/**
 * Random worlds sent to a ledger over HTTP: twice is once, any split is equal, replay equals live, and answers as
 * known earlier stay the same.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersTo, questionsAbout } from '../support/answers.ts';
import type { CloudEvent } from '../support/naive-model.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import {
  datasets,
  parties,
  populations,
  sites,
  splitIntoBatches,
  splits,
  subjects,
  worlds,
} from '../support/worlds.ts';

const runs = Math.ceil(Number(process.env.PROPERTY_RUNS ?? 100) / 25);

const paths = questionsAbout({ subjects, sites, populations, datasets, parties });

/** The parameters of a question, besides its knowledge. */
const asked = fc.record({
  validAt: fc.constantFrom('2020-01-06', '2020-01-12T00:00:00.001Z', '2021-01-01'),
  minAssurance: fc.constantFrom('claimed', 'observed', 'verified'),
});

/** Only the ledger itself records that it has forgotten a person. */
const sentWorlds = worlds({ except: ['SubjectForgotten', 'SigningKeyRotated'], episodesMax: 12 });

const opened = async (act: (server: LocalServer, directory: string) => Promise<LocalServer | undefined>) => {
  const directory = newDataDirectory();
  const first = await LocalServer.open(directory);
  let last: LocalServer = first;
  try {
    last = (await act(first, directory)) ?? first;
  } finally {
    await last.close();
    removeDirectory(directory);
  }
};

const send = async (
  server: LocalServer,
  batches: ReadonlyArray<ReadonlyArray<CloudEvent>>,
): Promise<number> => {
  let recorded = 0;
  for (const [index, events] of batches.entries()) {
    const { status, body } = await (index % 2 === 0 ? server.post(events) : server.postLines(events));
    if (status > 201) throw new Error(JSON.stringify(body));
    recorded += body.recorded;
  }
  return recorded;
};

describe('random worlds over HTTP', () => {
  it('sent twice, in any batches, are recorded once, and replayed they answer the same', async () => {
    await fc.assert(
      fc.asyncProperty(sentWorlds, splits, splits, asked, async (events, sizes, again, question) => {
        await opened(async (server, directory) => {
          expect(await send(server, splitIntoBatches(events, sizes))).toBe(events.length);
          const query = { ...question, knownPosition: events.length };
          const live = await answersTo(server, paths, query);

          expect(await send(server, splitIntoBatches(events, again))).toBe(0);
          expect(await answersTo(server, paths, query)).toEqual(live);

          await server.close();
          rmSync(join(directory, 'projections'), { recursive: true });
          const replayed = await LocalServer.open(directory);
          expect(await answersTo(replayed, paths, query)).toEqual(live);
          return replayed;
        });
      }),
      { numRuns: runs },
    );
  });

  it('as known earlier answer the same when more is known, even if nothing was known', async () => {
    await fc.assert(
      fc.asyncProperty(sentWorlds, splits, asked, fc.nat(99), async (events, sizes, question, share) => {
        await opened(async (server) => {
          const known = Math.ceil((events.length * share) / 100);
          const query = { ...question, knownPosition: known };
          await send(server, splitIntoBatches(events.slice(0, known), sizes));
          const then = await answersTo(server, paths, query);
          await send(server, splitIntoBatches(events.slice(known), sizes));
          expect(await answersTo(server, paths, { ...query, atLeast: events.length })).toEqual(then);
          return undefined;
        });
      }),
      { numRuns: runs },
    );
  });
});
