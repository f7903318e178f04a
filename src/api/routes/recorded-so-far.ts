/** What is recorded so far of a body that is recorded chunk by chunk. */
import type { Recorded } from '../../contract/answers.ts';
import type { RecordedChunk } from '../../ledger/recording/recorder.ts';
import type { Position } from '../../store/event-store.ts';

export class RecordedSoFar {
  /** The last position of what was sent; 0 before anything was. */
  last: Position = 0;
  private recorded = 0;
  private duplicates = 0;
  private readonly head: Position;

  /** @param head where the log ended before. */
  constructor(head: Position) {
    this.head = head;
  }

  add({ recorded, duplicates, position }: RecordedChunk): void {
    this.recorded += recorded;
    this.duplicates += duplicates;
    this.last = Math.max(this.last, position);
  }

  told(): Pick<Recorded, 'recorded' | 'duplicates' | 'position'> {
    const { recorded, duplicates, last, head } = this;
    return { recorded, duplicates, position: String(last === 0 ? head : last) };
  }
}
