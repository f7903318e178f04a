/**
 * Sources that do not vouch as often as they promised: the built-in policy of R22.
 *
 * A source promises with a vouch that says `every`, and the promise lasts until another vouch changes it. It is silent
 * from that many days after its last vouch until it vouches again, both in valid time.
 */

import type { GoOn } from '../reach/reach.ts';
import { type Instant, never } from '../time/instant.ts';
import { firstEndingAfter, type Interval } from '../time/interval.ts';
import { StepFunction } from '../time/step-function.ts';
import { cover, intersect, type Timeline } from '../time/timeline.ts';
import { silentSource } from './built-in.ts';
import type { Finding } from './finding.ts';
import type { PolicyVersion } from './policy-versions.ts';

/** A vouch as it holds. */
export interface Vouch {
  readonly position: number;
  readonly time: Instant;
  /** How often the source vouches at least, in days; undefined if the event does not say. */
  readonly every: number | undefined;
}

/** One event by which a source vouched, as known from each position on at which that changed; in that order. */
export type VouchAsKnown = ReadonlyArray<{
  readonly from: number;
  /** None while it is known not to hold. */
  readonly vouch: Vouch | undefined;
}>;

/** Everything by which a source vouched. */
export interface VouchesOfSource {
  readonly source: string;
  readonly vouches: ReadonlyArray<VouchAsKnown>;
}

/** How the versions of the policy were known: their positions, and the intervals in which one was in force. */
export interface PolicyAsKnown {
  /** The positions at which anything about the policy became known. */
  readonly positions: ReadonlyArray<number>;
  /** When the version of this number was in force, as known at a position. */
  inForce(version: number, position: number): Timeline;
}

interface Silence extends Interval {
  readonly every: number;
  readonly events: ReadonlyArray<number>;
}

const dayMs = 86_400_000;

const deadlineOf = ({ time }: Vouch, every: number): Instant => time + Math.round(every * dayMs);

const inFoldingOrder = (vouches: ReadonlyArray<Vouch>): ReadonlyArray<Vouch> =>
  [...vouches].sort((a, b) => a.time - b.time || a.position - b.position);

/** When the source was silent, given its vouches in folding order. */
const silencesOf = (vouches: ReadonlyArray<Vouch>): ReadonlyArray<Silence> => {
  const silences: Silence[] = [];
  let promised: { readonly every: number; readonly position: number } | undefined;
  for (const [index, vouch] of vouches.entries()) {
    if (vouch.every !== undefined) promised = { every: vouch.every, position: vouch.position };
    if (promised === undefined) continue;
    const next = vouches[index + 1];
    const from = deadlineOf(vouch, promised.every);
    const to = next?.time ?? never;
    if (from >= to) continue;
    const events = [promised.position, vouch.position, ...(next === undefined ? [] : [next.position])];
    silences.push({ from, to, every: promised.every, events: [...new Set(events)].sort((a, b) => a - b) });
  }
  return silences;
};

/** The vouches of a source as they were known at a position, in folding order. */
const knownAt = ({ vouches }: VouchesOfSource, position: number): ReadonlyArray<Vouch> =>
  inFoldingOrder(vouches.flatMap((known) => known.findLast(({ from }) => from <= position)?.vouch ?? []));

/**
 * Since when each of some silences is known: the earliest position from which on every answer has a silence that
 * overlaps it (R18). The silences are computed once for each position, from the last one back, as far as needed.
 */
const knownSinceOf = (
  of: VouchesOfSource,
  policy: PolicyAsKnown,
  version: number,
  silences: ReadonlyArray<Interval>,
  goOn: GoOn,
): ReadonlyArray<number> => {
  const changes = [...of.vouches.flatMap((known) => known.map(({ from }) => from)), ...policy.positions];
  const positions = [...new Set(changes)].sort((a, b) => b - a);
  const since = silences.map(() => positions[0]!);
  let open = [...silences.keys()];
  for (const position of positions) {
    if (open.length === 0) break;
    goOn(of.vouches.length + open.length);
    const inForce = policy.inForce(version, position);
    const silent = intersect(cover(silencesOf(knownAt(of, position))), inForce);
    open = open.filter((index) => {
      const { from, to } = silences[index]!;
      const next = silent[firstEndingAfter(silent, from)];
      if (next === undefined || next.from >= to) return false;
      since[index] = position;
      return true;
    });
  }
  return since;
};

/**
 * The same for a source that vouched in the order of time and corrected nothing, while nothing was said of the policy: as
 * nearly every source does. As known after each vouch, the source was silent from its deadline on.
 */
const knownSinceInOrder = (vouches: ReadonlyArray<Vouch>, silence: Interval): number => {
  const deadlines: (Instant | undefined)[] = [];
  let every: number | undefined;
  for (const vouch of vouches) {
    every = vouch.every ?? every;
    deadlines.push(every === undefined ? undefined : deadlineOf(vouch, every));
  }
  let first = deadlines.lastIndexOf(silence.from);
  while (first > 0 && (deadlines[first - 1] ?? never) < silence.to) first--;
  return vouches[Math.max(0, first)]!.position;
};

const isInOrder = (of: VouchesOfSource, vouches: ReadonlyArray<Vouch>): boolean =>
  of.vouches.every((known) => known.length === 1) &&
  vouches.every((vouch, index) => index === 0 || vouches[index - 1]!.position < vouch.position);

/**
 * The findings of the built-in policy about sources that fell silent.
 *
 * @param versions of all policies; only versions of that one that are not Cedar's are looked at.
 * @param position the last one that is known.
 * @param goOn receives the work that is done; throws where that is too much.
 */
export const silenceFindings = (
  versions: ReadonlyArray<PolicyVersion>,
  sources: Iterable<VouchesOfSource>,
  policy: PolicyAsKnown,
  position: number,
  goOn: GoOn,
): ReadonlyArray<Finding> => {
  const judging = versions.filter((version) => version.policy === silentSource && version.cedar === null);
  const findings: Finding[] = [];
  for (const of of judging.length === 0 ? [] : sources) {
    goOn(of.vouches.length);
    const vouches = knownAt(of, position);
    const silences = silencesOf(vouches);
    const isPlain = policy.positions.length === 0 && isInOrder(of, vouches);
    for (const { version, inForce } of judging) {
      const found = silences.flatMap(({ every, events, ...silence }) =>
        intersect([silence], cover(inForce)).map((interval) => ({ ...interval, every, events })),
      );
      const since = isPlain ? undefined : knownSinceOf(of, policy, version, found, goOn);
      for (const [index, { from, to, every, events }] of found.entries()) {
        findings.push({
          policy: silentSource,
          version,
          rule: 'silent-source',
          verdict: 'violated',
          action: 'store',
          holding: { dataset: null, site: null, kind: null, backup: null, population: null },
          population: null,
          party: null,
          source: of.source,
          path: [],
          from,
          to,
          counts: StepFunction.of([]),
          reason: `said that it vouches at least every ${daysOf(every)}, and did not`,
          limits: null,
          events,
          knownSince: since?.[index] ?? knownSinceInOrder(vouches, { from, to }),
        });
      }
    }
  }
  return findings;
};

const daysOf = (days: number): string => (days === 1 ? 'day' : `${days} days`);
