/** Labels as columns, sorted by party and then by time, since a question about an instant scans all of them. */
import type { Label, Labels, LabelsByParty, LabelVisitor } from '../../domain/reach/labels.ts';
import type { Hop } from '../../domain/reach/path.ts';
import type { Instant } from '../../domain/time/instant.ts';

/** The labels of a class of data, stored in columns. */
export class LabelColumns implements Labels {
  readonly parties: ReadonlyArray<string>;
  private readonly numberOf = new Map<string, number>();
  /** The labels of party n are those from `starts[n]` up to `starts[n + 1]`. */
  private readonly starts: Uint32Array;
  private readonly froms: Float64Array;
  private readonly tos: Float64Array;
  private readonly hops: Hop[] = [];

  /**
   * @param byParty the labels by party, in code-unit order of the parties; those of a party are disjoint and in
   * order of time.
   */
  constructor(byParty: LabelsByParty) {
    let size = 0;
    for (const labels of byParty.values()) size += labels.length;
    this.starts = new Uint32Array(byParty.size + 1);
    this.froms = new Float64Array(size);
    this.tos = new Float64Array(size);
    const parties: string[] = [];
    for (const [party, labels] of byParty) {
      this.numberOf.set(party, parties.length);
      parties.push(party);
      for (const { from, to, hop } of labels) {
        this.froms[this.hops.length] = from;
        this.tos[this.hops.length] = to;
        this.hops.push(hop);
      }
      this.starts[parties.length] = this.hops.length;
    }
    this.parties = parties;
  }

  /** The number of labels. */
  get size(): number {
    return this.hops.length;
  }

  /** Whether the party ever reaches the data. */
  has(party: string): boolean {
    return this.numberOf.has(party);
  }

  of(party: string): ReadonlyArray<Label> {
    const number = this.numberOf.get(party);
    if (number === undefined) return [];
    const out: Label[] = [];
    for (let index = this.starts[number]!; index < this.starts[number + 1]!; index++) {
      out.push({ from: this.froms[index]!, to: this.tos[index]!, hop: this.hops[index]! });
    }
    return out;
  }

  reaches(party: string, instant: Instant): boolean {
    const number = this.numberOf.get(party);
    if (number === undefined) return false;
    for (let index = this.starts[number]!; index < this.starts[number + 1]!; index++) {
      if (this.froms[index]! <= instant && instant < this.tos[index]!) return true;
    }
    return false;
  }

  visit(from: Instant, to: Instant, party: string | undefined, visitor: LabelVisitor): void {
    if (party !== undefined) {
      const number = this.numberOf.get(party);
      if (number !== undefined) this.visitParty(number, from, to, visitor);
      return;
    }
    for (let number = 0; number < this.parties.length; number++) this.visitParty(number, from, to, visitor);
  }

  private visitParty(number: number, from: Instant, to: Instant, visitor: LabelVisitor): void {
    for (let index = this.starts[number]!; index < this.starts[number + 1]!; index++) {
      if (this.froms[index]! < to && from < this.tos[index]!) {
        visitor(this.parties[number]!, this.froms[index]!, this.tos[index]!, this.hops[index]!);
      }
    }
  }
}
