/**
 * Labels: who reaches data of a class, when, and along which path. R15's choice, ready to be cut with presences.
 *
 * Kept as columns, sorted by party and then by time: a question about an instant reads all of them through.
 */
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/timeline.ts';
import type { EdgeKind } from './edge.ts';
import type { Step } from './path.ts';

/** An interval in which a party's path is the same. */
export interface Label extends Interval {
  readonly step: Step;
}

/** Which kinds of edges a path may be made of; undefined for all. */
export type Via = ReadonlySet<EdgeKind> | undefined;

/** Told the path that a party has in an interval. */
export type LabelVisitor = (party: string, from: Instant, to: Instant, step: Step) => void;

export class Labels {
  /** Everybody who ever reaches the data, in code-unit order. */
  readonly parties: ReadonlyArray<string>;
  private readonly numberOf = new Map<string, number>();
  /** The labels of party number n are those from `starts[n]` up to `starts[n + 1]`. */
  private readonly starts: Uint32Array;
  private readonly froms: Float64Array;
  private readonly tos: Float64Array;
  private readonly steps: Step[] = [];

  /**
   * @param labelled by party in code-unit order: its labels in order of time, disjoint, adjacent ones with other pairs.
   */
  constructor(labelled: ReadonlyArray<readonly [party: string, labels: ReadonlyArray<Label>]>) {
    const size = labelled.reduce((sum, [, labels]) => sum + labels.length, 0);
    this.starts = new Uint32Array(labelled.length + 1);
    this.froms = new Float64Array(size);
    this.tos = new Float64Array(size);
    const parties: string[] = [];
    for (const [party, labels] of labelled) {
      this.numberOf.set(party, parties.length);
      parties.push(party);
      for (const { from, to, step } of labels) {
        this.froms[this.steps.length] = from;
        this.tos[this.steps.length] = to;
        this.steps.push(step);
      }
      this.starts[parties.length] = this.steps.length;
    }
    this.parties = parties;
  }

  /** How many labels there are. */
  get size(): number {
    return this.steps.length;
  }

  /** Whether the party ever reaches the data. */
  has(party: string): boolean {
    return this.numberOf.has(party);
  }

  /** The labels of the party, in order of time. */
  of(party: string): ReadonlyArray<Label> {
    const number = this.numberOf.get(party);
    if (number === undefined) return [];
    const out: Label[] = [];
    for (let index = this.starts[number]!; index < this.starts[number + 1]!; index++) {
      out.push({ from: this.froms[index]!, to: this.tos[index]!, step: this.steps[index]! });
    }
    return out;
  }

  /** Whether the party reaches the data at the instant. */
  reaches(party: string, instant: Instant): boolean {
    const number = this.numberOf.get(party);
    if (number === undefined) return false;
    for (let index = this.starts[number]!; index < this.starts[number + 1]!; index++) {
      if (this.froms[index]! <= instant && instant < this.tos[index]!) return true;
    }
    return false;
  }

  /** Visits the labels that overlap `[from, to)`, whole, by party and then by time; those of one party if one is named. */
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
        visitor(this.parties[number]!, this.froms[index]!, this.tos[index]!, this.steps[index]!);
      }
    }
  }
}
