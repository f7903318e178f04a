/**
 * Wide questions about reach: what a party reaches, what would end its reach, and what reach some events would
 * open.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Answered, type Asked, pageOfMade } from '../../contract/asked.ts';
import { periodOrMoment } from '../../contract/questions/question.ts';
import type { PartyReachQuestion, ReachSimulationQuestion } from '../../contract/questions/reach.ts';
import type { Event } from '../../domain/events/event.ts';
import { heardUntil } from '../coverage.ts';
import { knownName } from '../known-name.ts';
import { newReachBetween, wireNewReach } from '../new-reach.ts';
import { partyCut } from '../party-cut.ts';
import { reachOfParty, wireHoldingReach } from '../party-reach.ts';
import { bytesWithPath } from '../reach.ts';
import { asIfRecorded } from '../simulated-events.ts';
import { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

/** What a party reaches, or what would end it (R13 to R15). */
export const partyReach = (view: View, asked: Asked<PartyReachQuestion>, { id }: About): Outcome => {
  const { parameters, clocks } = asked;
  const at = clocks.validAt;
  return pipe(
    knownName(view, 'party', id),
    E.map((party) => {
      const during = periodOrMoment(parameters, at);
      const found: Answered =
        parameters.explain === 'cut'
          ? { data: partyCut(view, party, parameters, at) }
          : pageOfMade(reachOfParty(view, party, at, during), asked, wireHoldingReach, ({ path }) =>
              bytesWithPath(path),
            );
      return { ...found, heardUntil: heardUntil(view, found.data, { party }) };
    }),
  );
};

/** The reach that some events would open, or that their absence would end (R20). */
export const reachSimulation = (
  view: View,
  asked: Asked<ReachSimulationQuestion>,
  { events }: { readonly events: ReadonlyArray<Event> },
): Outcome => {
  const simulated = asIfRecorded(events, asked.clocks.knownAt);
  const then = new View(view.index, view.known, simulated, view.work);
  // Reach that the events end is reach that would be new without them.
  const [from, to] = asked.parameters.change === 'ended' ? [then, view] : [view, then];
  const rows = newReachBetween(from, to, asked.clocks.validAt);
  return E.right(pageOfMade(rows, asked, wireNewReach, ({ path }) => bytesWithPath(path)));
};
