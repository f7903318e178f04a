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

/** Which subjects are individuals, by the hashes of their topics. */
export class Individuals {
  private readonly runs: RunReader;
  /** The population of each subject in a cohort; `isIndividual` for the others. */
  private readonly firstEnrolledIn = new SubjectTable();
  private readonly byPopulation = new Map<
    number,
    { readonly seen: Set<number>; readonly inOrder: number[] }
  >();
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

  /** Whether the subject with this hash must be followed individually. */
  has(subject: Topic): boolean {
    this.update();
    return this.firstEnrolledIn.get(subject) === isIndividual;
  }

  /** Takes in what was recorded since the last update. */
  private update(): void {
    let last = this.upTo;
    for (const { key, postings, lastPosition } of this.runs.postingsAfter(this.upTo)) {
      last = Math.max(last, lastPosition);
      if (postings.positions.some((position) => position > this.upTo))
        this.firstEnrolledIn.reserve(postings.subjects.length);
      for (let group = 0; group < postings.groups; group++) {
        if (postings.positions[group]! <= this.upTo) continue;
        for (let at = postings.startOf(group); at < postings.startOf(group + 1); at++)
          this.count(key, postings.subjects[at]!);
      }
    }
    this.upTo = last;
  }

  private count(key: ListKey, subject: Topic): void {
    const before = this.firstEnrolledIn.get(subject);
    if (before === undefined && isOfEnrolments(key))
      return this.firstEnrolledIn.set(subject, populationOf(key));
    if (before !== undefined && before !== isIndividual) this.add(before, subject);
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
