/** Grants in memory, indexed by what they cover. */
import { isPopulation } from '../../domain/events/scope.ts';
import { overKey } from '../../domain/reach/data-class.ts';
import { foldGrant, type GrantFact, type Grants, type GrantTerm } from '../../domain/reach/grants.ts';

const noTerms: ReadonlyArray<GrantTerm> = [];

/** Facts of grants can be removed again when they are corrected. */
export class GrantIndex implements Grants {
  private readonly facts = new Map<string, GrantFact[]>();
  private readonly terms = new Map<string, ReadonlyArray<GrantTerm>>();
  private readonly byOver = new Map<string, GrantTerm[]>();

  constructor(facts: Iterable<GrantFact> = []) {
    for (const fact of facts) {
      const list = this.facts.get(fact.data.grant);
      if (list === undefined) this.facts.set(fact.data.grant, [fact]);
      else list.push(fact);
    }
    for (const grant of this.facts.keys()) this.fold(grant);
  }

  readonly termsOver = (key: string): ReadonlyArray<GrantTerm> => this.byOver.get(key) ?? noTerms;

  /** The data of single subjects that a grant ever covered alone. */
  *ofSingleSubjects(): Iterable<{ readonly dataset: string; readonly subject: string }> {
    for (const [term] of this.byOver.values()) {
      if (term === undefined || !('dataset' in term.over)) continue;
      const { dataset, scope } = term.over;
      if (scope !== undefined && !isPopulation(scope)) yield { dataset, subject: scope.subject };
    }
  }

  /**
   * Removes facts and adds others.
   *
   * @returns the keys of what the affected grants covered or cover.
   */
  change(removed: Iterable<GrantFact>, added: Iterable<GrantFact>): ReadonlySet<string> {
    const concerned = new Set<string>();
    for (const { position, data } of removed) {
      concerned.add(data.grant);
      const left = this.facts.get(data.grant)?.filter((fact) => fact.position !== position) ?? [];
      this.facts.set(data.grant, left);
    }
    for (const fact of added) {
      concerned.add(fact.data.grant);
      this.facts.set(fact.data.grant, [...(this.facts.get(fact.data.grant) ?? []), fact]);
    }
    const keys = new Set<string>();
    for (const grant of concerned) {
      for (const term of this.terms.get(grant) ?? []) {
        const key = overKey(term.over);
        keys.add(key);
        this.byOver.set(
          key,
          this.termsOver(key).filter((other) => other !== term),
        );
      }
      this.fold(grant);
      for (const term of this.terms.get(grant) ?? []) keys.add(overKey(term.over));
    }
    return keys;
  }

  private fold(grant: string): void {
    const { terms } = foldGrant(this.facts.get(grant) ?? []);
    this.terms.set(grant, terms);
    for (const term of terms) {
      const key = overKey(term.over);
      const list = this.byOver.get(key);
      if (list === undefined) this.byOver.set(key, [term]);
      else list.push(term);
    }
  }
}
