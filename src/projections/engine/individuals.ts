/**
 * Individuals and cohorts: which subjects of a population must be followed one by one.
 *
 * A subject with a single enrolment, and no other event that could move its data, is in a cohort. It has the same
 * history as all who were enrolled between the same two events of their population, and is only counted. The others
 * are individuals. The set of individuals is built in memory from the runs. An individual stays one, so that the
 * answer holds for every moment of knowledge.
 */
import { type Topic, topicRange } from '../topic-hash.ts';
import { eachPosting, type Tell } from './each-posting.ts';
import { Newcomers } from './newcomers.ts';
import { isOfEnrolments, type ListKey, ownDataMoved, populationOf } from './posting-list.ts';
import type { RunReader } from './run-reader.ts';
import { SomeHashes } from './some-hashes.ts';
import { SubjectTable } from './subject-table.ts';

/** The value of an individual in the table of them. */
const isIndividual = 1;
/**
 * Subjects of whom something new is recorded are looked up one by one where the runs have so many times as many entries as
 * there are new ones; otherwise all posting lists are read once.
 */
const entriesOfLookup = 20_000;
/** Where that finds more positions than these, all posting lists are read instead. */
const foundPositionsMax = 100_000;
/** The range of what the sorted runs keep of a hash. */
const lowRange = 2 ** 32;

/** Which subjects of some runs are individuals, as plain data. */
export interface PlainIndividuals {
  /** The last position of the runs. */
  readonly upTo: number;
  readonly byPopulation: ReadonlyArray<readonly [population: number, inOrder: Float64Array]>;
  readonly inOrder: Float64Array;
}

const isOfOthers = (key: ListKey): boolean => !isOfEnrolments(key);

const someOf = (hashes: ReadonlyArray<number>, range: number): SomeHashes => {
  const some = new SomeHashes(hashes.length, range);
  for (const hash of hashes) some.add(hash);
  return some;
};

/** Which subjects are individuals, by the hashes of their topics. */
export class Individuals {
  private readonly runs: RunReader;
  /** Which events name newcomers alone. */
  newcomers = new Newcomers();
  /** All of them. */
  private readonly known = new SubjectTable();
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

  /** The individuals as plain data; undefined before they were ever asked for. */
  toPlain(): PlainIndividuals | undefined {
    if (this.upTo === 0) return undefined;
    return {
      upTo: this.upTo,
      byPopulation: [...this.byPopulation].map(([key, { inOrder }]) => [key, Float64Array.from(inOrder)]),
      inOrder: Float64Array.from(this.inOrder),
    };
  }

  private takeKnown(last: number): void {
    const known = this.look?.();
    this.look = undefined;
    if (known === undefined || known.upTo > last) return;
    for (const [population, inOrder] of known.byPopulation)
      this.byPopulation.set(population, { seen: new Set(inOrder), inOrder: [...inOrder] });
    this.inOrder = [...known.inOrder];
    this.known.reserve(this.inOrder.length);
    for (const subject of this.inOrder) this.known.set(subject, isIndividual);
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
    return this.isKnown(subject);
  }

  private isKnown(subject: Topic): boolean {
    return this.known.get(subject) !== undefined;
  }

  /** Those of these subjects, and those individuals, whom enrolments after one position up to another name, as recorded. */
  enrolledAmong(subjects: ReadonlyMap<Topic, unknown>, after: number, upTo: number): ReadonlySet<Topic> {
    this.update();
    const enrolled = new Set<Topic>();
    if (this.inOrder.length + subjects.size === 0) return enrolled;
    const tell: Tell = (_, named, from, to) => {
      for (let at = from; at < to; at++)
        if (subjects.has(named[at]!) || this.isKnown(named[at]!)) enrolled.add(named[at]!);
    };
    eachPosting(this.runs, { after, upTo, isWanted: isOfEnrolments }, tell);
    return enrolled;
  }

  /** Takes in what was recorded since the last update. */
  private update(goOn: () => void = () => {}): void {
    const last = this.runs.lastPosition();
    if (this.upTo === 0 && last > 0) this.takeKnown(last);
    if (last <= this.upTo) return;
    if (this.upTo === 0) this.takeAll(last);
    else this.takeNew(last, goOn);
    this.upTo = last;
  }

  /**
   * Takes in what was recorded since, if they were ever asked for.
   *
   * @param goOn called now and then; if it throws, nothing is taken in.
   */
  bring(goOn: () => void): void {
    if (this.upTo > 0) this.update(goOn);
  }

