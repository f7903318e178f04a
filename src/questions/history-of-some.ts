/**
 * What is known of some individuals: where their data was, the populations that count them, and accesses to their
 * data.
 */
import { isPopulation } from '../domain/events/scope.ts';
import type { DataClass } from '../domain/reach/data-class.ts';
import { dataPresencesOf } from '../domain/reach/data-presence.ts';
import type { Grants, GrantTerm } from '../domain/reach/grants.ts';
import { type FactOf, isFact } from '../domain/recording/facts.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { SubjectPresence } from '../domain/residency/presences.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { beginning, never } from '../domain/time/instant.ts';
import { valueAt } from '../domain/time/varying.ts';
import { inParts } from './every-individual.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { enrolmentsOf } from './subject-enrolments.ts';
import type { View } from './view.ts';

/** An access, with the data that it may have been to. */
export interface KeptAccess {
  readonly access: FactOf<'AccessObserved'>;
  /**
   * The classes of that data, of anybody, as if there were grants over everything; `ExplainedAccesses` reduces them to
   * the grants that exist.
   */
  readonly data: ReadonlyArray<DataClass>;
  /** The population of the subject; for an access to the data of a population, that population. */
  readonly population: string | null;
}

export interface HistoryOfSome {
  readonly residency: Residency;
  /** By population: the places of their enrolments, as recorded. */
  readonly enrolments: ReadonlyMap<string, ReadonlyArray<FoldingPlace>>;
  /** By subject: the populations it was ever in, whose events concern it. */
  readonly populations: ReadonlyMap<string, ReadonlyArray<string>>;
  readonly accesses: ReadonlyArray<KeptAccess>;
}

const anyTerm: GrantTerm = {
  grant: '',
  party: '',
  over: { population: '' },
  from: beginning,
  to: never,
  opened: [],
  closed: [],
};
const grantsOverEverything: Grants = { termsOver: () => [anyTerm] };

/**
 * What the view knows of the data of some datasets of the subjects. Enrolments and populations are left empty: they do
 * not depend on the dataset, and are not counted again.
 */
export const historyOfSomeData = (
  view: View,
  subjects: ReadonlyArray<string>,
  datasets: ReadonlySet<string>,
): HistoryOfSome => {
  const facts = new ResidencyFacts(view, datasets);
  for (const subject of subjects) facts.addSubject(subject);
  const residency = facts.fold();
  const isOf = ({ holding }: Pick<SubjectPresence, 'holding'>): boolean => datasets.has(holding.dataset);
  return {
    residency: {
      ...residency,
      presences: residency.presences.filter(isOf),
      holdings: residency.holdings.filter(isOf),
    },
    enrolments: new Map(),
    populations: new Map(),
    accesses: subjects.flatMap((subject) => accessesOf(view, residency, subject, datasets)),
  };
};

/** What the view knows of the subjects. */
export const historyOfSome = (view: View, subjects: ReadonlyArray<string>): HistoryOfSome => {
  const facts = new ResidencyFacts(view);
  for (const subject of subjects) facts.addSubject(subject);
  const residency = facts.fold();
  return {
    residency,
    enrolments: enrolmentsOf(view, subjects),
    populations: new Map(subjects.map((subject) => [subject, populationsOf(view, subject)])),
    accesses: subjects.flatMap((subject) => accessesOf(view, residency, subject)),
  };
};

const populationsOf = (view: View, subject: string): ReadonlyArray<string> => {
  const populations = new Set<string>();
  for (const fact of view.factsAbout(subject)) {
    if (isFact(fact, 'SubjectEnrolled') && fact.data.subject === subject)
      populations.add(fact.data.population);
    else if (isFact(fact, 'SubjectsEnrolled') && fact.data.subjects.includes(subject))
      populations.add(fact.data.population);
  }
  return [...populations];
};

const accessesOf = (
  view: View,
  residency: Residency,
  subject: string,
  datasets?: ReadonlySet<string>,
): ReadonlyArray<KeptAccess> => {
  const accesses: FactOf<'AccessObserved'>[] = [];
  for (const fact of view.factsAbout(subject)) {
    if (!isFact(fact, 'AccessObserved')) continue;
    const { scope, dataset } = fact.data;
    const isOfSubject = !isPopulation(scope) && scope.subject === subject;
    if (isOfSubject && (datasets === undefined || datasets.has(dataset))) accesses.push(fact);
  }
  if (accesses.length === 0) return [];
  const accessed = new Set(accesses.map(({ data }) => data.dataset));
  const ofAccessed = residency.presencesOf(subject).filter(({ holding }) => accessed.has(holding.dataset));
  const presences = dataPresencesOf(
    grantsOverEverything,
    { ...residency, presencesOf: () => ofAccessed },
    subject,
  );
  const memberships = residency.memberships.get(subject) ?? [];
  return accesses.map((access) => {
    const { time, data } = access;
    return {
      access,
      data: presences
        .filter(({ row }) => row.dataset === data.dataset && (data.site ?? row.site) === row.site)
        .flatMap(({ classes }) => {
          const value = valueAt(classes, time);
          return value === undefined ? [] : { ...value, subject: null };
        }),
      population: valueAt(memberships, time)?.population ?? null,
    };
  });
};

/** Where the data of individuals was, in parts. */
export function* presencesInParts(
  view: View,
  subjects: ReadonlyArray<string>,
): Iterable<ReadonlyArray<SubjectPresence>> {
  let done = 0;
  for (const some of inParts(subjects, view.work)) {
    yield historyOfSome(view.aboutSome(), some).residency.presences;
    view.work.tell(done, subjects.length);
    done += some.length;
  }
}
