/**
 * All people one by one, with what is known of each one's data.
 *
 * Individuals are followed by their own events. Everybody else has only one enrolment: such a person has the
 * history of the first person of the cohort from their own enrolment on (see `../enrolment-cohorts.ts`). So a row
 * costs one event, however many events the population has.
 *
 * The order is that of the recorded enrolments: by population as given, then by position. People without an
 * enrolment in one of the populations come last, by pseudonym. So a page can begin anywhere, and the same clocks
 * give the same order, whatever is recorded later.
 */
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import type { Fact } from '../../domain/recording/facts.ts';
import { type FoldingPlace, foldingOrder } from '../../domain/recording/folding-order.ts';
import type { Residency } from '../../domain/residency/residency.ts';
import { firstNotBefore } from '../../domain/time/binary-search.ts';
import { beginning, type Instant } from '../../domain/time/instant.ts';
import { cohortsOverTime } from '../enrolment-cohorts.ts';
import { ResidencyFacts } from '../residency-facts.ts';
import { withCohorts } from '../residency-of-many.ts';
import { enrolmentsOf } from '../subject-enrolments.ts';
import type { View } from '../view.ts';
import { stepsOfFact } from '../work.ts';

/** One person, and where its data was. */
export interface Followed {
  readonly subject: string;
  /** Where data was. The person's data is under the name `as`, and nothing before `since` belongs to the person. */
  readonly residency: Residency;
  readonly as: string;
  readonly since: Instant;
  /** Whether everybody followed under this name has the same history, apart from `since`. */
  readonly isOfCohort: boolean;
}

/** Where a list of people continues: after this person. */
export type Place =
  | { readonly population: string; readonly position: number; readonly index: number }
  | { readonly subject: string };

/** A person, and the place in the list. */
export interface Placed {
  readonly person: Followed;
  readonly place: Place;
}

/** People whose events are read at a time; their memory is freed in between. */
const peopleAtOnceMax = 500;

/** The cohorts of a population in folding order, and where its enrolments are. */
interface Cohorts {
  readonly residency: Residency;
  readonly first: ReadonlyArray<FoldingPlace & { readonly name: string }>;
  /** The positions of the enrolments, in log order, without repetition. */
  readonly positions: Float64Array;
}

interface Candidate {
  readonly subject: string;
  readonly place: Place;
  /** The place of the enrolment; absent for people who were not enrolled. */
  readonly enrolled?: FoldingPlace & { readonly population: string };
}

/** Everybody who was ever enrolled in some populations and, on request, other people. */
export class Everybody {
  private readonly populations: ReadonlyArray<string>;
  private readonly withOthers: boolean;
  private readonly named: ReadonlySet<string>;
  private readonly cohorts = new Map<string, Cohorts>();
  private others: ReadonlyArray<string> | undefined;

  /**
   * @param populations in the order in which to list their people.
   * @param withOthers whether to list people who were never enrolled in one of them, too.
   * @param named people named in grants or accesses: each is followed individually.
   */
  constructor(populations: ReadonlyArray<string>, withOthers: boolean, named: ReadonlySet<string>) {
    this.populations = populations;
    this.withOthers = withOthers;
    this.named = named;
  }

  /**
   * Everybody after a place, in order.
   *
   * @param view always with the same knowledge.
   */
  *after(view: View, place: Place | undefined): Generator<Placed> {
    let some: Candidate[] = [];
    for (const candidate of this.candidates(view, place)) {
      if (some.push(candidate) < peopleAtOnceMax) continue;
      yield* this.followed(view, some);
      some = [];
    }
    yield* this.followed(view, some);
  }

  private *candidates(view: View, after: Place | undefined): Generator<Candidate> {
    const isAmongOthers = after !== undefined && 'subject' in after;
    if (!isAmongOthers) {
      const start = after === undefined ? 0 : this.populations.indexOf(after.population);
      for (const population of this.populations.slice(Math.max(0, start)))
        yield* this.enrolledIn(view, population, after?.population === population ? after : undefined);
    }
    if (!this.withOthers) return;
    const others = this.othersOf(view);
    const first = isAmongOthers
      ? firstNotBefore(others.length, (index) => codeUnitOrder(others[index]!, after.subject) <= 0)
      : 0;
    for (let index = first; index < others.length; index++)
      yield { subject: others[index]!, place: { subject: others[index]! } };
  }

