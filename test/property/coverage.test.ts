/**
 * R22 on random worlds: the relevant sources of an answer, and how far they have vouched, compared with a naive
 * search.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { decodeData } from '../../src/domain/events/event.ts';
import { heardUntil } from '../../src/questions/coverage.ts';
import { residencyAt } from '../../src/questions/residency.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import { heardUntil as naiveHeardUntil, vouchesIn } from '../support/naive-coverage.ts';
import { assurances } from '../support/naive-model.ts';
import { epoch, recorded, subjects, worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const dayMs = 86_400_000;

const fitsVouch = (data: unknown): boolean => E.isRight(decodeData('SourceVouched', data));

const asked = fc.record({
  known: fc.nat(20),
  batch: fc.integer({ min: 1, max: 9 }),
  assurance: fc.constantFrom(...assurances),
  day: fc.nat(14),
});

it('an answer about a person says how far its sources have vouched, as known then', () => {
  let vouched = 0;
  fc.assert(
    fc.property(worlds(), asked, (world, { known, batch, assurance, day }) => {
      const stored = storedEvents(world);
      const batches = Array.from({ length: Math.ceil(stored.length / batch) }, (_, index) =>
        stored.slice(index * batch, (index + 1) * batch),
      );
      const position = Math.round((1 - known / 20) * stored.length);
      const ledger = projected(stored, batches);
      const knownEvents = recorded(world).slice(0, position);
      const vouches = vouchesIn(knownEvents, assurance, fitsVouch);
      vouched += vouches.length;
      for (const subject of subjects) {
        const view = ledger.view(position, assurance);
        const rows = residencyAt(view, subject, epoch + day * dayMs);
        const shown = {
          events: rows.flatMap(({ events }) => events.map(Number)),
          sites: rows.map(({ site }) => site),
        };
        expect(heardUntil(view, rows, { subject })).toEqual(
          naiveHeardUntil(knownEvents, vouches, subject, shown),
        );
      }
    }),
    { numRuns: runs },
  );
  expect(vouched).toBeGreaterThan(0);
});
