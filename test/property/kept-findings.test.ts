/**
 * Kept state never differs from the results of a fresh process: random worlds are recorded in stages, and asked in
 * between, also as known at earlier positions.
 */
import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { decodeEvent } from '../../src/domain/events/event.ts';
import type { Assurance } from '../../src/domain/events/words.ts';
import { beginning, never } from '../../src/domain/time/instant.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { KeptHistory } from '../../src/questions/kept-history.ts';
import { membersAt } from '../../src/questions/members.ts';
import { newReachBetween, wireNewReach } from '../../src/questions/new-reach.ts';
import { reachOfParty, wireHoldingReach } from '../../src/questions/party-reach.ts';
import { asIfRecorded } from '../../src/questions/simulated-events.ts';
import { View } from '../../src/questions/view.ts';
import { lookForHistories, wholeHistories } from '../../src/questions/whole-history.ts';
import { wireFinding } from '../../src/questions/wire-finding.ts';
import { type Sent, sent } from '../support/given-events.ts';
import { projected, projectedInStages, storedEvents } from '../support/ledger.ts';
import { day, instant, more, somePlace } from '../support/more-events.ts';
import { epoch, parties, populations, sites, worlds } from '../support/worlds.ts';

const answers = (view: View, at: number): string => {
  const during = { from: beginning, to: never };
  return JSON.stringify({
    findings: allFindings(view).map((finding) => wireFinding(view, finding, at)),
    reach: parties.map((party) => reachOfParty(view, party, at, during).map(wireHoldingReach)),
    holdings: sites.map((site) => holdingsAt(view, site, at)),
    members: populations.map((population) => membersAt(view, population, at)),
  });
};

/** The knowledge at a stage: how much of what is recorded is known. */
const stage = fc.record({
  more: fc.integer({ min: 1, max: 3 }),
  shares: fc.array(fc.constantFrom(1, 1, 1, 1, 0.9, 0.5), { minLength: 1, maxLength: 2 }),
  minAssurance: fc.constantFrom<Assurance[]>('claimed', 'claimed', 'observed'),
  at: fc.nat(13).map((days) => epoch + days * day),
  /** The process has restarted, and its counts were read from the file. */
  restarts: fc.constantFrom(false, false, true),
});

const simulated: fc.Arbitrary<Sent> = fc
  .record({ time: instant, of: somePlace, site: fc.constantFrom<string>(...sites) })
  .map(({ time, of, site }) => sent('what-if', 'DataPlaced', { ...of, site }, { time }));

it('answers at every stage, and as known at earlier positions, equal those of a fresh process', () => {
  const seen = { findings: 0, earlier: 0, moved: 0, restarted: 0 };
  fc.assert(
    fc.property(
      worlds({ episodesMin: 6, except: ['SubjectForgotten'] }),
      more,
      fc.array(instant, { minLength: 24, maxLength: 24 }),
      fc.array(stage, { minLength: 4, maxLength: 12, size: 'max' }),
      fc.integer({ min: 1, max: 7 }),
      simulated,
      (world, extra, times, stages, every, whatIf) => {
        const told = extra.map(([type, data], index) =>
          sent(`more-${index}`, type as never, data as never, { time: times[index]! }),
        );
        // Some among the others, and the rest after them in stages.
        const early = told.length / 2;
        const log: unknown[] = [...world];
        for (const [index, event] of told.slice(0, early).entries())
          log.splice((index * every + 3) % (log.length + 1), 0, event);
        const first = log.length;
        log.push(...told.slice(early));
        const events = storedEvents(log);
        const kept = projectedInStages(events);
        let recorded = 0;
        for (const [nth, { more, shares, minAssurance, at, restarts }] of stages.entries()) {
          recorded = nth === 0 ? first : Math.min(events.length, recorded + more);
          kept.applyUpTo(recorded);
          if (restarts) {
            const { before, after } = kept.restart();
            const counted = new Map(
              wholeHistories(before).map(([assurance, history]) => [assurance, serialize(history.toPlain())]),
            );
            lookForHistories(after, (view) => {
              const bytes = counted.get(view.known.minAssurance);
              if (bytes !== undefined) seen.restarted++;
              return bytes === undefined ? undefined : KeptHistory.from(deserialize(bytes), view);
            });
          }
          for (const share of shares) {
            const position = Math.max(1, Math.ceil(recorded * share));
            const fresh = projected(events.slice(0, recorded)).view(position, minAssurance);
            const answer = answers(kept.view(position, minAssurance), at);
            const right = answers(fresh, at);
            if (answer !== right) expect(JSON.parse(answer)).toEqual(JSON.parse(right));
            expect(answer === right).toBe(true);
            if (answer.includes('"finding"')) seen.findings++;
            if (share < 1) seen.earlier++;
            else if (nth > 0) seen.moved++;
          }
        }
        kept.applyUpTo(events.length);
        const decoded = decodeEvent(whatIf);
        if (E.isLeft(decoded)) throw new Error('no event');
        const simulation = asIfRecorded([decoded.right], 5_000);
        const simulate = (view: View) =>
          newReachBetween(view, new View(view.index, view.known, simulation), epoch + 5 * day).map(
            wireNewReach,
          );
        for (const position of [events.length, Math.ceil(events.length / 2)])
          expect(simulate(kept.view(position))).toEqual(simulate(projected(events).view(position)));
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(15);
});
