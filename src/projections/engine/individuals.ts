/**
 * Individuals and cohorts: which subjects of a population must be followed one by one.
 *
 * A subject with a single enrolment, and no other event that could move its data, is in a cohort. It has the same
 * history as all who were enrolled between the same two events of their population, and is only counted. The others
 * are individuals. The set of individuals is built in memory from the runs. An individual stays one, so that the
 * answer holds for every moment of knowledge.
 */
import type { Topic } from '../topic-hash.ts';
import { isOfEnrolments, type ListKey, ownDataMoved, populationOf } from './posting-list.ts';
import type { RunReader } from './run-reader.ts';
import { SomeHashes } from './some-hashes.ts';
import { type PlainSubjectTable, SubjectTable } from './subject-table.ts';

/** Stored instead of the population of an enrolled subject. */
const isIndividual = -1;
/**
 * A subject that is new is looked up by itself where the runs have so many times as many entries as there are new ones;
 * otherwise all runs are read once.
 */
const entriesOfLookup = 20_000;
/** Which subjects of some runs are individuals, as plain data. */
export interface PlainIndividuals {
  /** The last position of the runs. */
  readonly upTo: number;
  readonly firstEnrolledIn: PlainSubjectTable;
  readonly byPopulation: ReadonlyArray<readonly [population: number, inOrder: Float64Array]>;
  readonly inOrder: Float64Array;
}

const isOfOthers = (key: ListKey): boolean => !isOfEnrolments(key);

/** Which subjects are individuals, by the hashes of their topics. */
export class Individuals {
  private readonly runs: RunReader;
  /**
   * Of those of whom more than one thing may be recorded: the population in which a subject of a cohort is enrolled;
   * `isIndividual` for the others. Nearly everybody in cohorts is not in it.
   */
  private firstEnrolledIn = new SubjectTable();
  private readonly byPopulation = new Map<
    number,
    { readonly seen: Set<number>; readonly inOrder: number[] }
  >();
  /** All of them, in the order in which they became individuals. */
  private inOrder: number[] = [];
  private upTo = 0;
  /** Finds what an earlier process knew of these runs; it is called once. */
  private look: (() => PlainIndividuals | undefined) | undefined;

  constructor(runs: RunReader) {
    this.runs = runs;
  }

  /** Sets where to look for what was known before, instead of reading all runs. */
  lookFor(look: () => PlainIndividuals | undefined): void {
    this.look = look;
  }

  /** The individuals as plain data, valid until they are next asked for; undefined before they were ever asked for. */
  toPlain(): PlainIndividuals | undefined {
    if (this.upTo === 0) return undefined;
    return {
      upTo: this.upTo,
      firstEnrolledIn: this.firstEnrolledIn.toPlain(),
      byPopulation: [...this.byPopulation].map(([key, { inOrder }]) => [key, Float64Array.from(inOrder)]),
      inOrder: Float64Array.from(this.inOrder),
    };
  }

  private takeKnown(last: number): void {
    const known = this.look?.();
    this.look = undefined;
    if (known === undefined || known.upTo > last) return;
    this.firstEnrolledIn = SubjectTable.from(known.firstEnrolledIn);
    for (const [population, inOrder] of known.byPopulation)
      this.byPopulation.set(population, { seen: new Set(inOrder), inOrder: [...inOrder] });
    this.inOrder = [...known.inOrder];
    this.upTo = known.upTo;
  }

  /**
   * The hashes of the individuals ever enrolled in a population, and possibly of some others, in the order in which
   * they became individuals.
   */
  in(population: number): ReadonlyArray<Topic> {
    this.update();
    return this.byPopulation.get(population)?.inOrder ?? [];
  }

  /** The hashes of subjects whose own data was moved, enrolled or not. */
  moved(): ReadonlyArray<Topic> {
    return this.in(populationOf(ownDataMoved));
  }

  /** The hashes of all individuals, each once, in the order in which they became individuals. */
  all(): ReadonlyArray<Topic> {
    this.update();
    return this.inOrder;
  }

  /** Whether the subject with this hash must be followed individually. */
  has(subject: Topic): boolean {
    this.update();
    return this.firstEnrolledIn.get(subject) === isIndividual;
  }

