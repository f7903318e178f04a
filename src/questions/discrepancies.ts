/**
 * Events that do not fit the others, in log order (R1). No well-formed event is refused: discrepancies are
 * reported, and are resolved when later events explain them.
 */
import type { DiscrepancyRow } from '../contract/rows/events.ts';
import type { DiscrepancyCode } from '../domain/recording/discrepancy.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { topicsNaming } from '../projections/topics.ts';
import { fewestPositions, Moments, unchangedRangesOf } from './discrepancy-moments.ts';
import { discrepanciesOf, type ToldDiscrepancy } from './event-discrepancies.ts';
import { ResidencyFolds } from './residency-folds.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/** Events to judge for one page. */
const judgedEventsMax = 5_000;

/** A page ends before it folds more facts than this, so that other questions get their turn. */
const foldedFactsMax = 50_000;

/** Events to judge together: they share folds as known at one position. */
const judgedTogetherMax = 500;

/**
 * A page of discrepancies, and the position after which the next begins; null at the end. If a limit was reached,
 * some resolved discrepancies may be missing: those that only the last of very many late events explained.
 */
export interface DiscrepancyPage {
  readonly rows: ReadonlyArray<DiscrepancyRow>;
  readonly next: number | null;
  readonly limitMet: boolean;
}

/** Positions of events that may not fit, after a position, in log order: the first `judgedEventsMax`. */
const candidatesAfter = (view: View, after: number): ReadonlyArray<number> => {
  const candidates = view.index
    .positions('doubts', 'all', after, view.known.position, judgedEventsMax)
    .slice(0, judgedEventsMax);
  const corrected = view.index.correctedRegistrations();
  if (corrected.length === 0) return candidates;
  const all = new Set(candidates);
  for (const { kind, name } of corrected) {
    for (const each of topicsNaming(kind))
      for (const position of view.positions(each, name, after)) all.add(position);
    if (kind === 'population')
      for (const position of view.index.enrolmentPositions(name, after, view.known.position))
        all.add(position);
  }
  return [...all].sort((a, b) => a - b).slice(0, judgedEventsMax);
};

/** Judges the events of one page as known now. They share their folds. */
class JudgeOfOpen {
  readonly limitMet = false;
  private readonly view: View;
  private readonly folds: ResidencyFolds;

  constructor(view: View) {
    this.view = view;
    this.folds = new ResidencyFolds(view);
  }

  /** The discrepancies of as many of the events, from the first on, as a page can judge. */
  judge(events: ReadonlyArray<RecordedEvent>): Judged {
    const { view, folds } = this;
    const told: (readonly [RecordedEvent, ReadonlyArray<ToldDiscrepancy>])[] = [];
    for (const recorded of events) {
      const isSpent = folds.foldedFacts > foldedFactsMax;
      if (isSpent && folds.takesNewFold(view.fact(recorded.position))) return { told, isSpent };
      told.push([recorded, discrepanciesOf(view, recorded, folds)]);
    }
    return { told, isSpent: false };
  }
}

/** The results for the judged events, in order, and whether the page ends before the next event. */
interface Judged {
  readonly told: ReadonlyArray<readonly [RecordedEvent, ReadonlyArray<ToldDiscrepancy>]>;
  readonly isSpent: boolean;
}

/**
 * Judges the events of one page as known at earlier positions. It goes once through the positions of all of them,
 * in log order, and collects what was open.
 */
class JudgeOfResolved {
  private readonly view: View;
  private readonly now: ResidencyFolds;
  private readonly moments: Moments;
  private folded = 0;

  constructor(view: View) {
    this.view = view;
    this.now = new ResidencyFolds(view);
    this.moments = new Moments(view);
  }

  get limitMet(): boolean {
    return this.moments.limitMet;
  }

  judge(events: ReadonlyArray<RecordedEvent>): Judged {
    const { view, now } = this;
    if (this.folded + now.foldedFacts > foldedFactsMax) return { told: [], isSpent: true };
    const wasOpen = new Map(events.map((each) => [each, new Map<string, ToldDiscrepancy>()]));
    const ranges = events.flatMap((each) => unchangedRangesOf(each, this.moments.of(each)));
    for (const [position, judged] of fewestPositions(ranges)) {
      const then = new ResidencyFolds(view.as({ ...view.known, position }));
      for (const recorded of judged) {
        view.work.goOn(stepsOfFact);
        for (const each of discrepanciesOf(then.view, recorded, then))
          wasOpen.get(recorded)!.set(`${each.code} ${each.message}`, each);
      }
      this.folded += then.foldedFacts;
    }
    const told = [...wasOpen].map(([recorded, open]) => {
      if (open.size > 0)
        for (const { code, message } of discrepanciesOf(view, recorded, now))
          open.delete(`${code} ${message}`);
      return [recorded, [...open.values()]] as const;
    });
    return { told, isSpent: false };
  }
}

