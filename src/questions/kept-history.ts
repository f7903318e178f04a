/**
 * The whole history, kept up to date: all people with data by class (R17), and all accesses.
 *
 * Individuals are counted one by one, everybody else in cohorts. To move to more or less knowledge, the individuals
 * affected by the events in between are removed as they were known and added as they are known, and the cohorts of
 * affected populations are rebuilt. So the history equals that of a fresh process at every moment of knowledge, and
 * the cost of updating it depends on the events.
 *
 * It can be interrupted anywhere: every step is atomic, and the next question continues from there.
 */
import { isPopulation } from '../domain/events/scope.ts';
import type { ClassPeople } from '../domain/policy/class-people.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import type { DataClass } from '../domain/reach/data-class.ts';
import type { Knowledge } from '../domain/recording/recorded-event.ts';
import type { SharedHolding } from '../domain/residency/holding.ts';
import type { Instant } from '../domain/time/instant.ts';
import { everyIndividual, type GoneThrough, inParts } from './every-individual.ts';
import type { HistoryOfAccesses } from './found-accesses.ts';
import { type HistoryOfSome, historyOfSome, type KeptAccess, presencesInParts } from './history-of-some.ts';
import { apartIn, type IndividualsApart, isAmong } from './individuals-apart.ts';
import { type KeptClass, KeptClasses } from './kept-classes.ts';
import { KeptCohorts } from './kept-cohorts.ts';
import { KeptIndividuals } from './kept-individuals.ts';
import {
  copyOfMove,
  countAgain,
  enrolledOtherwise,
  type KnowledgeMove,
  touchedBetween,
} from './knowledge-move.ts';
import { ListedFindings } from './listed-findings.ts';
import { type PlainHistory, peopleFrom, plainClasses } from './plain-history.ts';
import { reachIndexOf } from './reach.ts';
import type { ResidencyOfMany } from './residency-of-many.ts';
import { addStale, copyOfStale, nothingStale, type Stale } from './stale-findings.ts';
import { View } from './view.ts';

/** A history of everybody at one moment of knowledge. It moves to other moments in steps. */
export class KeptHistory implements HistoryOfAccesses {
  private known: Knowledge;
  private byClass = new KeptClasses();
  private individuals = new KeptIndividuals();
  private cohorts = new KeptCohorts();
  private apart: IndividualsApart = new Set();
  private move: KnowledgeMove | undefined;
  /** Whether anybody is counted yet. */
  private isBegun = false;
  /** How far the count of everybody is; undefined once it is complete. */
  private countedUpTo: GoneThrough | undefined = { individuals: 0 };
  /** What became stale since the last `takeStale`. */
  private stale = nothingStale();
  /** The list of all findings. */
  private listed = new ListedFindings();

  constructor({ known }: Pick<View, 'known'>) {
    this.known = known;
  }

  /** The last position that it knows or is moving to. */
  get position(): number {
    return (this.move?.to ?? this.known).position;
  }

  /** Whether everybody is counted. */
  get isWhole(): boolean {
    return this.countedUpTo === undefined && this.move === undefined;
  }

  /**
   * Moves to what a view knows, which may be more or less.
   *
   * @throws Abandoned once nobody waits for the answer; the next call continues from there.
   */
  bring(view: View): void {
    try {
      this.count(view);
    } finally {
      view.index.forgetAhead();
    }
  }

  private count(view: View): void {
    const { index, work } = view;
    if (this.move !== undefined) this.finish(new View(index, this.move.to, [], work), this.move);
    if (!this.isBegun) this.beginFrom(view);
    else if (this.known.position !== view.known.position || view.isSimulated())
      this.finish(view, this.beginMove(view));
    if (this.countedUpTo !== undefined) this.countEverybody(view, this.countedUpTo);
    this.cohorts.bring(
      view,
      (population) => this.individuals.enrolledIn(population),
      (population, cohorts) =>
        this.byClass.people.setCohorts(population, { residency: cohorts.residency, cohorts }),
    );
    this.byClass.settle();
    work.tell(0, 0);
  }

  /** A copy that starts with this history and can move to what another view knows. */
  copy(): KeptHistory {
    this.byClass.settle();
    const copy = new KeptHistory({ known: this.known });
    copy.byClass = this.byClass.copy();
    copy.individuals = this.individuals.copy();
    copy.cohorts = this.cohorts.copy();
    copy.apart = this.apart;
    copy.move = this.move === undefined ? undefined : copyOfMove(this.move);
    copy.countedUpTo = this.countedUpTo === undefined ? undefined : { ...this.countedUpTo };
    copy.isBegun = this.isBegun;
    copy.stale = copyOfStale(this.stale);
    copy.listed = this.listed.copy();
    return copy;
  }

  /** The counts as plain data, once everybody is counted. */
  toPlain(): PlainHistory | undefined {
    if (!this.isWhole) return undefined;
    return {
      known: this.known,
      apart: this.apart,
      ...this.individuals.toPlain(),
      classes: plainClasses(this.byClass.people),
    };
  }

  /**
   * The history with the given plain data.
   *
   * @param view of the log from which it was counted; it may know more or less.
   */
  static from(plain: PlainHistory, view: View): KeptHistory {
    const history = new KeptHistory(plain);
    history.isBegun = true;
    history.countedUpTo = undefined;
    history.apart = plain.apart;
    history.individuals = KeptIndividuals.from(plain);
    history.byClass = new KeptClasses(peopleFrom(plain));
    // Cohorts are not stored: they are rebuilt from the enrolments in the index.
    for (const name of new View(view.index, plain.known).populations()) history.cohorts.touch(name);
    return history;
  }

