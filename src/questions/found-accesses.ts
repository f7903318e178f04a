/** The unexplained accesses of the whole history (R16), kept with it: an access is looked at again when its data changes. */
import { isPopulation } from '../domain/events/scope.ts';
import { accessFindings, type CountedAccess } from '../domain/policy/access-findings.ts';
import { unexplainedAccess } from '../domain/policy/built-in.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { unexplained } from '../domain/reach/unexplained-access.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { ExplainedAccesses, type HeldByAnybody } from './explained-accesses.ts';
import type { KeptAccess } from './history-of-some.ts';
import { versionKey } from './policies.ts';
import { reachIndexOf } from './reach.ts';
import type { View } from './view.ts';

/** The accesses of a history, and who was in the data that they were to. */
export interface HistoryOfAccesses extends HeldByAnybody {
  /** Every access to the data of single subjects. */
  accessesToPeople(): Iterable<KeptAccess>;
  /** Every access to the data of populations. */
  accessesToPopulations(): Iterable<KeptAccess>;
  /** The access to the data of a single subject at a position, if there is one. */
  accessAt(position: number): KeptAccess | undefined;
  /** The positions of the accesses to the data of single subjects that may have changed since `accessesListed`. */
  changedAccesses(): ReadonlySet<number>;
  /** All accesses are listed as they are. */
  accessesListed(): void;
  /** How many people of a population were in any of its holdings of that data at an instant. */
  peopleIn(view: View, access: KeptAccess): number;
}

/** The findings that are gone since the list was made, and those that are new. */
export interface ChangedFindings {
  readonly gone: Set<Finding>;
  readonly added: Finding[];
}

const counted = ({ access, population }: KeptAccess, subjects: number): CountedAccess => ({
  access: unexplained(access),
  population,
  subjects,
});

/** The unexplained accesses, in no order. */
export const accessesIn = (view: View, history: HistoryOfAccesses): ReadonlyArray<CountedAccess> => {
  const reach = reachIndexOf(view);
  const explained = new ExplainedAccesses(reach, history);
  const found: CountedAccess[] = [];
  for (const accesses of [history.accessesToPeople(), history.accessesToPopulations()])
    for (const kept of accesses) {
      view.work.goOn();
      if (!explained.has(kept)) found.push(counted(kept, history.peopleIn(view, kept)));
    }
  return found;
};

/** An access as it was last looked at. */
interface FoundAccess {
  readonly kept: KeptAccess;
  /** Of how many people it was; undefined if it is explained. */
  readonly subjects: number | undefined;
  readonly findings: ReadonlyArray<Finding>;
}

/** The findings about all accesses as they were last listed. */
export class FoundAccesses {
  private readonly byPosition = new Map<number, FoundAccess>();
  /** The positions of those to the data of populations. */
  private toPopulations: ReadonlySet<number> = new Set();
  private reachedBy: ReachIndex | undefined;
  private versions = '';

  /** Reach has changed. */
  forgetReach(): void {
    this.reachedBy = undefined;
  }

  /**
   * Tells which findings are gone and which are new.
   *
   * @returns a function to call once the new list is in place: it remembers this state as listed.
   */
  change(
    view: View,
    history: HistoryOfAccesses,
    versions: ReadonlyArray<PolicyVersion>,
    { gone, added }: ChangedFindings,
  ): () => void {
    const reach = reachIndexOf(view);
    const judging = versions.filter(({ policy }) => policy === unexplainedAccess);
    const key = judging.map(versionKey).join('\n');
    const isSameReach = this.reachedBy === reach;
    const explained = new ExplainedAccesses(reach, history);
    const now: FoundAccess[] = [];
    const look = (kept: KeptAccess): void => {
      view.work.goOn();
      const before = this.byPosition.get(kept.access.position);
      // How many people were in a population's holdings may change with each of them.
      const isSame = before?.kept === kept && isSameReach && !isPopulation(kept.access.data.scope);
      if (isSame && key === this.versions) return;
      const isFound = isSame ? before.subjects !== undefined : !explained.has(kept);
      const subjects = isFound ? history.peopleIn(view, kept) : undefined;
      if (before?.kept === kept && before.subjects === subjects && key === this.versions) return;
      const findings = subjects === undefined ? [] : accessFindings(judging, [counted(kept, subjects)]);
      now.push({ kept, subjects, findings });
      for (const finding of before?.findings ?? []) gone.add(finding);
      added.push(...findings);
    };
    const isAnyAffected = !isSameReach || key !== this.versions;
    const changed = history.changedAccesses();
    if (isAnyAffected) for (const kept of history.accessesToPeople()) look(kept);
    else
      for (const position of changed) {
        const kept = history.accessAt(position);
        if (kept !== undefined) look(kept);
      }
    const toPopulations = new Set<number>();
    for (const kept of history.accessesToPopulations()) {
      toPopulations.add(kept.access.position);
      look(kept);
    }
    const missing: number[] = [];
    for (const positions of [changed, this.toPopulations])
      for (const position of positions) {
        const isThere = toPopulations.has(position) || history.accessAt(position) !== undefined;
        if (isThere || !this.byPosition.has(position)) continue;
        missing.push(position);
        for (const finding of this.byPosition.get(position)!.findings) gone.add(finding);
      }
    return () => {
      for (const position of missing) this.byPosition.delete(position);
      for (const each of now) this.byPosition.set(each.kept.access.position, each);
      this.toPopulations = toPopulations;
      this.reachedBy = reach;
      this.versions = key;
      history.accessesListed();
    };
  }

  copy(): FoundAccesses {
    const copy = new FoundAccesses();
    for (const [position, found] of this.byPosition) copy.byPosition.set(position, found);
    copy.toPopulations = this.toPopulations;
    copy.reachedBy = this.reachedBy;
    copy.versions = this.versions;
    return copy;
  }
}