const candidatesIn = (view: View, after: number, { event }: DiscrepancyFilter): ReadonlyArray<number> => {
  if (event === undefined) return candidatesAfter(view, after);
  return event > after && event <= view.known.position ? [event] : [];
};

/** Reasons why events could not be applied, by position. They count as open discrepancies. */
const setAsideAfter = (view: View, after: number): ReadonlyMap<number, string> =>
  new Map(view.index.setAside(after, view.known.position).map(({ position, reason }) => [position, reason]));

/** The discrepancies to find: those that match every given field. */
export interface DiscrepancyFilter {
  readonly source?: string | undefined;
  readonly code?: DiscrepancyCode | undefined;
  /** The position of the event. */
  readonly event?: number | undefined;
}

/**
 * Discrepancies of events after a position, in log order. Open ones hold as known now. Resolved ones held as known
 * at an earlier position, and no longer do.
 */
export const discrepanciesAfter = (
  view: View,
  state: 'open' | 'resolved',
  after: number,
  limit: number,
  filter: DiscrepancyFilter = {},
): DiscrepancyPage => {
  const judge = state === 'open' ? new JudgeOfOpen(view) : new JudgeOfResolved(view);
  const setAside = state === 'open' ? setAsideAfter(view, after) : new Map<number, string>();
  const candidates = candidatesIn(view, after, filter);
  const more = candidates.length >= judgedEventsMax;
  const last = candidates.at(-1) ?? after;
  const positions = [
    ...candidates,
    ...[...setAside.keys()].filter(
      (position) => (!more || position <= last) && position === (filter.event ?? position),
    ),
  ].sort((a, b) => a - b);
  const rows: DiscrepancyRow[] = [];
  /** The last judged event. */
  let judgedUpTo = after;
  for (let from = 0; from < positions.length; from += judgedTogetherMax) {
    const together = positions.slice(from, from + judgedTogetherMax);
    const events = together
      .filter((position) => !setAside.has(position))
      .flatMap((position) => view.recorded(position) ?? [])
      .filter(({ event }) => event.source === (filter.source ?? event.source));
    const { told, isSpent } = judge.judge(events);
    const found = new Map(told.map(([{ position }, discrepancies]) => [position, discrepancies]));
    const firstLeft = isSpent
      ? (events[told.length]?.position ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
    for (const position of together) {
      if (position >= firstLeft || rows.length >= limit)
        return { rows, next: judgedUpTo, limitMet: judge.limitMet };
      judgedUpTo = position;
      const since = formatInstant(view.index.recordedAtOf(position) ?? 0);
      const reason = setAside.get(position);
      const discrepancies =
        reason === undefined
          ? (found.get(position) ?? [])
          : [{ code: 'set-aside' as const, message: `could not be applied: ${reason}` }];
      for (const { code, message } of discrepancies)
        if (code === (filter.code ?? code)) rows.push({ event: String(position), code, message, since });
    }
  }
  return { rows, next: more ? last : null, limitMet: judge.limitMet };
};

/** The discrepancies of some events by position, and whether the list is complete. */
export interface EventDiscrepancies {
  readonly found: ReadonlyArray<{
    readonly position: number;
    readonly code: string;
    readonly message: string;
  }>;
  readonly isAll: boolean;
}

/** The open discrepancies of the events at some positions. */
export const discrepanciesAt = (view: View, positions: ReadonlyArray<number>): EventDiscrepancies => {
  const setAside = setAsideAfter(view, 0);
  const events = positions
    .filter((position) => !setAside.has(position))
    .flatMap((position) => view.recorded(position) ?? []);
  const { told, isSpent } = new JudgeOfOpen(view).judge(events);
  const judged = new Map(told.map(([{ position }, discrepancies]) => [position, discrepancies]));
  const found: { position: number; code: string; message: string }[] = [];
  for (const position of positions) {
    const reason = setAside.get(position);
    if (reason !== undefined)
      found.push({ position, code: 'set-aside', message: `could not be applied: ${reason}` });
    for (const { code, message } of judged.get(position) ?? []) found.push({ position, code, message });
  }
  return { found, isAll: !isSpent };
};