  private *enrolledIn(
    view: View,
    population: string,
    after: { readonly position: number; readonly index: number } | undefined,
  ): Generator<Candidate> {
    const { positions } = this.cohortsOf(view, population);
    const start =
      after === undefined
        ? 0
        : firstNotBefore(positions.length, (index) => positions[index]! < after.position);
    for (let at = start; at < positions.length; at++) {
      const position = positions[at]!;
      view.work.goOn(stepsOfFact);
      const event = view.recorded(position)?.event;
      if (event?.type !== 'SubjectEnrolled' && event?.type !== 'SubjectsEnrolled') continue;
      if (event.data.population !== population) continue;
      let index = -1;
      for (const subject of subjectsOf(event)) {
        index++;
        if (after?.position === position && index <= after.index) continue;
        const place = { population, position, index };
        yield { subject, place, enrolled: { population, position, time: event.time } };
      }
    }
  }

  /** Follows the candidates that belong at their places. */
  private *followed(view: View, candidates: ReadonlyArray<Candidate>): Generator<Placed> {
    const alone = candidates.filter(({ subject }) => this.isAlone(view, subject));
    const apart = view.as(view.known);
    const facts = new ResidencyFacts(apart);
    for (const { subject } of alone) facts.addSubject(subject);
    const residency = alone.length === 0 ? undefined : facts.fold();
    for (const { subject, place, enrolled } of candidates) {
      if (this.isAlone(view, subject)) {
        // A person who was enrolled more than once is listed only at the first place.
        if (!this.isFirst(apart, subject, place)) continue;
        const person = { subject, residency: residency!, as: subject, since: beginning, isOfCohort: false };
        yield { place, person };
      } else if (enrolled !== undefined) {
        const cohorts = this.cohortsOf(view, enrolled.population);
        const { name } =
          cohorts.first[
            firstNotBefore(
              cohorts.first.length,
              (index) => foldingOrder(cohorts.first[index]!, enrolled) <= 0,
            ) - 1
          ]!;
        const { residency } = cohorts;
        yield { place, person: { subject, residency, as: name, since: enrolled.time, isOfCohort: true } };
      }
    }
  }

  private isAlone(view: View, subject: string): boolean {
    return this.named.has(subject) || view.index.isIndividual(subject);
  }

  /** Whether this is the first place at which a list reaches the subject. */
  private isFirst(view: View, subject: string, place: Place): boolean {
    const enrolments = enrolmentsOf(view, [subject]);
    const population = this.populations.find((each) => enrolments.has(each));
    if (population === undefined) return 'subject' in place;
    const first = Math.min(...enrolments.get(population)!.map(({ position }) => position));
    return 'population' in place && place.population === population && place.position === first;
  }

  private cohortsOf(view: View, population: string): Cohorts {
    const known = this.cohorts.get(population);
    if (known !== undefined) return known;
    const { index, recordedUpTo } = view;
    const facts = new ResidencyFacts(view.as(view.known)).addPopulation(population);
    const first: (FoldingPlace & { readonly name: string })[] = [];
    const { residency } = withCohorts(facts, (_, divisions: ReadonlyArray<Fact>) => {
      const list = index.enrolmentsIn(population, recordedUpTo);
      return list === undefined ? [] : cohortsOverTime(list.enrolments(), divisions);
    });
    for (const [name, pieces] of residency.memberships)
      first.push({ name, time: pieces[0]!.from, position: pieces[0]!.value.event });
    // A set has no room for as many positions as a large ledger has.
    const positions = Float64Array.from(index.enrolmentPositions(population, 0, recordedUpTo)).sort();
    const made = {
      residency,
      first: first.sort(foldingOrder),
      positions: withoutRepetition(positions),
    };
    this.cohorts.set(population, made);
    return made;
  }

  private othersOf(view: View): ReadonlyArray<string> {
    if (this.others !== undefined) return this.others;
    const { index } = view;
    const all = new Set<string>(this.named);
    for (const subject of index.movedIndividuals().subjects) all.add(subject);
    for (const population of this.populations)
      for (const subject of index.individualsOf(population).subjects) all.add(subject);
    this.others = [...all].sort(codeUnitOrder);
    return this.others;
  }
}

/** The distinct numbers among sorted ones. Overwrites its argument. */
const withoutRepetition = (sorted: Float64Array): Float64Array => {
  let kept = 0;
  for (const number of sorted) if (kept === 0 || number !== sorted[kept - 1]) sorted[kept++] = number;
  return sorted.subarray(0, kept);
};
