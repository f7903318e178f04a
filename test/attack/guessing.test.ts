/**
 * A caller that may only record sends recorded events with guessed people, to learn whom they name and whom the
 * ledger knows (R21): by the answer, by its timing, and by what is left behind.
 */
import { describe, expect, it } from 'vitest';
import { enrolled, many, sent } from '../support/given-events.ts';
import { type KeyedServer, sharedKeyedServer } from '../support/keyed-server.ts';

/** How much longer one guess may take than another, in the median: noise rather than a disk write. */
const slowerByMax = 1.6;
const rounds = 150;

const given = sharedKeyedServer(async (server) => {
  const admin = server.holder('admin', ['emit', 'admin', 'audit', 'identify']);
  await admin.record([enrolled('recorded', 'ana'), ...many(200)]);
  return { server, mover: server.holder('mover', ['emit']) };
});

const isKnown = async ({ ledger }: KeyedServer, name: string): Promise<boolean> =>
  (await ledger.parts.vault.find({ names: [name], pseudonyms: [] })).pseudonyms.has(name);

const middle = (values: ReadonlyArray<number>): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe('a guess whom a recorded event names', () => {
  it('gets the same answer whether it is right, wrong, or about an unknown person', async () => {
    const { mover } = given();
    const answers = [];
    for (const guess of ['ana', 'e1-subject-1', 'nobody-at-all'])
      answers.push(await mover.post([enrolled('recorded', guess, 'another')]));
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409]);
    expect(answers[1]!.body).toEqual(answers[0]!.body);
    expect(answers[2]!.body).toEqual(answers[0]!.body);
  });

  it('takes the same time whether it is right, wrong, or about an unknown person', async () => {
    const { mover } = given();
    const took: Record<'right' | 'wrong' | 'unknown', number[]> = { right: [], wrong: [], unknown: [] };
    for (let round = 0; round < rounds; round++) {
      for (const [kind, guess] of [
        ['right', 'ana'],
        ['wrong', `e${round}-subject-${round}`],
        ['unknown', `nobody-${round}-at-all`],
      ] as const) {
        const began = performance.now();
        await mover.post([enrolled('recorded', guess, 'another')]);
        took[kind].push(performance.now() - began);
      }
    }
    const [right, wrong, unknown] = [middle(took.right), middle(took.wrong), middle(took.unknown)];
    const ratio = Math.max(right, wrong, unknown) / Math.min(right, wrong, unknown);
    expect(ratio, `${right} ${wrong} ${unknown}`).toBeLessThan(slowerByMax);
  });

  it('is a duplicate only if everything else is equal, and a right one stays so', async () => {
    const { mover } = given();
    expect((await mover.post([enrolled('recorded', 'ana')])).status).toBe(200);
    expect((await mover.post([enrolled('recorded', 'ben')])).status).toBe(409);
    const other = sent('recorded', 'SubjectErased', { subject: 'ana' });
    expect((await mover.post([other])).status).toBe(409);
  });
});

describe('a refused batch', () => {
  const attempts: ReadonlyArray<readonly [string, (name: string) => ReadonlyArray<object>]> = [
    ['a conflict with what is recorded', (name) => [enrolled('recorded', name)]],
    ['a conflict elsewhere in it', (name) => [enrolled('new', name), enrolled('recorded', 'ben')]],
    ['a conflict within it', (name) => [enrolled('new', name), enrolled('new', 'ana')]],
    [
      'a conflict that names nobody',
      (name) => [enrolled('new', name), sent('recorded', 'BackupDestroyed', { backup: 'b' })],
    ],
    ['a malformed event', (name) => [enrolled('new', name), { id: 'x' }]],
    [
      'an event that the key does not allow',
      (name) => [enrolled('new', name), sent('p', 'PolicySuspended', { policy: 'p' })],
    ],
  ];

  it.each(attempts)('leaves nobody in the vault: %s', async (how, attempt) => {
    const { server, mover } = given();
    const head = await server.ledger.parts.store.head();
    const [inBatch, inLines] = [`zorica-batch ${how}`, `zorica-lines ${how}`];
    expect((await mover.post(attempt(inBatch))).status).toBeGreaterThanOrEqual(400);
    expect((await mover.postLines(attempt(inLines))).status).toBeGreaterThanOrEqual(400);
    expect(await isKnown(server, inBatch)).toBe(false);
    expect(await isKnown(server, inLines)).toBe(false);
    expect(await server.ledger.parts.store.head()).toBe(head);
  });

  it('leaves nobody in the vault if it conflicts with the previous chunk of lines, which is still being written', async () => {
    const { server, mover } = given();
    const lines = [...many(1_000, 'first-'), enrolled('first-7', 'zorica')];
    expect((await mover.postLines(lines)).status).toBe(409);
    expect(await isKnown(server, 'zorica')).toBe(false);
  });
});

it('an event that its sender sends again, in any batch, stays recorded once', async () => {
  const { server, mover } = given();
  const head = await server.ledger.parts.store.head();
  const again = await mover.post([enrolled('new', 'chen'), enrolled('recorded', 'ana'), ...many(3)]);
  expect(again.body).toEqual({ recorded: 1, duplicates: 4, position: String(head + 1) });
  const data = { dataset: 'profile', scope: { subject: 'ana' }, site: 'a' };
  const correction = sent('fixes', 'EventCorrected', {
    event: { source: 'https://services.example.org/residency', id: 'recorded' },
    reason: 'it held otherwise',
    data,
  });
  const stray = {
    ...correction,
    id: 'stray',
    data: { ...(correction.data as object), data: { note: 'fits nothing' } },
  };
  for (const [event, changed] of [
    [
      correction,
      {
        ...correction,
        data: { ...(correction.data as object), data: { ...data, scope: { subject: 'ben' } } },
      },
    ],
    [stray, { ...stray, data: { ...(stray.data as object), data: { note: 'fits nothing else' } } }],
  ] as const) {
    expect((await mover.post([event])).status).toBe(201);
    expect((await mover.post([event])).status).toBe(200);
    expect((await mover.post([changed])).status).toBe(409);
  }
});
