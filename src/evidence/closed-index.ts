/**
 * The index for deriving answers from their events. The keys tell which sources there are and what they vouched.
 */
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { KeyedIndex } from './keyed-index.ts';
import { WholeIndex } from './whole-index.ts';

/** An index over the events of an answer's closure. */
export class ClosedIndex extends WholeIndex {
  private readonly keyed: KeyedIndex;

  /** @param events the events on which the answers rest, in log order. */
  constructor(keyed: KeyedIndex, events: ReadonlyArray<RecordedEvent>) {
    super(events, (position) => keyed.bytesAt(position));
    this.keyed = keyed;
  }

  override at(position: number): RecordedEvent | undefined {
    return this.keyed.at(position);
  }

  override find(source: string, id: string): number | undefined {
    return this.keyed.find(source, id);
  }

  override correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number> {
    return this.keyed.correctionsOf(source, id, upTo);
  }

  override lastCorrections(upTo: number, limit: number): ReadonlyArray<number> {
    return this.keyed.lastCorrections(upTo, limit);
  }

  override sourcesNaming(
    kind: 'site' | 'party',
    name: string,
    upTo: number,
    limit: number,
  ): ReadonlyArray<string> {
    return this.keyed.sourcesNaming(kind, name, upTo, limit);
  }

  override latestVouch(
    source: string,
    holds: (position: number, upTo: Instant) => boolean,
  ): Instant | undefined {
    return this.keyed.latestVouch(source, holds);
  }
}
