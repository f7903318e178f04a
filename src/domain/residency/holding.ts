/**
 * A holding: the data of one scope of one dataset, present at one site; live, or frozen in a backup.
 */
import { isPopulation, type Scope } from '../events/scope.ts';

/** A population's live holding: a changing set of subjects (R8). */
export interface PopulationHolding {
  readonly kind: 'live';
  readonly dataset: string;
  readonly population: string;
  readonly site: string;
}

/** A subject's own live holding (R10). */
export interface OwnHolding {
  readonly kind: 'own';
  readonly dataset: string;
  readonly subject: string;
  readonly site: string;
}

/** A backup, at the site where it is: a moved backup is another holding from then on (R11, R12). */
export interface BackupHolding {
  readonly kind: 'backup';
  readonly backup: string;
  readonly dataset: string;
  readonly scope: Scope;
  readonly site: string;
}

export type Holding = PopulationHolding | OwnHolding | BackupHolding;

/** Equal holdings have equal keys, and only they: no identifier contains a line feed. */
export const holdingKey = (holding: Holding): string => {
  switch (holding.kind) {
    case 'live':
      return `live\n${holding.dataset}\n${holding.site}\n${holding.population}`;
    case 'own':
      return `own\n${holding.dataset}\n${holding.site}\n${holding.subject}`;
    case 'backup':
      return `backup\n${holding.backup}\n${holding.site}`;
  }
};

/** One dataset at one site. */
export const placeKey = (dataset: string, site: string): string => `${dataset}\n${site}`;

/** A holding, regardless of who is in it: all subjects' own holdings of a dataset at a site are one. */
export interface SharedHolding {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  readonly population: string | null;
}

/** The holding under which it is counted and judged (R12, R17). */
export const sharedHolding = (holding: Holding): SharedHolding => ({
  dataset: holding.dataset,
  site: holding.site,
  kind: holding.kind === 'backup' ? 'backup' : 'live',
  backup: holding.kind === 'backup' ? holding.backup : null,
  population: populationOf(holding) ?? null,
});

/** The population whose holding it is, or that a backup was taken of. */
export const populationOf = (holding: Holding): string | undefined => {
  if (holding.kind === 'live') return holding.population;
  return holding.kind === 'backup' && isPopulation(holding.scope) ? holding.scope.population : undefined;
};
