/** Questions about the whole ledger, answered on the main thread if it is small and in a separate thread if not. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Asked } from '../../src/contract/asked.ts';
import type { FindingsQuestion } from '../../src/contract/questions/policy.ts';
import { whateverIsKnown } from '../../src/ledger/ask.ts';
import { readHistory, readIndividuals } from '../../src/ledger/counted-file.ts';
import { longLog } from '../support/long-log.ts';
import { endOfReplay, startReplay } from '../support/replaying.ts';
import { LocalServer, newDataDirectory, type Query, removeDirectory } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

const testMsMax = 120_000;

/** Every wide question by GET, with parameters for the founding case. */
const questions: ReadonlyArray<readonly [string, Query?]> = [
  ['/v1/populations'],
  ['/v1/populations/us-users', { validAt: '2021-01-01' }],
  ['/v1/populations/nobody-knows'],
  ['/v1/sites/singapore/holdings', { validAt: '2023-01-01', limit: 2 }],
  ['/v1/sites/virginia/holdings', { validAt: '2020-01-01', knownPosition: 43 }],
  ['/v1/sites/nowhere/holdings'],
  ['/v1/sites/singapore/holdings', { from: '2015-01-01', limit: 2 }],
  ['/v1/datasets/tiktok%2Fprofile/holdings', { from: '2020-01-01', to: '2023-01-01' }],
  ['/v1/datasets/nothing/holdings'],
  ['/v1/datasets/tiktok%2Fprofile/lineage'],
  ['/v1/transfers', { from: '2019-01-01', to: '2023-01-01' }],
  ['/v1/transfers', { from: '2023-01-01', to: '2019-01-01' }],
  ['/v1/discrepancies'],
  ['/v1/findings'],
  ['/v1/findings', { open: 'true', limit: 3 }],
  ['/v1/findings', { policy: 'no-such-policy' }],
  ['/v1/findings/diff', { fromPosition: 43, toPosition: 101 }],
  ['/v1/parties/bytedance/reach'],
  ['/v1/parties/bytedance/reach', { explain: 'cut' }],
];

describe('wide questions', () => {
  const server = sharedLedger();
  beforeAll(async () => {
    const events = readFileSync('scenarios/tiktok-us/events.ndjson', 'utf8').trim().split('\n');
    await server.postLines(events.map((line) => JSON.parse(line)));
  });

  const byThread = async <A>(ask: () => Promise<A>): Promise<A> => {
    const { onTheSpotMax } = server.ledger.questions;
    server.ledger.questions.onTheSpotMax = 0;
    try {
      return await ask();
    } finally {
      server.ledger.questions.onTheSpotMax = onTheSpotMax;
    }
  };
  const clocks = { validAt: '2024-01-01', knownPosition: 101, atLeast: 101 };
  const answersOf = () =>
    Promise.all(
      questions.map(async ([path, query]) => {
        const { status, body, headers } = await server.get(path, { ...clocks, ...query });
        const { clocks: echoed, next, ...answer } = body;
        return [
          path,
          status,
          { ...answer, position: echoed?.position, next: typeof next },
          headers.get('link') !== null,
        ];
      }),
    );

  it('get the same answers from the thread as on the main thread, including refusals and pages', async () => {
    const onTheSpot = await answersOf();
    expect(await byThread(answersOf)).toEqual(onTheSpot);
    const statuses = new Set(onTheSpot.map(([, status]) => status));
    expect(statuses).toEqual(new Set([200, 400, 404]));
  });

  it('with a body do, too', async () => {
    const post = async (path: string, body: object): Promise<readonly [number, unknown]> => {
      const answer = await server.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [answer.status, ((await answer.json()) as { data: unknown }).data];
    };
    const both = () =>
      Promise.all([
        post('/v1/policies/simulate?validAt=2024-01-01', {
          policy: 'nothing-in-singapore',
          effectiveFrom: '2019-01-01',
          cedar:
            '@id("held") forbid(principal, action == Action::"store", resource) when { resource.jurisdiction == "US" && principal in [Country::"SG"] };',
        }),
        post('/v1/reach/simulate?validAt=2024-01-01', {
          events: [
            {
              specversion: '1.0',
              id: 'what-if',
              source: 'https://what-if.example',
              type: 'AccessGranted',
              time: '2023-01-01T00:00:00Z',
              data: {
                grant: 'what-if',
                party: 'somebody-new',
                over: { site: 'oracle-ashburn' },
                actions: ['read'],
              },
            },
          ],
        }),
      ]);
    const onTheSpot = await both();
    expect(onTheSpot.map(([status]) => status)).toEqual([200, 200]);
    expect(await byThread(both)).toEqual(onTheSpot);
  });

  it('know what was recorded immediately before', async () => {
    const position = await server.record([
      {
        specversion: '1.0',
        id: 'just-before',
        source: 'https://wide.example',
        type: 'SubjectEnrolled',
        time: '2024-02-01T00:00:00Z',
        data: { subject: 'nora.new', population: 'newly-there' },
      },
    ]);
    const path = '/v1/populations/newly-there';
    const { body } = await byThread(() => server.get(path, { validAt: '2025-01-01', atLeast: position }));
    expect(body.data.subjects).toBe(1);
  });

  it('continue while another generation of the projections takes over', { timeout: testMsMax }, () =>
    byThread(async () => {
      const known = { ...clocks, limit: 1 };
      const { body: before } = await server.get('/v1/findings', known);
      let isOver = false;
      const asking = (async () => {
        const statuses = new Set<number>();
        while (!isOver) {
          const { status, body } = await server.get('/v1/findings', known);
          statuses.add(status);
          expect(body.data).toEqual(before.data);
        }
        return [...statuses];
      })();
      const { state } = await endOfReplay(server, await startReplay(server));
      isOver = true;
      expect([state, await asking]).toEqual(['serving', [200]]);
    }),
  );

  it('get another thread if the previous one has died', () =>
    byThread(async () => {
      const ask = () => server.get('/v1/populations', { limit: 1 });
      expect((await ask()).status).toBe(200);
      const { answering } = server.ledger.questions as unknown as {
        answering: { thread: { worker: Worker } };
      };
      const { worker } = answering.thread;
      await worker.terminate();
      expect((await ask()).status).toBe(200);
      expect(answering.thread.worker).not.toBe(worker);
    }));

  it('are refused with a time to retry once too many wait', () =>
    byThread(async () => {
      const replies = await Promise.all(
        Array.from({ length: 300 }, () => server.get('/v1/populations', { limit: 1 })),
      );
      const away = replies.filter(({ status }) => status === 503);
      // Some may have been answered before the last came.
      expect(away.length).toBeGreaterThan(0);
      expect(away.length).toBeLessThanOrEqual(300 - 64);
      for (const { headers, body } of away)
        expect([headers.get('retry-after'), body.detail]).toEqual([
          '1',
          '64 long questions are already waiting; try again later',
        ]);
      expect((await server.get('/v1/populations', { limit: 1 })).status).toBe(200);
    }));
});

