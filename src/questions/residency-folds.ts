/**
 * Caches the folds of one question about discrepancies of data and backups: one fold judges all events about a
 * population, a subject or a backup.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { isPopulation } from '../domain/events/scope.ts';
import type { HoldingDiscrepancy } from '../domain/recording/discrepancy.ts';
import type { Fact } from '../domain/recording/facts.ts';
import { ResidencyFacts } from './residency-facts.ts';
import type { View } from './view.ts';

/** Whether a fold of residency decides if events of the type fit. */
const isJudgedByFold = (type: EventType): boolean =>
  concerns(type, 'residency') && traitsOf(type).fitDepends !== undefined;

const scopeOf = (fact: Fact) => ('scope' in fact.data ? fact.data.scope : undefined);

const backupOf = (fact: Fact): string => String((fact.data as Readonly<Record<string, unknown>>).backup);

/** The scope or backup whose fold judges the fact. */
const keyOf = (fact: Fact): string => {
  const scope = scopeOf(fact);
  if (scope === undefined) return `backup ${backupOf(fact)}`;
  return isPopulation(scope) ? `population ${scope.population}` : `subject ${scope.subject}`;
};

/** The folds of residency for one question, each computed once. */
export class ResidencyFolds {
  readonly view: View;
  /** How many facts were folded so far, as a measure of the question's cost. */
  foldedFacts = 0;
  private readonly folds = new Map<string, ReadonlyMap<number, HoldingDiscrepancy>>();

  constructor(view: View) {
    this.view = view;
  }

  /** Whether judging the fact requires a new fold. */
  takesNewFold(fact: Fact | undefined): boolean {
    return fact !== undefined && isJudgedByFold(fact.type) && !this.folds.has(keyOf(fact));
  }

  /** Why the fact does not fit the others about its scope or backup; undefined if it fits (R8 to R11). */
  discrepancyOf(fact: Fact): HoldingDiscrepancy | undefined {
    if (!isJudgedByFold(fact.type)) return undefined;
    const key = keyOf(fact);
    const found = this.folds.get(key) ?? this.fold(fact);
    this.folds.set(key, found);
    return found.get(fact.position);
  }

  private fold(fact: Fact): ReadonlyMap<number, HoldingDiscrepancy> {
    const facts = new ResidencyFacts(this.view);
    const scope = scopeOf(fact);
    if (scope === undefined) facts.addBackup(backupOf(fact));
    else if (isPopulation(scope)) facts.addPopulation(scope.population);
    else facts.addSubject(scope.subject);
    this.foldedFacts += facts.facts.size;
    return new Map(facts.fold().discrepancies.map(({ position, code }) => [position, code]));
  }
}
