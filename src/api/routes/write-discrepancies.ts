/**
 * The discrepancies among the events of a write (R1), for a writer that waits for them: `Prefer: wait` (RFC 7240).
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import type { Recorded } from '../../contract/answers.ts';
import type { PlainQuestion } from '../../contract/questions/question.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DecodedBatch } from '../../ledger/recording/prepared-batch.ts';
import type { ApiEnv } from '../http/caller.ts';
import { preferredWaitMs } from '../http/prefer.ts';

/** The maximum number of events to check in one body. A longer body is recorded without a report. */
const reportedEventsMax = 10_000;

type FoundDiscrepancies = Pick<Recorded, 'discrepancies'>;

/** The events of a body while it is being recorded. */
export class WriteDiscrepancies {
  private readonly ledger: Ledger;
  private readonly context: Context<ApiEnv>;
  private readonly waitMs: number | undefined;
  /** The source, id and place in the body of each event. */
  private readonly sent: { readonly source: string; readonly id: string; readonly index: number }[] = [];
  private isTooLong = false;

  constructor(context: Context<ApiEnv>, ledger: Ledger) {
    this.context = context;
    this.ledger = ledger;
    this.waitMs = preferredWaitMs(context, ledger.parts.waitMs);
  }

  /** Adds events that were sent. */
  add({ events, given }: Pick<DecodedBatch, 'events' | 'given'>): void {
    if (this.waitMs === undefined || this.isTooLong) return;
    this.isTooLong = this.sent.length + events.length > reportedEventsMax;
    if (this.isTooLong) return;
    for (const [place, { source, id }] of events.entries())
      this.sent.push({ source, id, index: given[place]!.index });
  }

  /**
   * The discrepancies among them, once the projections have reached the position; nothing if they do not in time.
   */
  async found(position: number): Promise<FoundDiscrepancies> {
    const { waitMs, ledger, context } = this;
    if (waitMs === undefined || this.isTooLong) return {};
    const clocks = await inTime(clocksOf(ledger, { atLeast: position })(), waitMs);
    if (clocks === undefined || E.isLeft(clocks)) return {};
    const places = new Map<number, number>();
    for (const { source, id, index } of this.sent) {
      const at = ledger.parts.log.positionOf(source, id);
      if (at !== undefined && !places.has(at)) places.set(at, index);
    }
    const asked = {
      clocks: clocks.right,
      limit: reportedEventsMax,
      after: undefined,
      parameters: {} as PlainQuestion,
    };
    const positions = [...places.keys()];
    const found = await ledger.questions.askWidely(
      { question: 'discrepanciesOfWrite', asked, given: { positions } },
      context.req.raw.signal,
    );
    if (E.isLeft(found) || !found.right.data.isAll) return {};
    context.header('Preference-Applied', 'wait');
    return {
      discrepancies: found.right.data.found
        .map(({ position: at, ...of }) => ({ index: places.get(at)!, ...of }))
        .sort((a, b) => a.index - b.index),
    };
  }
}

/** The result if it comes in time, otherwise undefined. */
const inTime = async <A>(awaited: Promise<A>, waitMs: number): Promise<A | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, waitMs, undefined);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
};
