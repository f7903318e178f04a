/** Pages of a long filtered log: one lookup finds rare events, wherever they are. */
import { describe, expect, it } from 'vitest';
import { eventsAfter, matchingNothing } from '../../src/questions/events.ts';
import { many, sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';

const rare = sent('rare', 'PolicySuspended', { policy: 'p' }, { source: 'urn:rare' });
const log = storedEvents([...many(30_000), rare, ...many(10, 'later-')]);
const batches = [log.slice(0, 12_000), log.slice(12_000, 24_000), log.slice(24_000)];
const view = projected(log, batches).view(log.length);

describe('of 30,000 events', () => {
  it.each([
    [{ type: 'PolicySuspended' }],
    [{ source: 'urn:rare' }],
    [{ source: 'urn:rare', type: 'PolicySuspended' }],
  ] as const)('the only one with %j is on the first page, and there is no other', (filter) => {
    const page = eventsAfter(view, filter, 0, 100);
    expect(page.events.map(({ position }) => position)).toEqual([30_001]);
    expect(page.next).toBe(null);
    expect(matchingNothing(view, filter)).toEqual([]);
  });

  it('the absence of a type is reported at once', () => {
    expect(eventsAfter(view, { type: 'BackupTaken' }, 0, 100)).toMatchObject({ events: [], next: null });
    expect(matchingNothing(view, { type: 'BackupTaken', source: 'urn:nobody' })).toEqual(['source', 'type']);
  });

  it('pages of a common type are full, and begin where the previous one ended', () => {
    const first = eventsAfter(view, { type: 'SubjectEnrolled' }, 29_950, 40);
    expect(first.events).toHaveLength(40);
    const second = eventsAfter(view, { type: 'SubjectEnrolled' }, first.next!, 40);
    expect(second.events.map(({ position }) => position)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => 29_991 + index),
      ...Array.from({ length: 10 }, (_, index) => 30_002 + index),
    ]);
    expect(second.next).toBe(null);
  });
});