  /** Takes in all runs: of whom two things are recorded has two entries under the same hash. */
  private takeAll(upTo: number): void {
    const lows: number[] = [];
    eachPosting(this.runs, { after: 0, upTo, isWanted: isOfOthers }, (_, subjects, from, to) => {
      for (let at = from; at < to; at++) lows.push(subjects[at]! >>> 0);
    });
    for (const low of this.runs.repeatedHashes()) lows.push(low);
    if (lows.length === 0) return;
    const repeated = someOf(lows, lowRange);
    this.take(0, upTo, new SubjectTable(), (subject) => repeated.may(subject >>> 0));
  }

  /** Takes in what was recorded up to a position since the last update, with what was recorded before of the same subjects. */
  private takeNew(last: number, goOn: () => void): void {
    const { upTo } = this;
    const isNew = this.newcomers.after(upTo);
    // A correction also names the people of the event that it corrects.
    const isSought = (key: ListKey, areNew: boolean): boolean => isOfOthers(key) || !areNew;
    let [postings, others] = [0, 0];
    eachPosting(this.runs, { after: upTo, upTo: last, isNew }, (key, _, from, to, areNew) => {
      goOn();
      postings += to - from;
      if (isSought(key, areNew)) others += to - from;
    });
    const added = new SomeHashes(postings, topicRange);
    /** Those of whom something may be recorded before. */
    const sought = new SomeHashes(others, topicRange);
    const lookedUp = others <= this.runs.entries() / entriesOfLookup ? new Set<Topic>() : undefined;
    /** Those of whom more than one enrolment may be recorded. */
    const repeated: Topic[] = [];
    eachPosting(this.runs, { after: upTo, upTo: last, isNew }, (key, subjects, from, to, areNew) => {
      goOn();
      for (let at = from; at < to; at++) {
        const subject = subjects[at]!;
        if (isOfOthers(key) || added.may(subject) || this.isKnown(subject)) repeated.push(subject);
        added.add(subject);
        if (!isSought(key, areNew) || this.isKnown(subject)) continue;
        sought.add(subject);
        lookedUp?.add(subject);
      }
    });
    const enrolledIn = new SubjectTable();
    /** Two newcomers with the same hash, of whom more is recorded now. */
    const sameHash: (readonly [ListKey, Topic])[] = [];
    const at = lookedUp && this.positionsOf(lookedUp, upTo, goOn);
    // Nothing is read if nobody is sought.
    eachPosting(this.runs, { after: 0, upTo: others === 0 ? 0 : upTo, at }, (key, subjects, from, to) => {
      goOn();
      for (const subject of sought.among(subjects, from, to)) {
        if (this.isKnown(subject)) continue;
        // Who is in a cohort so far has one enrolment.
        if (enrolledIn.get(subject) === undefined) enrolledIn.set(subject, populationOf(key));
        else sameHash.push([key, subject]);
        repeated.push(subject);
      }
    });
    for (const [key, subject] of sameHash) this.count(key, subject, enrolledIn);
    const some = someOf(repeated, topicRange);
    this.take(upTo, last, enrolledIn, (subject) => some.may(subject));
  }

  /** The positions of events that may name some subjects, up to a position; undefined if there are too many. */
  private positionsOf(
    subjects: ReadonlySet<Topic>,
    upTo: number,
    goOn: () => void,
  ): ReadonlySet<number> | undefined {
    const found = new Set<number>();
    for (const subject of subjects) {
      goOn();
      for (const position of this.runs.positions(subject, 0, upTo, foundPositionsMax + 1))
        found.add(position);
      if (found.size > foundPositionsMax) return undefined;
    }
    return found;
  }

  /**
   * Takes in what is recorded after one position and up to another.
   *
   * @param enrolledIn the populations in which subjects of cohorts are enrolled.
   * @param may false for subjects of whom no more than one enrolment is recorded.
   */
  private take(
    after: number,
    upTo: number,
    enrolledIn: SubjectTable,
    may: (subject: Topic) => boolean,
  ): void {
    eachPosting(this.runs, { after, upTo }, (key, subjects, from, to) => {
      for (let at = from; at < to; at++) if (may(subjects[at]!)) this.count(key, subjects[at]!, enrolledIn);
    });
  }

  private count(key: ListKey, subject: Topic, enrolledIn: SubjectTable): void {
    if (!this.isKnown(subject)) {
      const before = enrolledIn.get(subject);
      if (before === undefined && isOfEnrolments(key)) return enrolledIn.set(subject, populationOf(key));
      if (before !== undefined) this.add(before, subject);
      this.inOrder.push(subject);
      this.known.set(subject, isIndividual);
    }
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
