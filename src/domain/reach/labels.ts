/**
 * Labels: which parties reach data of a class, when, and along which path. They are the choice that R15 makes.
 */

import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { EdgeKind } from './edge.ts';
import { type Hop, sameHops } from './path.ts';

/** An interval in which a party's path is the same. */
export interface Label extends Interval {
  /** The first hop of the path. */
  readonly hop: Hop;
}

/** The labels of each party that has any. */
export type LabelsByParty = ReadonlyMap<string, ReadonlyArray<Label>>;

/** Which kinds of edges a path may be made of; undefined for all. */
export type Via = ReadonlySet<EdgeKind> | undefined;

/** Receives the path that a party has in an interval. */
export type LabelVisitor = (party: string, from: Instant, to: Instant, hop: Hop) => void;

/** The labels of one class of data. */
export interface Labels {
  /** The parties that ever reach the data, in code-unit order. */
  readonly parties: ReadonlyArray<string>;
  /** The labels of the party, in order of time. */
  readonly of: (party: string) => ReadonlyArray<Label>;
  /** Whether the party reaches the data at the instant. */
  readonly reaches: (party: string, instant: Instant) => boolean;
  /** Visits the labels that overlap `[from, to)`, whole, by party and then by time; those of one party if one is named. */
  readonly visit: (from: Instant, to: Instant, party: string | undefined, visitor: LabelVisitor) => void;
}

/** Whether the same parties reach both along the same paths, by the same events. Linear in the labels. */
export const sameLabels = (a: Labels, b: Labels): boolean =>
  a === b ||
  (a.parties.length === b.parties.length &&
    a.parties.every((party, nth) => {
      if (party !== b.parties[nth]) return false;
      const [some, others] = [a.of(party), b.of(party)];
      return some.length === others.length && some.every((label, index) => isSame(label, others[index]!));
    }));

const isSame = (a: Label, b: Label): boolean => a.from === b.from && a.to === b.to && sameHops(a.hop, b.hop);
