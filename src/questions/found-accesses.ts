/** The unexplained accesses of the whole history (R16), kept with it: an access is looked at again when its data changes. */
import { isPopulation } from '../domain/events/scope.ts';
import { accessFindings, type CountedAccess } from '../domain/policy/access-findings.ts';
import { unexplainedAccess } from '../domain/policy/built-in.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { type DataClass, overKey } from '../domain/reach/data-class.ts';
import { isGrantedOver } from '../domain/reach/data-presence.ts';
import type { Reach } from '../domain/reach/reach.ts';
import { unexplained } from '../domain/reach/unexplained-access.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import type { KeptAccess } from './history-of-some.ts';
import { versionKey } from './policies.ts';
import { reachIndexOf } from './reach.ts';
import type { View } from './view.ts';

/** The accesses of a history, and who was in the data that they were to. */
export interface HistoryOfAccesses {
  /** Every access to the data of single subjects and of populations. */
  accesses(): Iterable<KeptAccess>;
  /** Whether a population's holding, or a backup of it, contained anybody at an instant. */
  isOfAnybody(data: DataClass, population: string, at: Instant): boolean;
  /** How many people of a population were in any of its holdings of that data at an instant. */
  peopleIn(view: View, access: KeptAccess): number;
}

/** The findings that are gone since the list was made, and those that are new. */
export interface ChangedFindings {
  readonly gone: Set<Finding>;
  readonly added: Finding[];
}

/** The class of the data under the given grants. */
const classAsGranted = ({ grants }: Pick<Reach, 'grants'>, data: DataClass): DataClass => {
  const { dataset, populations, subject } = data;
  return {
    ...data,
    populations: populations.filter((population) => isGrantedOver(grants, dataset, population)),
    subject:
      subject !== null && grants.termsOver(overKey({ dataset, scope: { subject } })).length > 0
        ? subject
        : null,
  };
};

/** Whether a known path explains the access. */
const isExplained = (
  reach: Reach,
  history: HistoryOfAccesses,
  { access: { data: by, time }, data }: KeptAccess,
): boolean =>
  data.some(
    (each) =>
      reach.labels(classAsGranted(reach, each)).reaches(by.party, time) &&
      (!isPopulation(by.scope) || history.isOfAnybody(each, by.scope.population, time)),
  );

const counted = ({ access, population }: KeptAccess, subjects: number): CountedAccess => ({
  access: unexplained(access),
  population,
  subjects,
});

/** The unexplained accesses, in no order. */
export const accessesIn = (view: View, history: HistoryOfAccesses): ReadonlyArray<CountedAccess> => {
  const reach = reachIndexOf(view);
  const found: CountedAccess[] = [];
  for (const kept of history.accesses()) {
    view.work.goOn();
    if (!isExplained(reach, history, kept)) found.push(counted(kept, history.peopleIn(view, kept)));
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
    const now: FoundAccess[] = [];
    let known = 0;
    for (const kept of history.accesses()) {
      view.work.goOn();
      const before = this.byPosition.get(kept.access.position);
      if (before !== undefined) known++;
      // How many people were in a population's holdings may change with each of them.
      const isSame = before?.kept === kept && isSameReach && !isPopulation(kept.access.data.scope);
      if (isSame && key === this.versions) continue;
      const isFound = isSame ? before.subjects !== undefined : !isExplained(reach, history, kept);
      const subjects = isFound ? history.peopleIn(view, kept) : undefined;
      if (before?.kept === kept && before.subjects === subjects && key === this.versions) continue;
      const findings = subjects === undefined ? [] : accessFindings(judging, [counted(kept, subjects)]);
      now.push({ kept, subjects, findings });
      for (const finding of before?.findings ?? []) gone.add(finding);
      added.push(...findings);
    }
    const missing = known < this.byPosition.size ? this.missingIn(history) : [];
    for (const position of missing)
      for (const finding of this.byPosition.get(position)!.findings) gone.add(finding);
    return () => {
      for (const position of missing) this.byPosition.delete(position);
      for (const each of now) this.byPosition.set(each.kept.access.position, each);
      this.reachedBy = reach;
      this.versions = key;
    };
  }

  private missingIn(history: HistoryOfAccesses): ReadonlyArray<number> {
    const there = new Set<number>();
    for (const { access } of history.accesses()) there.add(access.position);
    return [...this.byPosition.keys()].filter((position) => !there.has(position));
  }

  copy(): FoundAccesses {
    const copy = new FoundAccesses();
    for (const [position, found] of this.byPosition) copy.byPosition.set(position, found);
    copy.reachedBy = this.reachedBy;
    copy.versions = this.versions;
    return copy;
  }
}
