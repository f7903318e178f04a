/**
 * Counts ahead of the wide questions: what was asked lately is asked again in the background as the ledger grows, so that
 * what is counted for it is kept up to date, and the next asker waits for the last events alone.
 *
 * An answer always knows the latest, also while it is counted: none is given by an older count, for somebody who was told
 * more before would be told less.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { QuestionClocks } from '../contract/asked.ts';
import type { AskedWidely, WideQuestion } from '../questions/wide/wide-questions.ts';

/** The questions whose counts are kept from one to the next. */
const counted: ReadonlySet<WideQuestion> = new Set<WideQuestion>([
  'populations',
  'population',
  'holdings',
  'findings',
]);
/** How many questions are remembered, and how long after they were last asked. */
const rememberedMax = 16;
const rememberedMs = 600_000;
/** Counting begins once the ledger has not grown for so long. */
const quietMs = 500;
/** It rests so many times as long as it took; and so many times where the ledger grows on and on: recording goes first. */
const restsPerCount = 4;
const restsPerCountGrowing = 30;

/** What counts. */
export interface Counts {
  /** Answers a question beside, for nobody. */
  ask(asked: AskedWidely): Promise<unknown>;
  /** Whether somebody waits for an answer, which brings the counts up to date as well. */
  isBusy(): boolean;
  /** The clocks of a question about now. */
  clocks(asked: Pick<QuestionClocks, 'minAssurance'>): Promise<E.Either<unknown, QuestionClocks>>;
}

/** Whether a question is about the latest, from its beginning. */
const isAboutNow = ({ asked: { parameters, after } }: AskedWidely): boolean => {
  const given = parameters as Readonly<Record<string, unknown>>;
  return (
    after === undefined &&
    ['knownAt', 'knownPosition', 'cursor'].every((parameter) => given[parameter] === undefined)
  );
};

export class CountAhead {
  private readonly counts: Counts;
  private readonly now: () => number;
  private readonly asked = new Map<string, { readonly of: AskedWidely; readonly at: number }>();
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  private hasGrown = false;
  private isClosed = false;
  private grewAt = 0;
  private endedAt = Number.NEGATIVE_INFINITY;
  private tookMs = 0;

  /** @param now milliseconds that only go forward. */
  constructor(counts: Counts, now: () => number = () => performance.now()) {
    this.counts = counts;
    this.now = now;
  }

  /** Somebody has asked a question. */
  wasAsked(of: AskedWidely): void {
    if (!counted.has(of.question) || !isAboutNow(of)) return;
    const { parameters, clocks } = of.asked;
    const { validAt: _, atLeast: __, ...others } = parameters as Readonly<Record<string, unknown>>;
    const key = JSON.stringify([of.question, of.given, others, clocks.minAssurance]);
    this.asked.delete(key);
    this.asked.set(key, { of, at: this.now() });
    for (const oldest of this.asked.keys()) {
      if (this.asked.size <= rememberedMax) break;
      this.asked.delete(oldest);
    }
  }

  /** The ledger has grown, or was opened. */
  grown(): void {
    this.hasGrown = true;
    this.grewAt = this.now();
    this.schedule();
  }

  private schedule(): void {
    if (this.isClosed || this.timer !== undefined || this.underWay !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.isDue()) return this.schedule();
      this.underWay = this.countAll().finally(() => {
        this.underWay = undefined;
        if (this.hasGrown) this.schedule();
      });
    }, quietMs);
    this.timer.unref();
  }

  private isDue(): boolean {
    const isQuiet = this.now() - this.grewAt >= quietMs;
    return this.now() - this.endedAt >= this.tookMs * (isQuiet ? restsPerCount : restsPerCountGrowing);
  }

  private async countAll(): Promise<void> {
    this.hasGrown = false;
    const began = this.now();
    try {
      for (const [key, { of, at }] of [...this.asked]) {
        if (this.isClosed || this.counts.isBusy()) break;
        if (this.now() - at > rememberedMs) this.asked.delete(key);
        else await this.count(of);
      }
    } catch {
      // Nobody waits for this; whoever asks is told what is wrong.
    }
    this.endedAt = this.now();
    this.tookMs = this.endedAt - began;
  }

  private async count(of: AskedWidely): Promise<void> {
    const clocks = await this.counts.clocks(of.asked.clocks);
    if (E.isLeft(clocks)) return;
    await this.counts.ask({ ...of, asked: { ...of.asked, clocks: clocks.right } } as AskedWidely);
  }

  /** Stops; resolves when nothing is counted any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.underWay;
  }
}
