/** Which accesses a known path explains (R16). Labels are looked up once for each class of data, not for each access. */
import { isPopulation } from '../domain/events/scope.ts';
import type { DataClass } from '../domain/reach/data-class.ts';
import { isGrantedOver } from '../domain/reach/data-presence.ts';
import type { Labels } from '../domain/reach/labels.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import type { KeptAccess } from './history-of-some.ts';

/** Who was in the holdings of populations. */
export interface HeldByAnybody {
  /** Whether a population's holding, or a backup of it, contained anybody at an instant. */
  isOfAnybody(data: DataClass, population: string, at: Instant): boolean;
}

/** Tells which accesses a path explains, for one question: reach stays as it is meanwhile. */
export class ExplainedAccesses {
  private readonly reach: ReachIndex;
  private readonly held: HeldByAnybody;
  private readonly labelsOf = new Map<DataClass, Labels>();
  private grantedSubjects: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(reach: ReachIndex, held: HeldByAnybody) {
    this.reach = reach;
    this.held = held;
  }

  /** Whether a known path explains the access. */
  has({ access: { data: by, time }, data }: KeptAccess): boolean {
    const { scope } = by;
    if (isPopulation(scope))
      return data.some(
        (each) =>
          this.labels(each).reaches(by.party, time) && this.held.isOfAnybody(each, scope.population, time),
      );
    const isGranted = this.granted().get(by.dataset)?.has(scope.subject) === true;
    return data.some((each) =>
      (isGranted ? this.make({ ...each, subject: scope.subject }) : this.labels(each)).reaches(
        by.party,
        time,
      ),
    );
  }

  /** By dataset: the subjects with a grant over their data alone. */
  private granted(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.grantedSubjects === undefined) {
      const granted = new Map<string, Set<string>>();
      for (const { dataset, subject } of this.reach.grants.ofSingleSubjects()) {
        const subjects = granted.get(dataset);
        if (subjects === undefined) granted.set(dataset, new Set([subject]));
        else subjects.add(subject);
      }
      this.grantedSubjects = granted;
    }
    return this.grantedSubjects;
  }

  private labels(data: DataClass): Labels {
    let labels = this.labelsOf.get(data);
    if (labels === undefined) {
      labels = this.make(data);
      this.labelsOf.set(data, labels);
    }
    return labels;
  }

  /** The labels of the class under the grants that exist. */
  private make(data: DataClass): Labels {
    const { grants } = this.reach;
    const populations = data.populations.filter((each) => isGrantedOver(grants, data.dataset, each));
    return this.reach.labels({ ...data, populations });
  }
}
