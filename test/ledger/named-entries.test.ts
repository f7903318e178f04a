/** What threads that count are told of the vault's entries. */
import { describe, expect, it } from 'vitest';
import { NamedEntries } from '../../src/ledger/named-entries.ts';
import { Newcomers, rangesToldMax } from '../../src/projections/engine/newcomers.ts';
import { enrolled } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

describe('the entries of the people whom appended events name', () => {
  /** A log of ten events and a vault of a hundred entries at the start, and three events of new people since. */
  const threeEvents = () => {
    let [head, entries] = [10, 100];
    const named = new NamedEntries({ head: () => head, entries: () => entries });
    for (let event = 0; event < 3; event++) {
      head++;
      entries += 10;
      named.appended(head, [{ least: entries - 9, greatest: entries }]);
    }
    return named;
  };

  it('show a thread that is told for the first time who is new since the start', () => {
    const named = threeEvents();
    const newcomers = new Newcomers();
    newcomers.told(named.since(0)!.entries);
    expect([10, 11, 12, 13, 14].filter(newcomers.after(10))).toEqual([11, 12, 13]);
  });

  it('are told from the last time on, once they were told', () => {
    const named = threeEvents();
    const { told } = named.since(0)!;
    expect(told).toBe(3);
    expect(named.since(told)).toEqual({
      entries: { ranges: new Float64Array(0), heads: [{ head: 13, entries: 130 }] },
      told: 3,
    });
  });

  it('are kept and told for the last hundred thousand appends or a tenth more, and none of these is left out', () => {
    let [head, entries] = [0, 0];
    const named = new NamedEntries({ head: () => head, entries: () => entries });
    const append = (many: number): void => {
      for (let event = 0; event < many; event++) {
        head++;
        entries++;
        named.appended(head, [{ least: entries, greatest: entries }]);
      }
    };
    const positionsSince = (told: number) => {
      const { ranges } = named.since(told)!.entries;
      return { first: ranges[0], many: ranges.length / 4, last: ranges.at(-4) };
    };
    const tenth = rangesToldMax / 10;
    append(rangesToldMax);
    const { told } = named.since(0)!;
    expect(told).toBe(rangesToldMax);
    append(tenth);
    expect(positionsSince(0)).toEqual({ first: 1, many: rangesToldMax + tenth, last: rangesToldMax + tenth });
    append(1);
    const first = tenth + 2;
    expect(positionsSince(0)).toEqual({ first, many: rangesToldMax, last: head });
    expect(positionsSince(told)).toEqual({
      first: rangesToldMax + 1,
      many: tenth + 1,
      last: head,
    });
    // Told long ago: what was dropped meanwhile is not told, and no event counts as new for that.
    append(rangesToldMax + 2 * tenth);
    expect(positionsSince(told).first).toBeGreaterThan(rangesToldMax + 1);
    expect(positionsSince(told).last).toBe(head);
  });

  it('are unknown where another process keeps the vault', () => {
    const named = new NamedEntries({ head: () => 10, entries: () => undefined });
    named.appended(11, [undefined]);
    expect(named.since(0)).toBeUndefined();
  });
});

it('a ledger whose log cannot be read any more closes nevertheless', async () => {
  const directory = newDataDirectory();
  const server = await LocalServer.open(directory);
  await server.record([enrolled('1', 'ana@example.org')]);
  const { ledger } = server;
  const position = ledger.parts.log.head();
  const clocks = { validAt: 0, knownAt: 0, position, minAssurance: 'claimed' as const };
  const asked = { clocks, limit: 10, after: undefined, parameters: {} };
  const counted = await ledger.questions.count(
    { question: 'populations', asked, given: {} },
    new AbortController().signal,
  );
  expect(counted).toMatchObject({ _tag: 'Right' });
  Object.assign(ledger.parts.log, {
    head: () => {
      throw new Error('disk I/O error');
    },
  });
  await server.close();
  removeDirectory(directory);
});
