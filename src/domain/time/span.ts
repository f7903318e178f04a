/**
 * Spans: the maximal uninterrupted intervals in which something held, with the events that opened and closed each.
 *
 * A span of no length does not count, and leaving and returning at one instant does not interrupt a span: only the state
 * after the last event of an instant counts (R3).
 */
import { beginning, type Instant, never } from './instant.ts';
import { coalesce, type Interval } from './interval.ts';

/** An interval with the log positions of the events that opened and closed it. */
export interface Span extends Interval {
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
}

/** Log positions in order, each once. */
export const positions = (...lists: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  if (lists.length === 1 && lists[0]!.length < 2) return lists[0]!;
  const all = lists.flat().sort((a, b) => a - b);
  return all.filter((position, index) => index === 0 || position !== all[index - 1]);
};

/** The spans of one thing, told in folding order when it begins to hold and when it ends. */
export class SpanBuilder {
  private readonly past: Span[] = [];
  private current: Pick<Span, 'from' | 'opened'> | undefined;

  /** It holds from `at` on; nothing changes if it held. */
  open(at: Instant, openedBy: ReadonlyArray<number>): void {
    if (this.current !== undefined) return;
    if (this.past.at(-1)?.to === at) this.current = this.past.pop()!;
    else this.current = { from: at, opened: openedBy };
  }

  /** It no longer holds from `at` on; nothing changes if it did not. */
  close(at: Instant, closedBy: number): void {
    if (this.current === undefined) return;
    const { from, opened } = this.current;
    this.current = undefined;
    if (from < at) this.past.push({ from, to: at, opened, closed: [closedBy] });
  }

  /** All spans, the one that lasts included. */
  spans(): ReadonlyArray<Span> {
    if (this.current === undefined) return this.past;
    const { from, opened } = this.current;
    return [...this.past, { from, to: never, opened, closed: [] }];
  }
}

/** By which events a whole made of parts was opened: those of all parts that began together with it. */
export const openedTogether = (parts: ReadonlyArray<Span>, from: Instant): ReadonlyArray<number> =>
  positions(parts.filter((part) => part.from === from).flatMap(({ opened }) => opened));

/** By which events a whole made of parts was closed: those of all parts that ended together with it. */
export const closedTogether = (parts: ReadonlyArray<Span>, to: Instant): ReadonlyArray<number> =>
  positions(parts.filter((part) => part.to === to).flatMap(({ closed }) => closed));

/** What holds while any of several causes does. */
export const mergeSpans = (causes: ReadonlyArray<ReadonlyArray<Span>>): ReadonlyArray<Span> => {
  if (causes.length === 1) return causes[0]!;
  return coalesce(causes.flat()).map(({ from, to, parts }) => ({
    from,
    to,
    opened: openedTogether(parts, from),
    closed: closedTogether(parts, to),
  }));
};

/** When something did not hold, by the events that closed and opened the spans in which it did. */
export const gapsBetween = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Span[] = [];
  let before: Pick<Span, 'to' | 'closed'> = { to: beginning, closed: [] };
  for (const span of spans) {
    if (before.to < span.from)
      out.push({ from: before.to, to: span.from, opened: before.closed, closed: span.opened });
    before = span;
  }
  if (before.to < never) out.push({ from: before.to, to: never, opened: before.closed, closed: [] });
  return out;
};

/** What holds while a condition does: the events of the condition count where it decides when a span begins or ends. */
export const spansWhile = (
  spans: ReadonlyArray<Span>,
  condition: ReadonlyArray<Span>,
): ReadonlyArray<Span> => {
  const out: Span[] = [];
  for (let i = 0, j = 0; i < spans.length && j < condition.length; ) {
    const [span, needed] = [spans[i]!, condition[j]!];
    const from = Math.max(span.from, needed.from);
    const to = Math.min(span.to, needed.to);
    if (from < to) {
      out.push({
        from,
        to,
        opened: positions(span.opened, needed.from >= span.from ? needed.opened : []),
        closed: positions(span.to === to ? span.closed : [], needed.to === to ? needed.closed : []),
      });
    }
    if (span.to < needed.to) i++;
    else j++;
  }
  return out;
};

/** Whether both are the same intervals, opened and closed by the same events. */
export const sameSpans = (a: ReadonlyArray<Span>, b: ReadonlyArray<Span>): boolean =>
  a.length === b.length &&
  a.every(({ from, to, opened, closed }, index) => {
    const other = b[index]!;
    return (
      from === other.from &&
      to === other.to &&
      samePositions(opened, other.opened) &&
      samePositions(closed, other.closed)
    );
  });

const samePositions = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean =>
  a.length === b.length && a.every((position, index) => position === b[index]);
