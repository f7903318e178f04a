/** The keys of holdings distinguish them, and backups are overdue from their expiry on. */
import { expect, test } from 'vitest';
import { holdingKey } from '../../../src/domain/residency/holding.ts';
import { overdueSince } from '../../../src/domain/residency/overdue.ts';
import { never } from '../../../src/domain/time/instant.ts';

test('given identifiers with spaces, holdings of different data have different keys', () => {
  const holding = (dataset: string, site: string, population: string) =>
    holdingKey({ kind: 'live', dataset, site, population });
  const keys = [holding('a b', 'c', 'd'), holding('a', 'b c', 'd'), holding('a', 'b', 'c d')];
  expect(new Set(keys).size).toBe(3);
});

test('given backups with and without an expiry date, each is overdue from that date on, or never', () => {
  const backups = new Map([
    ['b1', { expires: 5 }],
    ['b2', { expires: never }],
  ]);
  expect(overdueSince(backups, 'b1')).toBe(5);
  expect(overdueSince(backups, 'b2')).toBe(never);
  expect(overdueSince(backups, null)).toBe(never);
});
