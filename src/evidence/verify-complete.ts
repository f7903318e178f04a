/**
 * Checks that a bundle has all events on which its answers rest (V12): all events up to a position, or those shown
 * by the sealed index and the last events.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { indexKeysOf, indexOriginOf } from '../sealed-index/index-origin.ts';
import type { Bundle } from './bundle.ts';
import {
  type Checked,
  type CheckedCheckpoint,
  checkedNote,
  counted,
  fault,
  faultAt,
  keysOfLog,
  type Trust,
} from './checked.ts';
import { derivedByAll, derivedByKeys } from './derive.ts';
import type { Fault } from './fault.ts';
import { NotShown } from './key-part.ts';
import { KeyedIndex } from './keyed-index.ts';
import type { EvidenceAnswer, EvidenceQuestion } from './questions.ts';
import type { ShownEvent } from './shown-events.ts';
import { type ShownPart, shownParts } from './shown-parts.ts';

/** How to derive the answers from the shown events, and which of these remained unused. */
export interface Complete {
  readonly derive: () => ReadonlyArray<EvidenceAnswer>;
  readonly unneeded: () => string | undefined;
}

const checkedWhole = (events: ReadonlyArray<ShownEvent>, question: EvidenceQuestion): Checked<Complete> => {
  const missing = events.findIndex(({ position }, at) => position !== at + 1);
  if (missing !== -1 || events.length !== question.position)
    return fault(
      '/events',
      `the file does not contain exactly the events up to position ${question.position}`,
    );
  const all = events.flatMap(({ recorded }) => recorded ?? []);
  return E.right({
    value: {
      derive: () => derivedByAll(all, (position) => events[position - 1]?.bytes.length ?? 0, question),
      unneeded: () => undefined,
    },
    found: `all ${counted(events.length, 'event', 'events')} up to position ${question.position} are given`,
  });
};

/** Checks the checkpoint of the second log, whose keys follow from those of the log. */
const checkedIndexCheckpoint = (
  checkpoint: string,
  { origin }: Checkpoint,
  trust: Trust,
): E.Either<Fault, CheckedCheckpoint> => {
  const place = '/completeness/checkpoint';
  const name = indexOriginOf(origin);
  return pipe(
    checkedNote(checkpoint, place, trust, indexKeysOf(keysOfLog(trust, origin))),
    E.filterOrElse(
      (checked) => checked.checkpoint.origin === name,
      () => faultAt(place)(`is not a checkpoint of ${name}`),
    ),
  );
};

/** Derives the answers through the keys in some parts of the log, and notes which events they use. */
const completeByKeys = (
  shown: ReadonlyArray<ShownPart>,
  sealedSize: number,
  events: ReadonlyArray<ShownEvent>,
  question: EvidenceQuestion,
): Complete => {
  const byPosition = new Map(events.map((event) => [event.position, event]));
  const used = new Set<number>([question.position]);
  for (const { position } of events) if (position > sealedSize) used.add(position);
  const at = (position: number) => {
    const event = byPosition.get(position);
    if (event === undefined) throw new NotShown(`the event at position ${position} is missing`);
    used.add(position);
    return event.recorded;
  };
  const bytesAt = (position: number): number =>
    at(position) === undefined ? 0 : byPosition.get(position)!.bytes.length;
  const keyed = new KeyedIndex({ parts: shown.map(({ part }) => part), at, bytesAt }, question.position);
  return {
    derive: () => derivedByKeys(keyed, question),
    unneeded: () => {
      const event = events.findIndex(({ position }) => !used.has(position));
      if (event !== -1) return `/events/${event}`;
      for (const { unneeded } of shown) {
        const place = unneeded();
        if (place !== undefined) return place;
      }
      return undefined;
    },
  };
};

/** How to derive the answers, if the shown events are complete. */
export const checkedComplete = (
  { completeness }: Bundle,
  checkpoint: Checkpoint,
  trust: Trust,
  events: ReadonlyArray<ShownEvent>,
  question: EvidenceQuestion,
): Checked<Complete> => {
  if (completeness.kind === 'whole') return checkedWhole(events, question);
  const sealedSize = completeness.stretches.at(-1)?.size ?? 0;
  const stretches = counted(completeness.stretches.length, 'sealed stretch', 'sealed stretches');
  const last = counted(Math.max(0, question.position - sealedSize), 'event', 'events');
  const index: E.Either<Fault, CheckedCheckpoint | undefined> =
    completeness.checkpoint === undefined
      ? E.right(undefined)
      : checkedIndexCheckpoint(completeness.checkpoint, checkpoint, trust);
  return pipe(
    E.Do,
    E.bind('sealedBy', () => index),
    E.bind('shown', ({ sealedBy }) =>
      shownParts(completeness, sealedBy?.checkpoint, events, question.position),
    ),
    E.map(({ sealedBy, shown }) => {
      const cosigned = sealedBy === undefined || sealedBy.cosigned === '' ? '' : `${sealedBy.cosigned},`;
      return {
        value: completeByKeys(shown, sealedSize, events, question),
        found: `${stretches}${cosigned} and the last ${last} show everything that was recorded about it up to position ${question.position}`,
      };
    }),
  );
};
