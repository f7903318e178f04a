/** The populations and single subjects whose data facts are about. */
import { isPopulation, type Scope } from '../domain/events/scope.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import type { View } from './view.ts';

/** The scope of each fact; for one about a backup, the scope of the backup. */
export function* scopesOf(view: View, facts: Iterable<Fact>): Iterable<Scope> {
  for (const fact of facts) {
    if ('scope' in fact.data && fact.data.scope !== undefined) yield fact.data.scope;
    if (isFact(fact, 'BackupMoved') || isFact(fact, 'BackupRestored'))
      for (const taken of view.factsOf('backup', fact.data.backup, 'BackupTaken')) yield taken.data.scope;
  }
}

/** The distinct scopes by kind. */
export const scopesByKind = (
  scopes: Iterable<Scope>,
): { readonly populations: ReadonlySet<string>; readonly subjects: ReadonlySet<string> } => {
  const populations = new Set<string>();
  const subjects = new Set<string>();
  for (const scope of scopes) {
    if (isPopulation(scope)) populations.add(scope.population);
    else subjects.add(scope.subject);
  }
  return { populations, subjects };
};
