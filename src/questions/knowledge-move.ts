/** What to count again between two known positions. */
import { isPopulation } from '../domain/events/scope.ts';
import { type FoldingPlace, foldingOrder } from '../domain/recording/folding-order.ts';
import type { Knowledge } from '../domain/recording/recorded-event.ts';
import { type Affected, affectedBetween } from './affected.ts';
import { mayBeAbout } from './events-of-datasets.ts';
import { takenFrom } from './every-individual.ts';
import { type HistoryOfSome, historyOfSome, historyOfSomeData } from './history-of-some.ts';
import {
  apartIn,
  type IndividualsApart,
  subjectsApart,
  subjectsChangedBetween,
} from './individuals-apart.ts';
import type { KeptIndividuals } from './kept-individuals.ts';
import { reachIndexOf } from './reach.ts';
import { View } from './view.ts';

/** An unfinished step from one moment of knowledge to another. */
export interface KnowledgeMove {
  readonly from: Knowledge;
  readonly to: Knowledge;
  readonly apartBefore: IndividualsApart;
  /** Individuals still counted as known before, or not yet counted. */
  readonly remaining: string[];
  /** Individuals whose data of these datasets is still counted as known before; their other data is the same. */
  readonly remainingOf: { readonly subjects: string[]; readonly datasets: ReadonlySet<string> };
}

/** A copy that can be finished independently. */
export const copyOfMove = (move: KnowledgeMove): KnowledgeMove => ({
  ...move,
  remaining: [...move.remaining],
  remainingOf: { ...move.remainingOf, subjects: [...move.remainingOf.subjects] },
});

/** The individuals and populations that a step affects. */
export interface Touched {
  readonly affected: Affected;
  readonly apart: IndividualsApart;
  /** The individuals to count again. */
  readonly subjects: string[];
  /** Those of whom only the data of some datasets is to be counted again, and these datasets. */
  readonly partly: KnowledgeMove['remainingOf'];
  /** The populations whose cohorts to rebuild. */
  readonly populations: ReadonlyArray<string>;
}

/**
 * What is affected by the events that only one of two views knows.
 *
 * @param individuals the individuals as `from` knows them; `apart` according to the grants that it knows.
 */
export const touchedBetween = (
  from: View,
  to: View,
  individuals: KeptIndividuals,
  apartBefore: IndividualsApart,
): Touched => {
  const [earlier, later] = from.known.position < to.known.position ? [from, to] : [to, from];
  const affected = affectedBetween(earlier, later, () => [
    ...individuals.names(),
    ...subjectsApart(apartBefore),
  ]);
  const apart = affected.reach ? apartIn(reachIndexOf(to)) : apartBefore;
  const subjects = new Set([...affected.subjects, ...affected.accessed, ...to.simulatedSubjects()]);
  const populations = new Set(affected.populations);
  const datasets = new Set(affected.ofPopulations);
  for (const { scope, dataset } of takenBackups(affected.backups, [from, to])) {
    datasets.add(dataset);
    if (isPopulation(scope)) populations.add(scope.population);
    else subjects.add(scope.subject);
  }
  for (const subject of subjectsChangedBetween(apartBefore, apart)) subjects.add(subject);
  const isNamed = (subject: string): boolean =>
    affected.accessed.has(subject) || to.isSimulated() || to.index.isIndividual(subject);
  const fresh = new Set(subjectsApart(apart));
  // An event scoped to a population concerns one dataset in each of its versions, so other data of its people stays as it
  // is.
  const partly = new Set<string>();
  for (const population of populations)
    for (const subject of individuals.in(population)) if (!subjects.has(subject)) partly.add(subject);
  return {
    affected,
    apart,
    subjects: [...subjects].filter(
      (subject) => individuals.has(subject) || fresh.has(subject) || isNamed(subject),
    ),
    partly: { subjects: [...partly], datasets },
    populations: [...populations, ...affected.enrolledIn, ...affected.accessedPopulations],
  };
};

/** Where individuals are counted. */
export interface Counting {
  has(subject: string): boolean;
  /** Counts people as they are in place of what they were, reading nothing. */
  replace(was: HistoryOfSome, is: HistoryOfSome): void;
  /** The same for people who are in the same populations as before. */
  replaceData(was: HistoryOfSome, is: HistoryOfSome): void;
}

/** Counts everybody again whom the step leaves. It can end between two parts of them, and be continued. */
export const countAgain = (
  view: View,
  { from, remaining, remainingOf: { subjects, datasets } }: KnowledgeMove,
  counting: Counting,
): void => {
  const total = remaining.length + subjects.length;
  const before = new View(view.index, from, [], view.work);
  const upTo = Math.max(from.position, view.recordedUpTo);
  const readAhead = (some: ReadonlyArray<string>, isWanted?: (position: number) => boolean): void =>
    view.index.readAhead(some, upTo, () => view.work.goOn(), isWanted);
  const tell = (): void => view.work.tell(total - remaining.length - subjects.length, total);
  for (const some of takenFrom(remaining, view.work)) {
    tell();
    readAhead(some);
    const counted = some.filter((subject) => counting.has(subject));
    counting.replace(historyOfSome(before.aboutSome(), counted), historyOfSome(view.aboutSome(), some));
  }
  if (subjects.length === 0) return;
  const mayConcern = mayBeAbout(before.known.position > view.known.position ? before : view, datasets);
  for (const some of takenFrom(subjects, view.work)) {
    tell();
    readAhead(some, mayConcern);
    counting.replaceData(
      historyOfSomeData(before.aboutSome(mayConcern), some, datasets),
      historyOfSomeData(view.aboutSome(mayConcern), some, datasets),
    );
  }
};

/** The scopes and datasets whose data the backups contain. */
const takenBackups = (backups: Iterable<string>, views: ReadonlyArray<View>) =>
  [...backups].flatMap((backup) =>
    views.flatMap((view) => view.factsOf('backup', backup, 'BackupTaken').map(({ data }) => data)),
  );

/** The populations in which the enrolments of some people changed. */
export const enrolledOtherwise = (was: HistoryOfSome, is: HistoryOfSome): ReadonlyArray<string> =>
  [...was.enrolments.keys(), ...is.enrolments.keys()].filter(
    (population) => !samePlaces(was.enrolments.get(population), is.enrolments.get(population)),
  );

const samePlaces = (a: ReadonlyArray<FoldingPlace> = [], b: ReadonlyArray<FoldingPlace> = []): boolean =>
  a.length === b.length && a.every((place, index) => foldingOrder(place, b[index]!) === 0);
