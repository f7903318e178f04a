/**
 * Since when a finding is known: R18. It is the least position from which on every answer holds a finding of the same
 * policy, version, rule, verdict, action, holding and party whose interval meets it.
 *
 * Late events and corrections can hide a finding and bring it back, so this cannot be read off the events that prove it:
 * what was found is looked up at every position. Ledgers that are too long for that do not tell.
 */
import type { Assurance } from '../domain/events/words.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { type Interval, overlaps } from '../domain/time/interval.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { allFindings } from './findings.ts';
import { policyVersions } from './policies.ts';
import { View } from './view.ts';

/** As known at a position beyond this one, a finding does not tell since when it is known. */
const knownSincePositionMax = 150;

/** What was found of one thing from a position on, until the next of the list. */
interface Found {
  readonly position: number;
  readonly intervals: ReadonlyArray<Interval>;
}

/** By the number of a version, which event adopted it: numbers change when an earlier adoption becomes known. */
type Adoptions = ReadonlyMap<string, number | null>;

const adoptions = new WeakMap<View, Adoptions>();

const adoptionsOf = (view: View): Adoptions => {
  const known = adoptions.get(view);
  if (known !== undefined) return known;
  const made: Adoptions = new Map(
    policyVersions(view).map(({ policy, version, adoptedBy }) => [`${policy} ${version}`, adoptedBy]),
  );
  adoptions.set(view, made);
  return made;
};

/** Equal for findings that are the same as far as R18 compares them; undefined of a policy that is only tried. */
const keyOf = (view: View, finding: Finding): string | undefined => {
  const { policy, version, rule, verdict, action, holding, party, source } = finding;
  const adoptedBy = adoptionsOf(view).get(`${policy} ${version}`);
  if (adoptedBy === undefined) return undefined;
  const { dataset, site, kind, backup, population } = holding;
  return JSON.stringify([
    ...[policy, adoptedBy, rule, verdict, action, party, source],
    ...[dataset, site, kind, backup, population],
  ]);
};

/** What was found at each position so far. */
class FoundSoFar {
  private readonly index: EventIndex;
  private readonly minAssurance: Assurance;
  private readonly byKey = new Map<string, Found[]>();
  private position = 0;

  constructor(index: EventIndex, minAssurance: Assurance) {
    // What is kept for the questions about now stays as it is.
    this.index = Object.create(index) as EventIndex;
    this.minAssurance = minAssurance;
  }

  /** Looks at what was found up to a position. */
  lookUpTo({ recordedUpTo, work }: View): void {
    while (this.position < recordedUpTo) {
      const position = this.position + 1;
      const view = new View(this.index, { position, minAssurance: this.minAssurance }, [], work);
      const found = Map.groupBy(allFindings(view), (finding) => keyOf(view, finding) ?? '');
      for (const key of new Set([...found.keys(), ...this.byKey.keys()])) {
        const intervals = (found.get(key) ?? []).map(({ from, to }) => ({ from, to }));
        const list = this.byKey.get(key) ?? [];
        this.byKey.set(key, list);
        const before = list.at(-1)?.intervals ?? [];
        const isSame =
          before.length === intervals.length &&
          before.every(({ from, to }, at) => intervals[at]!.from === from && intervals[at]!.to === to);
        if (!isSame) list.push({ position, intervals });
      }
      this.position = position;
    }
  }

  /**
   * The least position from which on, up to another, the thing was found in an interval that meets this one; where it
   * is found no more, up to when it last was.
   */
  since(key: string, interval: Interval, upTo: number): number | null {
    let since: number | null = null;
    for (const { position, intervals } of (this.byKey.get(key) ?? []).toReversed()) {
      if (position > upTo) continue;
      if (intervals.some((each) => overlaps(each, interval))) since = position;
      else if (since !== null) break;
    }
    return since;
  }
}

const lookedAt = new WeakMap<EventIndex, Map<Assurance, FoundSoFar>>();

const foundSoFar = ({ index, known }: View): FoundSoFar => {
  const byAssurance = lookedAt.get(index) ?? new Map<Assurance, FoundSoFar>();
  lookedAt.set(index, byAssurance);
  const found = byAssurance.get(known.minAssurance) ?? new FoundSoFar(index, known.minAssurance);
  byAssurance.set(known.minAssurance, found);
  return found;
};

/** The position since which the finding is known; null where that is not told. */
export const knownSinceOf = (view: View, finding: Finding): number | null => {
  // A silence is judged by the clocks of the question.
  if (finding.source !== undefined) return finding.knownSince;
  if (view.isSimulated() || view.recordedUpTo > knownSincePositionMax) return null;
  const key = keyOf(view, finding);
  if (key === undefined) return null;
  const found = foundSoFar(view);
  found.lookUpTo(view);
  return found.since(key, finding, view.recordedUpTo);
};
