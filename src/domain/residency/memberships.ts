/**
 * Which population each subject is in: at most one at a time. Erasure does not end membership (R9).
 */
import type { FoldingPlace } from '../recording/folding-order.ts';
import { type Change, untilNext, type Varying } from '../time/varying.ts';

/** A subject's membership of a population, by its enrolment at a position. */
export interface Enrolment {
  readonly population: string;
  readonly event: number;
}

export class Memberships {
  private readonly changes = new Map<string, Change<Enrolment>[]>();
  /** By population: the subjects in it now, with the positions of their enrolments. */
  private readonly members = new Map<string, Map<string, number>>();

  /** Puts the subject into the population, and out of the one it was in. */
  enrol({ time, position }: FoldingPlace, subject: string, population: string): void {
    const before = this.populationOf(subject);
    if (before === population) return;
    if (before !== undefined) this.members.get(before)?.delete(subject);
    const members = this.members.get(population) ?? new Map<string, number>();
    this.members.set(population, members.set(subject, position));
    const change = { from: time, value: { population, event: position } };
    const changes = this.changes.get(subject);
    if (changes === undefined) this.changes.set(subject, [change]);
    else changes.push(change);
  }

  /** The population that the subject is in now, if any. */
  populationOf(subject: string): string | undefined {
    return this.changes.get(subject)?.at(-1)?.value.population;
  }

  /** Every population that the subject was ever in. */
  populationsOf(subject: string): ReadonlySet<string> {
    return new Set(this.changes.get(subject)?.map(({ value }) => value.population));
  }

  /** The subjects in the population now, with the positions of their enrolments. */
  membersOf(population: string): Iterable<readonly [subject: string, enrolment: number]> {
    return this.members.get(population) ?? [];
  }

  /** By subject, over time. */
  overTime(): ReadonlyMap<string, Varying<Enrolment>> {
    return new Map([...this.changes].map(([subject, changes]) => [subject, untilNext(changes)]));
  }
}
