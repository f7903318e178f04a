/**
 * Wide questions about reach: what a party reaches, what would keep it out, and what events would open if recorded.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Asked, pageOf } from '../../contract/asked.ts';
import { periodParameters, wordParameter } from '../../contract/parameters.ts';
import type { Event } from '../../domain/events/event.ts';
import { knownName } from '../known-name.ts';
import { type HoldingFilter, holdingParameters, partyCut } from '../party-cut.ts';
import { newlyReached, reachOfParty } from '../party-reach.ts';
import { View } from '../view.ts';
import type { About, Outcome } from './outcome.ts';

const holdingFilter = (parameters: Asked['parameters']): HoldingFilter =>
  Object.fromEntries(
    holdingParameters.flatMap((name) => {
      const value = parameters.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

export const partyReach = (view: View, asked: Asked, { id }: About): Outcome => {
  const { parameters, clocks } = asked;
  const at = clocks.validAt;
  return pipe(
    E.Do,
    E.bind('period', () => periodParameters(parameters)),
    E.bind('explain', () => wordParameter(parameters, 'explain', ['cut'] as const)),
    E.bind('party', () => knownName(view, 'party', id)),
    E.map(({ period, explain, party }) => {
      if (explain === 'cut') return { data: partyCut(view, party, holdingFilter(parameters), at) };
      const isOverTime = parameters.has('from') || parameters.has('to');
      const during = isOverTime ? period : { from: at, to: at + 1 };
      return pageOf(reachOfParty(view, party, at, during), asked);
    }),
  );
};

export const reachSimulation = (
  view: View,
  asked: Asked,
  { events }: { readonly events: ReadonlyArray<Event> },
): Outcome => {
  const { position } = view.known;
  const simulated = events.map((event, index) => ({
    position: position + index + 1,
    recordedAt: asked.clocks.knownAt,
    event,
  }));
  const known = { ...view.known, position: position + events.length };
  const rows = newlyReached(view, new View(view.index, known, simulated), asked.clocks.validAt);
  return E.right(pageOf(rows, asked));
};
