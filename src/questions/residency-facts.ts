/**
 * Collects the facts that decide where the data of some subjects is, and folds them.
 *
 * These are the subjects' own facts, those of every population they are ever in, and those of the backups of
 * either.
 */

import { type Fact, isFact } from '../domain/recording/facts.ts';
import { foldResidency } from '../domain/residency/fold-residency.ts';
import type { Residency } from '../domain/residency/residency.ts';
import type { View } from './view.ts';

/** Collects facts about residency for one fold (R8 to R11). */
export class ResidencyFacts {
  readonly view: View;
  readonly facts = new Map<number, Fact>();
  readonly subjects = new Set<string>();
  readonly populations = new Set<string>();
  private readonly backups = new Set<string>();
  private readonly datasets: ReadonlySet<string> | undefined;

  /**
   * @param datasets the datasets to collect facts of; by default all. The fold says nothing reliable about other datasets.
   */
  constructor(view: View, datasets?: ReadonlySet<string>) {
    this.view = view;
    this.datasets = datasets;
  }

  /** Adds a subject with all populations that it is ever in. */
  addSubject(subject: string): this {
    if (this.subjects.has(subject)) return this;
    this.subjects.add(subject);
    for (const fact of this.view.factsAbout(subject)) {
      this.add(fact);
      if (isFact(fact, 'SubjectEnrolled') && fact.data.subject === subject)
        this.addPopulation(fact.data.population);
      else if (isFact(fact, 'SubjectsEnrolled') && fact.data.subjects.includes(subject))
        this.addPopulation(fact.data.population);
    }
    return this;
  }

  /** Adds the events about a population's data as a whole. */
  addPopulation(population: string): this {
    if (this.populations.has(population)) return this;
    this.populations.add(population);
    for (const fact of this.view.facts('population', population)) this.add(fact);
    return this;
  }

  /** Adds the events about a backup. */
  addBackup(backup: string): this {
    if (this.backups.has(backup)) return this;
    this.backups.add(backup);
    for (const fact of this.view.facts('backup', backup)) this.add(fact);
    return this;
  }

  private add(fact: Fact): void {
    // An event with many subjects may have been read for one of them first.
    if (this.facts.get(fact.position) === fact || this.isOfOthers(fact)) return;
    this.facts.set(fact.position, fact);
    if (isFact(fact, 'BackupTaken')) this.addBackup(fact.data.backup);
  }

  /** Whether the fact is about other datasets only. `BackupTaken` of those is kept: it decides which backup has an id. */
  private isOfOthers(fact: Fact): boolean {
    if (this.datasets === undefined || isFact(fact, 'BackupTaken') || !('dataset' in fact.data)) return false;
    return fact.data.dataset !== undefined && !this.datasets.has(fact.data.dataset);
  }

  /** Where the subjects' data was, by the collected facts. */
  fold(): Residency {
    return foldResidency(
      this.facts.values(),
      (subject) => this.subjects.has(subject),
      (steps) => this.view.work.goOn(steps),
    );
  }
}

/** Where the data of one subject was, by all facts that the view knows. */
export const residencyOf = (view: View, subject: string): Residency =>
  new ResidencyFacts(view).addSubject(subject).fold();