  /** Every judged class with the findings about it. */
  keptClasses(): Iterable<KeptClass> {
    return this.byClass.all();
  }

  /** Every class with people. */
  classes(): Iterable<ClassPeople> {
    return this.byClass.people.all();
  }

  /** The holdings that policies judge, by class. An unchanged one is the same object as before. */
  judged(view: View): ReadonlyArray<readonly [KeptClass, JudgedHolding]> {
    return this.byClass.judged(reachIndexOf(view), view.work);
  }

  /**
   * All findings in the order of answers, as the view knows them.
   *
   * @param classes all of them, judged by these versions and no others.
   */
  list(
    view: View,
    classes: ReadonlyArray<KeptClass>,
    versions: ReadonlyArray<PolicyVersion>,
  ): ReadonlyArray<Finding> {
    return this.listed.bring(view, this, classes, this.byClass.dropped, versions);
  }

  /** What may be judged differently since the last call. */
  takeStale(): Stale {
    const { stale } = this;
    this.stale = nothingStale();
    return stale;
  }

  accessesToPeople(): Iterable<KeptAccess> {
    return this.individuals.accesses.all();
  }

  accessesToPopulations(): Iterable<KeptAccess> {
    return this.cohorts.accesses();
  }

  accessAt(position: number): KeptAccess | undefined {
    return this.individuals.accesses.at(position);
  }

  changedAccesses(): ReadonlySet<number> {
    return this.individuals.accesses.changed;
  }

  accessesListed(): void {
    this.individuals.accesses.listed();
  }

  /** Whether a population's holding, or a backup of it, contained anybody at an instant. */
  isOfAnybody({ dataset, site, backup }: DataClass, population: string, at: Instant): boolean {
    const kind = backup === null ? 'live' : 'backup';
    return this.heldAt({ dataset, site, kind, backup, population }, at) > 0;
  }

  /** How many people were in a holding at an instant. */
  heldAt(holding: SharedHolding, at: Instant): number {
    return this.byClass.people.countAt(holding, at);
  }

  /** The people of a population who are counted in cohorts. */
  cohortsIn(population: string): ResidencyOfMany | undefined {
    return this.cohorts.in(population);
  }

  /** The individuals, with the populations whose events concern each. */
  followed(): Iterable<readonly [subject: string, populations: ReadonlyArray<string>]> {
    return this.individuals.all();
  }

  /** How many people of a population were in any of its holdings of that data at an instant. */
  peopleIn(view: View, { access }: KeptAccess): number {
    const { scope, dataset, site = null } = access.data;
    if (!isPopulation(scope)) return 1;
    const holdings = { population: scope.population, dataset, site };
    const inCohorts = this.cohorts.peopleIn(holdings, access.time);
    if (inCohorts === undefined) return 0;
    return (
      inCohorts +
      this.individuals.unions
        .of(holdings, () => presencesInParts(view, [...this.individuals.in(holdings.population)]))
        .at(access.time)
    );
  }

  private beginFrom(view: View): void {
    this.known = view.known;
    this.apart = apartIn(reachIndexOf(view));
    for (const population of view.populations()) this.cohorts.touch(population);
    this.isBegun = true;
  }

  private countEverybody(view: View, upTo: GoneThrough): void {
    const isCounted = (position: number): boolean => this.accessAt(position) !== undefined;
    for (const subjects of everyIndividual(view, this.apart, upTo, isCounted)) {
      const fresh = [...new Set(subjects)].filter((subject) => !this.individuals.has(subject));
      for (const some of inParts(fresh, view.work)) {
        const is = historyOfSome(view.aboutSome(), some);
        this.add(is);
        for (const population of is.enrolments.keys()) this.cohorts.touch(population);
      }
    }
    this.countedUpTo = undefined;
  }

  private add(of: HistoryOfSome): void {
    this.byClass.people.add({ residency: of.residency, isApart: isAmong(this.apart) });
    this.individuals.add(of);
  }

  private beginMove(view: View): KnowledgeMove {
    const from = new View(view.index, this.known, [], view.work);
    const apartBefore = this.apart;
    const touched = touchedBetween(from, view, this.individuals, apartBefore);
    for (const population of touched.populations) this.cohorts.touch(population);
    addStale(this.stale, touched.affected);
    if (touched.affected.reach) {
      this.byClass.forgetReach();
      this.listed.forgetReach();
    }
    this.apart = touched.apart;
    const [remaining, remainingOf] = [touched.subjects, touched.partly];
    this.move = { from: this.known, to: view.known, apartBefore, remaining, remainingOf };
    return this.move;
  }

  private finish(view: View, move: KnowledgeMove): void {
    countAgain(view, move, {
      has: (subject) => this.individuals.has(subject),
      replace: (was, is) => {
        for (const population of enrolledOtherwise(was, is)) this.cohorts.touch(population);
        this.byClass.people.takeOut({ residency: was.residency, isApart: isAmong(move.apartBefore) });
        this.individuals.takeOut(was);
        this.add(is);
      },
      replaceData: (was, is) => {
        this.byClass.people.replace(
          { residency: was.residency, isApart: isAmong(move.apartBefore) },
          { residency: is.residency, isApart: isAmong(this.apart) },
        );
        this.individuals.takeOut(was);
        this.individuals.add(is);
      },
    });
    this.known = view.known;
    this.move = undefined;
  }
}
