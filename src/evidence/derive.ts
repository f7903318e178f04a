/**
 * Derives the answers of a bundle, from the keys of the sealed index or from all events. Both making and verifying
 * a bundle use this.
 */
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { giveReach } from '../questions/reach.ts';
import { View } from '../questions/view.ts';
import { upTo } from '../questions/work.ts';
import { ClosedIndex } from './closed-index.ts';
import { closureOf } from './closure-of.ts';
import { reachOfOne } from './gather-reach.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { answersTo, type EvidenceAnswer, type EvidenceQuestion } from './questions.ts';
import { WholeIndex } from './whole-index.ts';

/** The maximum number of steps for deriving the answers. */
const stepsMax = 40_000_000;

const viewOf = (index: EventIndex, { position, minAssurance }: EvidenceQuestion): View =>
  new View(index, { position, minAssurance }, [], upTo(stepsMax));

const derivedOfPerson = (index: KeyedIndex, asked: EvidenceQuestion): ReadonlyArray<EvidenceAnswer> => {
  const view = viewOf(index, asked);
  // A trail also explains reach that a correction took away, so it needs all facts about reach.
  if (!asked.trail) giveReach(view, reachOfOne(view, index, asked.id));
  return answersTo(view, asked);
};

const derivedOfClosure = (index: KeyedIndex, asked: EvidenceQuestion): ReadonlyArray<EvidenceAnswer> => {
  const { events } = closureOf(index, asked);
  const inOrder = [...events.values()].sort((a, b) => a.position - b.position);
  return answersTo(viewOf(new ClosedIndex(index, inOrder), asked), asked);
};

/** The answers, derived through the keys of the sealed index. */
export const derivedByKeys = (index: KeyedIndex, asked: EvidenceQuestion): ReadonlyArray<EvidenceAnswer> =>
  asked.about === 'subject' ? derivedOfPerson(index, asked) : derivedOfClosure(index, asked);

/** The answers, derived from all events. */
export const derivedByAll = (
  events: ReadonlyArray<RecordedEvent>,
  bytesAt: (position: number) => number,
  asked: EvidenceQuestion,
): ReadonlyArray<EvidenceAnswer> => answersTo(viewOf(new WholeIndex(events, bytesAt), asked), asked);
