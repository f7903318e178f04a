/**
 * Events that do not fit the others, in the order of the log (R1). Nothing well-formed is refused: discrepancies are
 * told, and are resolved when later events explain them.
 */
import type { DiscrepancyRow } from '../contract/rows/events.ts';
import type { DiscrepancyCode } from '../domain/recording/discrepancy.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { topicsNaming } from '../projections/topics.ts';
import { momentsOf } from './discrepancy-moments.ts';
import { discrepanciesOf, type ToldDiscrepancy } from './event-discrepancies.ts';
import { ResidencyFolds } from './residency-folds.ts';
import type { View } from './view.ts';

/** How many events one page of discrepancies judges, at the most. */
const judgedEventsMax = 5_000;

/** A page ends before it folds more facts than this, so that other questions are answered in between. */
const foldedFactsMax = 50_000;

/** Moments of knowledge whose folds a page keeps, at the most. */
const keptMomentsMax = 200;

/** A page of discrepancies, and the position after which the next begins; null at the end. */
export interface DiscrepancyPage {
  readonly rows: ReadonlyArray<DiscrepancyRow>;
  readonly next: number | null;
}

/** Positions of events that may not fit, after one, in log order: the first `judgedEventsMax`. */
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

/**
 * Judges the events of one page. All events as known at one position share their folds.
 */
class PageJudge {
  private readonly view: View;
  private readonly state: 'open' | 'resolved';
  private readonly now: ResidencyFolds;
  private readonly earlier = new Map<number, ResidencyFolds>();
  private foldedThen = 0;

  constructor(view: View, state: 'open' | 'resolved') {
    this.view = view;
    this.state = state;
    this.now = new ResidencyFolds(view);
  }

  /** The discrepancies of the event in the state asked for; undefined if they would cost more than a page may. */
  judge(recorded: RecordedEvent): ReadonlyArray<ToldDiscrepancy> | undefined {
    const { position } = recorded;
    const isSpent = this.now.foldedFacts + this.foldedThen > foldedFactsMax;
    if (this.state === 'open') {
      if (isSpent && this.now.takesNewFold(this.view.fact(position))) return undefined;
      return discrepanciesOf(this.view, recorded, this.now);
    }
    const told = new Map<string, ToldDiscrepancy>();
    for (const moment of momentsOf(this.view, recorded)) {
      const then = this.asKnownAt(moment);
      if (isSpent && then.takesNewFold(then.view.fact(position))) return undefined;
      const foldedBefore = then.foldedFacts;
      for (const each of discrepanciesOf(then.view, recorded, then))
        told.set(`${each.code} ${each.message}`, each);
      this.foldedThen += then.foldedFacts - foldedBefore;
    }
    for (const { code, message } of discrepanciesOf(this.view, recorded, this.now))
      told.delete(`${code} ${message}`);
    return [...told.values()];
  }

  /** The folds of what was known at a position: events that are judged as known then share them. */
  private asKnownAt(position: number): ResidencyFolds {
    const made = this.earlier.get(position);
    if (made !== undefined) return made;
    if (this.earlier.size >= keptMomentsMax) this.earlier.clear();
    const folds = new ResidencyFolds(this.view.as({ ...this.view.known, position }));
    this.earlier.set(position, folds);
    return folds;
  }
}

const candidatesIn = (view: View, after: number, { event }: DiscrepancyFilter): ReadonlyArray<number> => {
  if (event === undefined) return candidatesAfter(view, after);
  return event > after && event <= view.known.position ? [event] : [];
};

/** Reasons why events could not be applied, by position; those count as open discrepancies. */
const setAsideAfter = (view: View, after: number): ReadonlyMap<number, string> =>
  new Map(view.index.setAside(after, view.known.position).map(({ position, reason }) => [position, reason]));

/** Which discrepancies are asked for: those that match every field given. */
export interface DiscrepancyFilter {
  readonly source?: string | undefined;
  readonly code?: DiscrepancyCode | undefined;
  /** The position of the event. */
  readonly event?: number | undefined;
}

/**
 * Discrepancies of events after a position, in log order. Open ones hold as known now; resolved ones held as
 * known at an earlier position, and no longer do.
 */
export const discrepanciesAfter = (
  view: View,
  state: 'open' | 'resolved',
  after: number,
  limit: number,
  filter: DiscrepancyFilter = {},
): DiscrepancyPage => {
  const judge = new PageJudge(view, state);
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
  for (const position of positions) {
    if (rows.length >= limit) return { rows, next: Number(rows.at(-1)!.event) };
    const event = String(position);
    const reason = setAside.get(position);
    if (reason !== undefined) {
      if (filter.code !== undefined && filter.code !== 'set-aside') continue;
      const since = formatInstant(view.index.recordedAtOf(position) ?? 0);
      rows.push({ event, code: 'set-aside', message: `could not be applied: ${reason}`, since });
      continue;
    }
    const recorded = view.recorded(position);
    if (recorded === undefined || recorded.event.source !== (filter.source ?? recorded.event.source))
      continue;
    const found = judge.judge(recorded);
    if (found === undefined) return { rows, next: position - 1 };
    const since = formatInstant(recorded.recordedAt);
    for (const { code, message } of found)
      if (code === (filter.code ?? code)) rows.push({ event, code, message, since });
  }
  return { rows, next: more ? last : null };
};

/** What of some events does not fit, by their positions; and whether it is all. */
export interface Misfits {
  readonly found: ReadonlyArray<{
    readonly position: number;
    readonly code: string;
    readonly message: string;
  }>;
  readonly isAll: boolean;
}

/** The open discrepancies of events at some positions. */
export const discrepanciesAt = (view: View, positions: ReadonlyArray<number>): Misfits => {
  const judge = new PageJudge(view, 'open');
  const setAside = setAsideAfter(view, 0);
  const found: { position: number; code: string; message: string }[] = [];
  for (const position of positions) {
    const reason = setAside.get(position);
    if (reason !== undefined) {
      found.push({ position, code: 'set-aside', message: `could not be applied: ${reason}` });
      continue;
    }
    const recorded = view.recorded(position);
    if (recorded === undefined) continue;
    const judged = judge.judge(recorded);
    if (judged === undefined) return { found, isAll: false };
    for (const { code, message } of judged) found.push({ position, code, message });
  }
  return { found, isAll: true };
};
