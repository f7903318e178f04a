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
import { SubjectTable } from './subject-table.ts';

/** Stored instead of the population of an enrolled subject. */
const isIndividual = -1;
/**
 * A subject that is new is looked up by itself where the runs have so many times as many entries as there are new ones;
 * otherwise all runs are read once.
 */
const entriesOfLookup = 2_000;
/** Bits for each hash that may be repeated. */
const bitsPerHash = 16;

/** Hashes of 32 bits that may be repeated; one in `bitsPerHash` of the others may be among them too. */
class Repeated {
  private readonly bits: Uint8Array;

  constructor(lows: ReadonlyArray<number>) {
    this.bits = new Uint8Array(Math.max(1, Math.ceil((lows.length * bitsPerHash) / 8)));
    for (const low of lows) {
      const mixed = spread(low);
      this.bits[this.byteOf(mixed)]! |= 1 << (mixed & 7);
    }
  }

  may(topic: Topic): boolean {
    const mixed = spread(topic);
    return (this.bits[this.byteOf(mixed)]! & (1 << (mixed & 7))) !== 0;
  }

  private byteOf(mixed: number): number {
    return Math.floor((mixed / 2 ** 32) * this.bits.length);
  }
}

/** Those let through are not next to one another in the table of subjects. */
const spread = (topic: Topic): number => {
  const mixed = Math.imul((topic >>> 0) ^ ((topic >>> 0) >>> 15), 0x9e3779b1);
  return (mixed ^ (mixed >>> 13)) >>> 0;
};

/** Which subjects are individuals, by the hashes of their topics. */
export class Individuals {
  private readonly runs: RunReader;
  /**
   * Of those of whom more than one thing may be recorded: the population in which a subject of a cohort is enrolled;
   * `isIndividual` for the others. Nearly everybody in cohorts is not in it.
   */
  private readonly firstEnrolledIn = new SubjectTable();
  private readonly byPopulation = new Map<
    number,
    { readonly seen: Set<number>; readonly inOrder: number[] }
  >();
  /** All of them, in the order in which they became individuals. */
  private readonly inOrder: number[] = [];
  private upTo = 0;

  constructor(runs: RunReader) {
    this.runs = runs;
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
    this.eachPosting(after, upTo, (key, subject) => {
      if (
        isOfEnrolments(key) &&
        (subjects.has(subject) || this.firstEnrolledIn.get(subject) === isIndividual)
      )
        enrolled.add(subject);
    });
    return enrolled;
  }

  /** Takes in what was recorded since the last update. */
  private update(): void {
    const { upTo } = this;
    const last = this.runs.lastPosition();
    if (last <= upTo) return;
    const lows = this.repeatedSince(upTo);
    if (lows.length > 0) {
      const repeated = new Repeated(lows);
      // Those who were in a cohort so far have one enrolment before.
      if (upTo > 0)
        this.eachPosting(0, upTo, (key, subject) => {
          if (repeated.may(subject) && this.firstEnrolledIn.get(subject) === undefined)
            this.firstEnrolledIn.set(subject, populationOf(key));
        });
      this.eachPosting(upTo, last, (key, subject) => {
        if (repeated.may(subject)) this.count(key, subject);
      });
    }
    this.upTo = last;
  }

  /** The lower 32 bits of the hashes of whom something is recorded after a position, and more than one enrolment in all. */
  private repeatedSince(upTo: number): ReadonlyArray<number> {
    const lows: number[] = [];
    const added: number[] = [];
    let enrolments = 0;
    const lookedUpMax = this.runs.entries() / entriesOfLookup;
    this.eachPosting(upTo, Number.POSITIVE_INFINITY, (key, subject) => {
      if (!isOfEnrolments(key)) lows.push(subject >>> 0);
      else if (++enrolments <= lookedUpMax) added.push(subject >>> 0);
    });
    if (enrolments > lookedUpMax) for (const low of this.runs.repeatedHashes()) lows.push(low);
    else {
      const seen = new Set<number>();
      for (const low of added) {
        if (seen.has(low) || this.runs.positions(low, 0, upTo, 1).length > 0) lows.push(low);
        seen.add(low);
      }
    }
    return lows;
  }

  /** Tells the postings about subjects after one position and up to another. */
  private eachPosting(after: number, upTo: number, tell: (key: ListKey, subject: Topic) => void): void {
    for (const { key, postings } of this.runs.postingsAfter(after)) {
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
