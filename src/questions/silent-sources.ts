/** Findings about silent sources (R22), from their vouches as these became known. */
import { silentSource } from '../domain/policy/built-in.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { type PolicyVersion, policiesOf } from '../domain/policy/policy-versions.ts';
import { silenceFindings, type VouchAsKnown, type VouchesOfSource } from '../domain/policy/source-silence.ts';
import { factOf, isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/** The versions of one vouch, each from the position at which it became known. */
const asKnown = (view: View, recorded: RecordedEvent): VouchAsKnown => {
  const corrections = view.correctionsOf(recorded);
  const positions = [recorded, ...corrections].map(({ position }) => Math.max(position, recorded.position));
  return [...new Set(positions)]
    .sort((a, b) => a - b)
    .map((from) => {
      const fact = factOf(recorded, corrections, { ...view.known, position: from });
      const vouch =
        fact !== undefined && isFact(fact, 'SourceVouched')
          ? { position: fact.position, time: fact.time, every: fact.data.every }
          : undefined;
      return { from, vouch };
    });
};

const vouchesBySource = (view: View): ReadonlyArray<VouchesOfSource> => {
  const bySource = new Map<string, VouchAsKnown[]>();
  for (const position of view.positions('vouches', 'all')) {
    view.work.goOn(stepsOfFact);
    const recorded = view.recorded(position);
    if (recorded?.event.type !== 'SourceVouched') continue;
    const { source } = recorded.event;
    const vouches = bySource.get(source) ?? [];
    bySource.set(source, vouches);
    vouches.push(asKnown(view, recorded));
  }
  return [...bySource].map(([source, vouches]) => ({ source, vouches }));
};

/** The findings of some policy versions about silent sources. */
export const findingsAboutSilence = (
  view: View,
  versions: ReadonlyArray<PolicyVersion>,
): ReadonlyArray<Finding> => {
  if (!versions.some(({ policy }) => policy === silentSource)) return [];
  const positions = view.positions('policy', silentSource).filter((position) => view.recorded(position));
  const versionsAt = new Map<number, ReadonlyArray<PolicyVersion>>();
  const versionsKnownAt = (position: number): ReadonlyArray<PolicyVersion> => {
    const changed = positions.findLast((each) => each <= position) ?? 0;
    let known = versionsAt.get(changed);
    if (known === undefined) {
      const facts = view.as({ ...view.known, position: changed }).facts('policy', silentSource);
      known = policiesOf(facts).versions.filter(({ policy }) => policy === silentSource);
      versionsAt.set(changed, known);
    }
    return known;
  };
  const policy = {
    positions,
    inForce: (version: number, position: number) =>
      versionsKnownAt(position).find((each) => each.version === version)?.inForce ?? [],
  };
  return silenceFindings(versions, vouchesBySource(view), policy, view.known.position, (steps) =>
    view.work.goOn(steps),
  );
};
