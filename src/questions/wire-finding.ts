/** A finding as it goes over the wire (R19). */
import type { FindingRow } from '../contract/rows/policy.ts';
import { type Finding, findingId, subjectsAt } from '../domain/policy/finding.ts';
import { formatBound, formatInstant, type Instant } from '../domain/time/instant.ts';
import { knownSinceOf } from './known-since.ts';
import { wireEdges } from './reach.ts';
import type { View } from './view.ts';

/** Counts of subjects over time that one finding shows: the latest. */
const shownCountsMax = 500;

/** The finding, with `subjects` at the instant of the question, or at the nearer end of the finding. */
export const wireFinding = (view: View, finding: Finding, at: Instant): FindingRow => ({
  ...withoutKnownSince(finding, at),
  knownSince: knownSince(view, knownSinceOf(view, finding)),
});

/** The finding without the time since when it is known. */
export const withoutKnownSince = (finding: Finding, at: Instant): Omit<FindingRow, 'knownSince'> => ({
  finding: findingId(finding),
  policy: finding.policy,
  version: finding.version,
  rule: finding.rule,
  verdict: finding.verdict,
  action: finding.action,
  holding: { ...finding.holding },
  population: finding.population,
  party: finding.party,
  ...(finding.source === undefined ? {} : { source: finding.source }),
  path: wireEdges(finding.path),
  from: formatBound(finding.from),
  to: formatBound(finding.to),
  subjects: subjectsAt(finding, at),
  counts: finding.counts.latest(shownCountsMax).map(({ from, to, value }) => ({
    from: formatBound(from),
    to: formatBound(to),
    subjects: value,
  })),
  countsLeftOut: Math.max(0, finding.counts.length - shownCountsMax),
  reason: finding.reason,
  limits: finding.limits,
  events: finding.events.map(String),
});

/** The approximate size of a finding, in bytes of JSON. */
export const bytesOfFinding = ({ path, counts, events, limits }: Finding): number =>
  600 +
  3 * (limits?.length ?? 0) +
  160 * path.length +
  100 * Math.min(counts.length, shownCountsMax) +
  12 * events.length;

const knownSince = (view: View, position: number | null): string | null => {
  const recordedAt = position === null ? undefined : view.index.recordedAtOf(position);
  return recordedAt === undefined ? null : formatInstant(recordedAt);
};
