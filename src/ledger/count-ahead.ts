/**
 * Counts ahead of the wide questions: what was asked lately is asked again in the background as the ledger grows, so that
 * what is counted for it is kept up to date, and the next asker waits for the last events alone.
 *
 * An answer always knows the latest, also while it is counted: none is given by an older count, for somebody who was told
 * more before would be told less.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { QuestionClocks } from '../contract/asked.ts';
import { limitDefault } from '../contract/questions/parameter.ts';
import type { AskedWidely, WideQuestion } from '../questions/wide/wide-questions.ts';
import { clocksOf } from './clocks.ts';
import type { Ledger } from './ledger.ts';

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
/**
 * The same for questions about everything. What is counted for them is the most, and serves all others: whoever asks first after
 * a night of recording should not wait until all of that night is counted.
 */
const rememberedWholeMs = 86_400_000;
/** When a question was last asked that is always remembered. */
const forever = Number.POSITIVE_INFINITY;
/** Counting begins once the ledger has not grown for so long. */
const quietMs = 500;
/** It rests so many times as long as it took; and so many times where the ledger grows on and on: recording goes first. */
const restsPerCount = 4;
const restsPerCountGrowing = 30;
/** Where the ledger grows on and on, counting first begins after so long: most bodies are recorded by then. */
const growingMsMin = 10_000;

/** What counts. */
export interface Counts {
  /** Answers a question beside, for nobody; or says why not. */
  ask(asked: AskedWidely, signal: AbortSignal): Promise<E.Either<unknown, unknown>>;
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

/** What a question asks for, besides the moment. */
const filtersOf = ({ asked: { parameters } }: AskedWidely): Readonly<Record<string, unknown>> => {
  const { validAt: _, atLeast: __, ...others } = parameters as Readonly<Record<string, unknown>>;
  return others;
};

/** The same question at another moment has the same key. */
const keyOf = (asked: AskedWidely): string =>
  JSON.stringify([asked.question, asked.given, filtersOf(asked), asked.asked.clocks.minAssurance]);

/** Whether a question is about everything, and not about one site, population or policy. */
const isAboutEverything = (asked: AskedWidely): boolean =>
  Object.keys(asked.given).length === 0 &&
  Object.keys(filtersOf(asked)).every((name) => name === 'minAssurance');

export class CountAhead {
  private readonly counts: Counts;
  private readonly now: () => number;
  private readonly asked = new Map<string, { readonly of: AskedWidely; readonly at: number }>();
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;
  /** The question that is counted for now. */
  private current: { readonly key: string; readonly gaveUp: AbortController } | undefined;
  private hasGrown = false;
  private isClosed = false;
  private grewAt = Number.NEGATIVE_INFINITY;
  /** Since when it has grown without a quiet moment. */
  private growingSince = Number.NEGATIVE_INFINITY;
  private endedAt = Number.NEGATIVE_INFINITY;
  private tookMs = 0;

  /** @param now milliseconds that only go forward. */
  constructor(counts: Counts, now: () => number = () => performance.now()) {
    this.counts = counts;
    this.now = now;
  }

  /** Counts for a question as the ledger grows, also when nobody asks it. */
  always(of: AskedWidely): void {
    this.asked.set(keyOf(of), { of, at: forever });
  }

  /** Somebody has asked a question. It waits for the count of the same question, and for no other one. */
  wasAsked(of: AskedWidely): void {
    const isKept = counted.has(of.question) && isAboutNow(of);
    if (!isKept && this.current === undefined) return;
    const key = keyOf(of);
    if (this.current !== undefined && this.current.key !== key) this.current.gaveUp.abort();
    if (!isKept) return;
    const at = this.asked.get(key)?.at === forever ? forever : this.now();
    this.asked.delete(key);
    this.asked.set(key, { of, at });
    for (const [oldest, before] of this.asked) {
      if (this.asked.size <= rememberedMax) break;
      if (!isAboutEverything(before.of)) this.asked.delete(oldest);
    }
  }

  /** The ledger has grown, or was opened. */
  grown(): void {
    this.hasGrown = true;
    if (this.isQuiet()) this.growingSince = this.now();
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

  private isQuiet(): boolean {
    return this.now() - this.grewAt >= quietMs;
  }

  private isDue(): boolean {
    const restedMs = this.now() - this.endedAt;
    if (this.isQuiet()) return restedMs >= this.tookMs * restsPerCount;
    const growsOn = this.now() - this.growingSince >= growingMsMin;
    return growsOn && restedMs >= this.tookMs * restsPerCountGrowing;
  }

  private async countAll(): Promise<void> {
    this.hasGrown = false;
    const began = this.now();
    try {
      for (const [key, { of, at }] of [...this.asked]) {
        if (this.isClosed || this.counts.isBusy()) break;
        if (this.now() - at > (isAboutEverything(of) ? rememberedWholeMs : rememberedMs))
          this.asked.delete(key);
        else await this.count(key, of, at);
      }
    } catch {
      // Nobody waits for this; whoever asks is told what is wrong.
    }
    this.endedAt = this.now();
    this.tookMs = this.endedAt - began;
  }

  private async count(key: string, of: AskedWidely, at: number): Promise<void> {
    const clocks = await this.counts.clocks(of.asked.clocks);
    if (E.isLeft(clocks)) return;
    const gaveUp = new AbortController();
    this.current = { key, gaveUp };
    try {
      const asked = { ...of, asked: { ...of.asked, clocks: clocks.right } } as AskedWidely;
      const answer = await this.counts.ask(asked, gaveUp.signal);
      if (gaveUp.signal.aborted) this.hasGrown = true;
      // What is refused, for want of memory for example, would mostly be refused again.
      else if (E.isLeft(answer) && at !== forever) this.asked.delete(key);
    } finally {
      this.current = undefined;
    }
  }

  /** Stops; resolves when nothing is counted any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.underWay;
  }
}

/** How many people there are in each population, now. */
const howManyPeople: AskedWidely = {
  question: 'populations',
  asked: {
    clocks: { validAt: 0, knownAt: 0, position: 0, minAssurance: 'claimed' },
    limit: limitDefault,
    after: undefined,
    parameters: {},
  },
  given: {},
};

/** Counts ahead until the returned function is called, which resolves when nothing is counted any more. */
export const countAhead = (ledger: Ledger): (() => Promise<void>) => {
  const ahead = new CountAhead({
    ask: (asked, signal) => ledger.questions.count(asked, signal),
    // A small ledger is counted where it is asked.
    isBusy: () => ledger.questions.isSmall() || ledger.questions.waitingBeside() > 0,
    clocks: ({ minAssurance }) => clocksOf(ledger, { minAssurance })(),
  });
  const unwatch = [
    ledger.questions.watch((asked) => ahead.wasAsked(asked)),
    ledger.watch(() => {
      if (!ledger.isBuilding()) ahead.grown();
    }),
  ];
  // Whoever asks first, after a start or after the ledger has grown for long, waits for what is counted of everybody.
  ahead.always(howManyPeople);
  ahead.grown();
  return async () => {
    for (const each of unwatch) each();
    await ahead.close();
  };
};
