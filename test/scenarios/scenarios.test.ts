/**
 * Sends each scenario to a server, as a service would, and asks every question in its expected answers. The expected rows
 * were derived by hand and contain only fields that follow from the rules.
 */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, everyRow, orThrow } from '../../src/client/client.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

type Row = Readonly<Record<string, unknown>>;

interface Expected {
  readonly question: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly knownAtMark: string | null;
  readonly data: ReadonlyArray<Row>;
}

interface Mark {
  readonly learned: string;
  readonly lastEvent: { readonly source: string; readonly id: string };
}

const scenarios = join(import.meta.dirname, '..', '..', 'scenarios');
const read = <A>(scenario: string, file: string): A =>
  JSON.parse(readFileSync(join(scenarios, scenario, file), 'utf8')) as A;

/** The order of an answer's rows by its specification; equal rows may come in any order. */
const orderOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  residency: ['dataset', 'site', 'backup'],
  history: ['from'],
  holdings: [],
  reach: ['party'],
};

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** The fields of a row that the expected rows name; `backup` even if it is null on both sides. */
const named = (row: Row, fields: ReadonlyArray<string>): Row =>
  Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));

const inOrder = (rows: ReadonlyArray<Row>, order: ReadonlyArray<string>): boolean =>
  rows.every((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return true;
    const differs = order.find((field) => text(before[field]) !== text(row[field]));
    return differs === undefined || text(before[differs]) < text(row[differs]);
  });

const sorted = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe.each(readdirSync(scenarios))('the scenario %s', (scenario) => {
  const directory = newDataDirectory();
  const expectations = read<ReadonlyArray<Expected>>(scenario, 'expected.json');
  const hasMarks = readdirSync(join(scenarios, scenario)).includes('learned.json');
  const marks = hasMarks ? read<ReadonlyArray<Mark>>(scenario, 'learned.json') : [];
  const positions = new Map<string, string>();
  let server: ServerProcess;
  let end: string;

  beforeAll(async () => {
    server = await ServerProcess.start({ directory });
    const ledger = createClient({ url: server.url });
    const sent = await ledger.events.emitBytes(createReadStream(join(scenarios, scenario, 'events.ndjson')));
    if (E.isLeft(sent)) throw new Error(JSON.stringify(sent.left));
    end = sent.right.position;
    const events = orThrow(await everyRow((page) => ledger.events.list(page), { atLeast: end })).data;
    expect(events).toHaveLength(sent.right.recorded);
    for (const { learned, lastEvent } of marks) {
      const last = events.find(({ source, id }) => source === lastEvent.source && id === lastEvent.id);
      if (last !== undefined) positions.set(learned, last.position);
    }
  });
  afterAll(async () => {
    await server.end();
    removeDirectory(directory);
  });

  it('has an event for every mark of what was known when', () => {
    expect([...positions.keys()]).toEqual(marks.map(({ learned }) => learned));
  });

  it('can be sent again, and records nothing twice', async () => {
    const ledger = createClient({ url: server.url });
    const lines = readFileSync(join(scenarios, scenario, 'events.ndjson'), 'utf8')
      .trim()
      .split('\n');
    const again = await ledger.events.emitStream(lines);

    expect(again).toMatchObject(E.right({ recorded: 0, duplicates: lines.length, position: end }));
  });

  it.each(expectations.map((each) => [each.question, each] as const))('%s', async (_, expected) => {
    const { path, query, knownAtMark, data } = expected;
    const knownPosition = knownAtMark === null ? {} : { knownPosition: positions.get(knownAtMark)! };

    const rows = (await server.rows(path, {
      ...query,
      ...knownPosition,
      atLeast: end,
    })) as ReadonlyArray<Row>;

    const order = orderOf[path.split('/').at(-1)!]!;
    expect(inOrder(rows, order)).toBe(true);
    const fields = [...new Set(['backup', ...data.flatMap((row) => Object.keys(row))])];
    // An answer about parties names each one once; the expected rows say which.
    const fieldsOf = path.endsWith('/reach') ? ['party'] : fields;
    const wanted = data.map((row) => named(row, fieldsOf));
    expect(sorted(rows.map((row) => named(row, fieldsOf)))).toEqual(sorted(wanted));
  });
});
