/**
 * The log of random worlds with every filter: pages are full, and contain exactly the results of a naive search of
 * all events.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventTypes } from '../../src/domain/events/catalogue.ts';
import { eventsAfter } from '../../src/questions/events.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import { eventsThat, sourcesNaming } from '../support/naive-log.ts';
import { datasets, parties, recorded, sites, subjects, worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);

const sources = ['https://a.example.org/residency', 'https://b.example.org/residency', 'urn:nobody'];

/** An optional value: filters with none, one and several fields. */
const maybe = <A>(...values: readonly A[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const filters = fc
  .record({
    type: maybe(...eventTypes),
    source: maybe(...sources),
    subject: maybe(...subjects),
    site: maybe(...sites, 'nowhere'),
    party: maybe(...parties),
    dataset: maybe(...datasets),
  })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)));

const asked = fc.record({
  filters: fc.array(filters, { minLength: 1, maxLength: 12 }),
  limit: fc.integer({ min: 1, max: 5 }),
  batch: fc.integer({ min: 1, max: 7 }),
  known: fc.nat(20),
});

it('every page of a filtered log is full, and together they have all matches', () => {
  fc.assert(
    fc.property(worlds(), asked, (world, { filters, limit, batch, known }) => {
      const log = recorded(world);
      const stored = storedEvents(world);
      const batches = Array.from({ length: Math.ceil(stored.length / batch) }, (_, index) =>
        stored.slice(index * batch, (index + 1) * batch),
      );
      const position = Math.round((1 - known / 20) * stored.length);
      const view = projected(stored, batches).view(position);
      const knownEvents = log.slice(0, position);
      for (const filter of filters) {
        const expected = eventsThat(knownEvents, filter);
        const found: number[] = [];
        for (let after: number | null = 0; after !== null; ) {
          const page = eventsAfter(view, filter, after, limit);
          if (page.next !== null) expect(page.events.length).toBe(limit);
          found.push(...page.events.map((event) => event.position));
          after = page.next;
        }
        expect(found).toEqual(expected);
      }
      for (const { event, position: at } of knownEvents) expect(view.index.sourceAt(at)).toBe(event.source);
      for (const site of sites)
        expect([...view.index.sourcesNaming('site', site, position, 10)].sort()).toEqual(
          sourcesNaming(knownEvents, 'site', site),
        );
      for (const party of parties)
        expect([...view.index.sourcesNaming('party', party, position, 10)].sort()).toEqual(
          sourcesNaming(knownEvents, 'party', party),
        );
      const first = new Set(knownEvents.map(({ event }) => event.source));
      expect(view.index.sources(position, 10)).toEqual([...first]);
    }),
    { numRuns: runs },
  );
});
