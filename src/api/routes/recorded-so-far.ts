/** Accumulates the result of a body that is recorded chunk by chunk. */
import type { Recorded } from '../../contract/answers.ts';
import type { RecordedChunk } from '../../ledger/recording/recorder.ts';
import type { Position } from '../../store/event-store.ts';

/** The accumulated result of the recorded chunks. */
export class RecordedSoFar {
  /** The last position of the sent events; 0 before the first chunk. */
  last: Position = 0;
  private recorded = 0;
  private duplicates = 0;
  private readonly head: Position;

  /** @param head the end of the log before the first chunk. */
  constructor(head: Position) {
    this.head = head;
  }

  add({ recorded, duplicates, position }: RecordedChunk): void {
    this.recorded += recorded;
    this.duplicates += duplicates;
    this.last = Math.max(this.last, position);
  }

  summary(): Pick<Recorded, 'recorded' | 'duplicates' | 'position'> {
    const { recorded, duplicates, last, head } = this;
    return { recorded, duplicates, position: String(last === 0 ? head : last) };
  }
}
