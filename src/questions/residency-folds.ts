/**
 * Folds that one question makes to find events about data and backups that do not fit, each made once: one fold judges
 * all events about a population, a subject or a backup.
 */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { isPopulation } from '../domain/events/scope.ts';
import type { HoldingDiscrepancy } from '../domain/recording/discrepancy.ts';
import type { Fact } from '../domain/recording/facts.ts';
import { ResidencyFacts } from './residency-facts.ts';
import type { View } from './view.ts';

/** Whether a fold of residency tells if events of the type fit. */
const isJudgedByFold = (type: EventType): boolean =>
  concerns(type, 'residency') && traitsOf(type).fitDepends !== undefined;

const scopeOf = (fact: Fact) => ('scope' in fact.data ? fact.data.scope : undefined);

const backupOf = (fact: Fact): string => String((fact.data as Readonly<Record<string, unknown>>).backup);

/** The scope or the backup whose fold judges the fact. */
const keyOf = (fact: Fact): string => {
  const scope = scopeOf(fact);
  if (scope === undefined) return `backup ${backupOf(fact)}`;
  return isPopulation(scope) ? `population ${scope.population}` : `subject ${scope.subject}`;
};

export class ResidencyFolds {
  readonly view: View;
  /** How many facts were folded so far: what this question has cost. */
  foldedFacts = 0;
  private readonly folds = new Map<string, ReadonlyMap<number, HoldingDiscrepancy>>();

  constructor(view: View) {
    this.view = view;
  }

  /** Whether judging the fact takes a fold that was not made yet. */
  takesNewFold(fact: Fact | undefined): boolean {
    return fact !== undefined && isJudgedByFold(fact.type) && !this.folds.has(keyOf(fact));
  }

  /** Why the fact does not fit the others about its scope or backup, if it does not (R8 to R11). */
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