  /** Those of these subjects, and those individuals, whom enrolments after one position up to another name, as recorded. */
  enrolledAmong(subjects: ReadonlyMap<Topic, unknown>, after: number, upTo: number): ReadonlySet<Topic> {
    this.update();
    const enrolled = new Set<Topic>();
    if (this.inOrder.length + subjects.size === 0) return enrolled;
    const tell = (_: ListKey, subject: Topic): void => {
      if (subjects.has(subject) || this.firstEnrolledIn.get(subject) === isIndividual) enrolled.add(subject);
    };
    this.eachPosting(after, upTo, tell, isOfEnrolments);
    return enrolled;
  }

  /** Takes in what was recorded since the last update. */
  private update(): void {
    const last = this.runs.lastPosition();
    if (this.upTo === 0 && last > 0) this.takeKnown(last);
    const { upTo } = this;
    if (last <= upTo) return;
    const lows = this.repeatedSince(upTo);
    if (lows.length > 0) {
      const repeated = new SomeHashes(lows.length);
      for (const low of lows) repeated.add(low);
      // Those who were in a cohort so far have one enrolment before.
      if (upTo > 0)
        this.eachPosting(0, upTo, (key, subject) => {
          if (repeated.may(subject >>> 0) && this.firstEnrolledIn.get(subject) === undefined)
            this.firstEnrolledIn.set(subject, populationOf(key));
        });
      this.eachPosting(upTo, last, (key, subject) => {
        if (repeated.may(subject >>> 0)) this.count(key, subject);
      });
    }
    this.upTo = last;
  }

  /** The lower 32 bits of the hashes of whom something is recorded after a position, and more than one enrolment in all. */
  private repeatedSince(upTo: number): number[] {
    const lows: number[] = [];
    const end = Number.POSITIVE_INFINITY;
    this.eachPosting(upTo, end, (_, subject) => lows.push(subject >>> 0), isOfOthers);
    const lookedUpMax = this.runs.entries() / entriesOfLookup;
    const added: number[] = [];
    let enrolments = 0;
    if (upTo > 0)
      this.eachPosting(
        upTo,
        end,
        (_, subject) => {
          if (++enrolments <= lookedUpMax) added.push(subject >>> 0);
        },
        isOfEnrolments,
      );
    if (upTo > 0 && enrolments <= lookedUpMax) {
      const seen = new Set<number>();
      for (const low of added) {
        if (seen.has(low) || this.runs.positions(low, 0, upTo, 1).length > 0) lows.push(low);
        seen.add(low);
      }
    } else for (const low of this.runs.repeatedHashes(this.enrolledAfter(upTo, enrolments))) lows.push(low);
    return lows;
  }

  /** The lower 32 bits of the hashes of those enrolled after a position, and of some others; undefined for everybody. */
  private enrolledAfter(upTo: number, enrolments: number): SomeHashes | undefined {
    if (upTo === 0) return undefined;
    const some = new SomeHashes(enrolments);
    const end = Number.POSITIVE_INFINITY;
    this.eachPosting(upTo, end, (_, subject) => some.add(subject >>> 0), isOfEnrolments);
    return some;
  }

  /** Tells the postings about subjects after one position and up to another, in the lists that are wanted. */
  private eachPosting(
    after: number,
    upTo: number,
    tell: (key: ListKey, subject: Topic) => void,
    isWanted: (key: ListKey) => boolean = () => true,
  ): void {
    for (const { key, postings } of this.runs.postingsAfter(after, isWanted)) {
      for (let group = 0; group < postings.groups; group++) {
        const position = postings.positions[group]!;
        if (position <= after || position > upTo) continue;
        const end = postings.startOf(group + 1);
        for (let at = postings.startOf(group); at < end; at++) tell(key, postings.subjects[at]!);
      }
    }
  }

  private count(key: ListKey, subject: Topic): void {
    const before = this.firstEnrolledIn.get(subject);
    if (before === undefined && isOfEnrolments(key))
      return this.firstEnrolledIn.set(subject, populationOf(key));
    if (before !== undefined && before !== isIndividual) this.add(before, subject);
    if (before !== isIndividual) this.inOrder.push(subject);
    this.firstEnrolledIn.set(subject, isIndividual);
    this.add(populationOf(key), subject);
  }

  private add(population: number, subject: Topic): void {
    const individuals = this.byPopulation.get(population) ?? { seen: new Set(), inOrder: [] };
    this.byPopulation.set(population, individuals);
    if (individuals.seen.has(subject)) return;
    individuals.seen.add(subject);
    individuals.inOrder.push(subject);
  }
}
