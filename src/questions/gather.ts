/**
 * Gathering the facts that decide where the data of some subjects is, and folding them.
 *
 * They are the subjects' own facts, those of every population they are ever in, and those of the backups of either.
 */

import { isPopulation } from '../domain/events/scope.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import { foldResidency, type Residency } from '../domain/residency/fold.ts';
import type { View } from './view.ts';

export class Gathering {
  readonly view: View;
  readonly facts = new Map<number, Fact>();
  readonly subjects = new Set<string>();
  readonly populations = new Set<string>();
  readonly backups = new Set<string>();

  constructor(view: View) {
    this.view = view;
  }

  /** Adds a subject to be followed, with all populations it is ever in. */
  subject(subject: string): this {
    if (this.subjects.has(subject)) return this;
    this.subjects.add(subject);
    for (const fact of this.view.facts('subject', subject)) {
      this.add(fact);
      if (isFact(fact, 'SubjectEnrolled') && fact.data.subject === subject)
        this.population(fact.data.population);
      else if (isFact(fact, 'SubjectsEnrolled') && fact.data.subjects.includes(subject)) {
        this.population(fact.data.population);
      }
    }
    return this;
  }

  /** Adds what happened to a population's data as a whole. */
  population(population: string): this {
    if (this.populations.has(population)) return this;
    this.populations.add(population);
    for (const fact of this.view.facts('population', population)) this.add(fact);
    return this;
  }

  /** Adds all that happened to a backup. */
  backup(backup: string): this {
    if (this.backups.has(backup)) return this;
    this.backups.add(backup);
    for (const fact of this.view.facts('backup', backup)) this.add(fact);
    return this;
  }

  /** Adds a fact, and the backup it takes. */
  add(fact: Fact): void {
    if (this.facts.has(fact.position)) return;
    this.facts.set(fact.position, fact);
    if (isFact(fact, 'BackupTaken')) this.backup(fact.data.backup);
  }

  /** Everything the gathered facts say of where the subjects' data was. */
  fold(): Residency {
    return foldResidency(this.facts.values(), (subject) => this.subjects.has(subject));
  }

  /** The populations that the gathered facts of data and backups are about. */
  populationsTouched(): ReadonlySet<string> {
    const out = new Set<string>();
    for (const fact of this.facts.values()) {
      if ('scope' in fact.data && fact.data.scope !== undefined && isPopulation(fact.data.scope)) {
        out.add(fact.data.scope.population);
      }
    }
    return out;
  }
}

/** Where the data of one subject was, by all that is known. */
export const residencyOf = (view: View, subject: string): Residency =>
  new Gathering(view).subject(subject).fold();