describe('a long wide question', () => {
  it('delays neither a question about a person nor recording', {
    timeout: testMsMax,
  }, async () => {
    const directory = newDataDirectory();
    const server = await LocalServer.open(directory, 60_000);
    try {
      server.ledger.questions.onTheSpotMax = 0;
      const { body } = await server.postLines(longLog(4_000));
      await server.get('/v1/sites', { atLeast: body.position });
      const answered: string[] = [];
      const wide = server.get('/v1/findings').then(({ status }) => answered.push(`findings ${status}`));
      await server
        .get('/v1/subjects/person-7/residency')
        .then(({ status }) => answered.push(`residency ${status}`));
      await server.postLines(longLog(10, 4_000)).then(({ status }) => answered.push(`events ${status}`));
      await wide;
      expect(answered).toEqual(['residency 200', 'events 201', 'findings 200']);
    } finally {
      await server.close();
      removeDirectory(directory);
    }
  });

  it('is abandoned once its caller leaves', { timeout: testMsMax }, async () => {
    const directory = newDataDirectory();
    const server = await LocalServer.open(directory, 60_000);
    try {
      server.ledger.questions.onTheSpotMax = 0;
      const { body } = await server.postLines(longLog(4_000));
      await server.get('/v1/populations', { atLeast: body.position, limit: 1 });
      const findings = async (signal: AbortSignal) => {
        const began = performance.now();
        const clocks = {
          validAt: Date.UTC(2024, 0, 1),
          knownAt: Date.now(),
          position: Number(body.position),
          minAssurance: 'claimed' as const,
        };
        const asked = {
          parameters: {},
          clocks,
          after: undefined,
          limit: 1,
        } as unknown as Asked<FindingsQuestion>;
        const answer = await server.ledger.questions.askWidely(
          { question: 'findings', asked, given: {} },
          signal,
        );
        return { answer, ms: performance.now() - began };
      };
      const asker = new AbortController();
      const asking = findings(asker.signal);
      // The question is on its way to the thread, or in it: it was asked before this runs.
      setImmediate(() => asker.abort());
      const left = await asking;
      expect(left.answer).toMatchObject({ _tag: 'Left', left: { kind: 'unavailable' } });
      const whole = await findings(new AbortController().signal);
      expect(whole.answer._tag).toBe('Right');
      expect(left.ms).toBeLessThan(whole.ms);
      expect((await server.get('/readyz')).body.counting).toBeNull();
      expect((await server.get('/metrics')).body).toContain('domicile_counting_total_individuals 0');
    } finally {
      await server.close();
      removeDirectory(directory);
    }
  });

  it('continues its count after a restart, or starts again if the count is damaged', {
    timeout: testMsMax,
  }, async () => {
    const directory = newDataDirectory();
    const restarted = async (): Promise<{ readonly data: unknown; readonly wasKept: boolean }> => {
      const server = await LocalServer.open(directory, 60_000);
      try {
        server.ledger.questions.onTheSpotMax = 0;
        const { body: recorded } = await server.postLines(longLog(300));
        const { body } = await server.get('/v1/findings', { atLeast: recorded.position, limit: 1_000 });
        const { log } = server.ledger.parts;
        const { file } = (server.ledger as unknown as { serving: { file: string } }).serving;
        const wasKept = server.ledger.ask(
          whateverIsKnown,
          'claimed',
          (view) => readHistory(file, log, view) !== undefined,
        );
        return { data: body.data, wasKept: wasKept && readIndividuals(file, log) !== undefined };
      } finally {
        await server.close();
      }
    };
    try {
      const first = await restarted();
      const second = await restarted();
      expect(second).toEqual({ data: first.data, wasKept: true });
      const names = readdirSync(join(directory, 'projections')).filter((each) => each.startsWith('counted-'));
      expect(names).toEqual(['counted-claimed.bin', 'counted-individuals.bin']);
      const counted = names.map((name) => join(directory, 'projections', name));
      for (const file of counted) {
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1]! ^= 1;
        writeFileSync(file, bytes);
      }
      expect((await restarted()).data).toEqual(first.data);
      for (const file of counted) expect(statSync(file).mode & 0o077).toBe(0);
    } finally {
      removeDirectory(directory);
    }
  });
});
