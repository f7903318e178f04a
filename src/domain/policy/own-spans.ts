/**
 * When the subjects' own holdings of one class were there. One event opens an own holding and one closes it, so its
 * presence is four numbers. They are kept in a column, since many people have several.
 */
import { type Instant, never } from '../time/instant.ts';
import { positions, type Span } from '../time/span.ts';

/** The numbers of a presence: from, to, and the events that opened and closed it. */
const width = 4;
/** The numbers of a change: those of a presence, and 1 if it is added, -1 if it is taken out. */
const changeWidth = width + 1;
/** Stands for the event that closed a presence which lasts. */
const noEvent = 0;

export class OwnSpans {
  /** The presences, in order. */
  private kept: Float64Array = new Float64Array(0);
  private changes: number[] = [];

  /** Adds the presence of an own holding. */
  add(presence: Span): void {
    this.change(presence, 1);
  }

  /** Takes out a presence that was added. */
  takeOut(presence: Span): void {
    this.change(presence, -1);
  }

  private change({ from, to, opened, closed }: Span, by: 1 | -1): void {
    this.changes.push(from, to, opened[0]!, closed[0] ?? noEvent, by);
  }

  /** When any of them was there, with the events that opened and closed it. Linear in the presences. */
  spans(): ReadonlyArray<Span> {
    const kept = this.column();
    const spans: Span[] = [];
    let [from, to]: [Instant, Instant] = [never, never];
    let [opened, closed]: [number[], number[]] = [[], []];
    const end = (): void => {
      if (from < to) spans.push({ from, to, opened: positions(opened), closed: positions(closed) });
    };
    for (let at = 0; at < kept.length; at += width) {
      const [begins, ends, openedBy, closedBy] = [kept[at]!, kept[at + 1]!, kept[at + 2]!, kept[at + 3]!];
      if (at === 0 || begins > to) {
        end();
        [from, to, opened, closed] = [begins, ends, [openedBy], []];
      } else if (begins === from) opened.push(openedBy);
      if (ends > to) [to, closed] = [ends, []];
      if (ends === to && closedBy !== noEvent) closed.push(closedBy);
    }
    end();
    return spans;
  }

  /** A copy that can be changed independently. */
  copy(): OwnSpans {
    return OwnSpans.of(this.column());
  }

  /** The presences as one column. Not to be written to. */
  column(): Float64Array {
    if (this.changes.length > 0) {
      this.kept = changed(this.kept, this.changes);
      this.changes = [];
    }
    return this.kept;
  }

  /** The presences in a column. */
  static of(column: Float64Array): OwnSpans {
    const made = new OwnSpans();
    made.kept = column;
    return made;
  }
}

/** The order of two presences, each at an index of a list of numbers: by from, then by the other numbers. */
const order = (a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number): number => {
  for (let nth = 0; nth < width; nth++) {
    const [one, other] = [a[atA + nth]!, b[atB + nth]!];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
};

/** The presences with the changes. Linear in the presences. */
const changed = (kept: Float64Array, changes: ReadonlyArray<number>): Float64Array => {
  const inOrder = Uint32Array.from({ length: changes.length / changeWidth }, (_, nth) => nth * changeWidth);
  inOrder.sort((a, b) => order(changes, a, changes, b));
  const out = new Float64Array(kept.length + inOrder.length * width);
  let length = 0;
  let next = 0;
  const put = (from: ArrayLike<number>, at: number, times: number): void => {
    for (let time = 0; time < times; time++)
      for (let nth = 0; nth < width; nth++) out[length++] = from[at + nth]!;
  };
  for (let at = 0; at < kept.length || next < inOrder.length; ) {
    if (next === inOrder.length || (at < kept.length && order(kept, at, changes, inOrder[next]!) < 0)) {
      put(kept, at, 1);
      at += width;
      continue;
    }
    const change = inOrder[next]!;
    let times = 0;
    for (; at < kept.length && order(kept, at, changes, change) === 0; at += width) times++;
    for (; next < inOrder.length && order(changes, inOrder[next]!, changes, change) === 0; next++)
      times += changes[inOrder[next]! + width]!;
    put(changes, change, times);
  }
  return out.slice(0, length);
};
