/**
 * Every small world worked out by hand, recorded and asked over HTTP.
 *
 * They share one ledger, with separate names: those of a case contain its number.
 */
import { describe, expect, it } from 'vitest';
import { type PinnedQuestion, pinnedCases } from '../support/pinned-cases.ts';
import type { Query } from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

/** Questions without a time concern the day after everything in a case. */
const afterEverything = '2030-01-01T00:00:00.000Z';

const server = sharedLedger();

const naming: ReadonlySet<string> = new Set([
  ...['id', 'subject', 'subjects', 'population', 'dataset', 'site', 'from', 'to', 'backup', 'of'],
  ...['operator', 'owner', 'party', 'member', 'group', 'controller', 'controlled', 'grant', 'policy'],
]);
const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T/.test(text);

/** The same with the number of the case in each name. */
const inCorner = <A>(value: A, number: number, under = ''): A => {
  if (typeof value === 'string')
    return (naming.has(under) && !isTime(value) ? `${value}.${number}` : value) as A;
  if (Array.isArray(value)) return value.map((each) => inCorner(each, number, under)) as A;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, inCorner(each, number, name)]),
  ) as A;
};

const pathOf = ({ ask, of }: PinnedQuestion): string =>
  ask === 'holdings' ? `/v1/sites/${of}/holdings` : `/v1/subjects/${of}/${ask}`;

/** The fields of a row that a case specifies, from those in an answer. */
const said = (row: object, like: object): object =>
  Object.fromEntries(Object.keys(like).map((name) => [name, (row as Record<string, unknown>)[name]]));

/** @param first the position before the first event of the case */
const answered = async (question: PinnedQuestion, first: number): Promise<ReadonlyArray<object>> => {
  const query: Query = {
    validAt: question.validAt ?? afterEverything,
    knownPosition: question.knownPosition === undefined ? undefined : first + question.knownPosition,
    minAssurance: question.minAssurance,
    ...(question.ask === 'history' ? { from: question.from, to: question.to } : {}),
  };
  const { status, body } = await server.get(pathOf(question), query);
  // A name that no known event mentions is unknown; where a case asks about one, it expects no rows.
  if (status === 404) return [];
  expect(status).toBe(200);
  expect(body.next).toBeNull();
  expect(body.data).toHaveLength(question.expect.length);
  return body.data.map((row: object, index: number) => said(row, question.expect[index]!));
};

describe.each(pinnedCases.map((each, index) => inCorner(each, index)))(
  '$rule: $name',
  ({ events, questions }) => {
    it('is answered as it was worked out by hand', async () => {
      const position = await server.record(events);
      expect((await server.get('/v1/populations', { atLeast: position })).status).toBe(200);
      for (const question of questions)
        expect(await answered(question, Number(position) - events.length)).toEqual(question.expect);
    });
  },
);
