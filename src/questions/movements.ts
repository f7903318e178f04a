/** How data moved from site to site: the lineage of a dataset, and transfers between countries. */

import type { Lineage, MovementKind, TransferRow } from '../contract/rows/movements.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { isPopulation, type Scope } from '../domain/events/scope.ts';
import { type Fact, type FactOf, isFact } from '../domain/recording/facts.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { Descriptions } from './descriptions.ts';
import { siteRow } from './registry.ts';
import { residencyOfMany } from './residency-of-many.ts';
import type { View } from './view.ts';

/** Edges that a lineage shows: the latest. */
const lineageEdgesMax = 1_000;

interface Movement {
  readonly kind: MovementKind | 'place';
  readonly dataset: string;
  readonly scope: Scope;
  readonly from: string | null;
  readonly to: string;
  readonly backup: string | null;
  readonly fact: Fact;
}

/** The movements of one backup. Where it was before each depends on all its facts. */
const backupMovements = (facts: ReadonlyArray<Fact>): ReadonlyArray<Movement> => {
  const out: Movement[] = [];
  let taken: FactOf<'BackupTaken'> | undefined;
  let site = '';
  let destroyed = false;
  for (const fact of [...facts].sort(foldingOrder)) {
    const moved = (kind: MovementKind, from: string, to: string): void => {
      const { dataset, scope, backup } = taken!.data;
      out.push({ kind, dataset, scope, from, to, backup, fact });
    };
    if (isFact(fact, 'BackupTaken') && taken === undefined) {
      taken = fact;
      site = fact.data.to;
      moved('backup', fact.data.from, fact.data.to);
    } else if (taken === undefined || destroyed) continue;
    else if (isFact(fact, 'BackupMoved') && fact.data.to !== site) {
      moved('backup-move', site, fact.data.to);
      site = fact.data.to;
    } else if (isFact(fact, 'BackupRestored')) moved('restore', site, fact.data.to);
    else if (isFact(fact, 'BackupDestroyed')) destroyed = true;
  }
  return out;
};

const dataMovement = (fact: Fact): Movement | undefined => {
  if (isFact(fact, 'DataPlaced')) {
    const { dataset, scope, site } = fact.data;
    return { kind: 'place', dataset, scope, from: null, to: site, backup: null, fact };
  }
  if (isFact(fact, 'DataMoved') || isFact(fact, 'DataCopied')) {
    const { dataset, scope, from, to } = fact.data;
    return {
      kind: isFact(fact, 'DataMoved') ? 'move' : 'copy',
      dataset,
      scope,
      from,
      to,
      backup: null,
      fact,
    };
  }
  return undefined;
};

/** Every movement in the facts, and every movement of their backups. */
const movementsOf = (view: View, facts: Iterable<Fact>): ReadonlyArray<Movement> => {
  const out: Movement[] = [];
  const backups = new Set<string>();
  for (const fact of facts) {
    const movement = dataMovement(fact);
    if (movement !== undefined) out.push(movement);
    else if ('backup' in fact.data && typeof fact.data.backup === 'string') backups.add(fact.data.backup);
  }
  for (const backup of backups) {
    out.push(
      ...backupMovements(
        view.facts('backup', backup).filter((fact) => 'backup' in fact.data && fact.data.backup === backup),
      ),
    );
  }
  return out;
};

/**
 * The lineage of a dataset: its movements in `[from, to)`, the sites at both ends as described at `validAt`, and
 * whether there are more movements than shown.
 */
export const lineageOf = (
  view: View,
  dataset: string,
  from: Instant,
  to: Instant,
  validAt: Instant,
): { readonly lineage: Lineage; readonly limitMet: boolean } => {
  const descriptions = new Descriptions(view);
  const all = movementsOf(view, view.facts('data-of', dataset))
    .filter(({ dataset: of, fact }) => of === dataset && from <= fact.time && fact.time < to)
    .sort((a, b) => foldingOrder(a.fact, b.fact));
  const movements = all.slice(-lineageEdgesMax);
  const sites = new Set(movements.flatMap((movement) => [movement.from ?? [], movement.to].flat()));
  const lineage = {
    nodes: [...sites].sort(codeUnitOrder).map((site) => {
      const { name, country, operator, latitude, longitude } = siteRow(descriptions, site, validAt);
      return { site, name, country, operator, latitude, longitude };
    }),
    edges: movements.map(({ kind, scope, from, to, backup, fact }) => ({
      from,
      to,
      kind,
      population: isPopulation(scope) ? scope.population : null,
      subject: isPopulation(scope) ? null : scope.subject,
      backup,
      time: formatInstant(fact.time),
      assurance: fact.assurance,
      event: String(fact.position),
    })),
  };
  return { lineage, limitMet: all.length > movements.length };
};

/**
 * Movements, copies and backups from one country to another in `[from, to)`, in folding order. An unknown country
 * counts as different from every other.
 */
export const transfersBetween = (view: View, from: Instant, to: Instant): ReadonlyArray<TransferRow> => {
  const descriptions = new Descriptions(view);
  const facts = [...view.index.movementsBetween(from, to)].flatMap((position) => view.fact(position) ?? []);
  const crossing = movementsOf(view, facts)
    .filter(
      ({ fact, kind, ...way }) =>
        kind !== 'place' && way.from !== way.to && from <= fact.time && fact.time < to,
    )
    .map((movement) => ({
      ...movement,
      fromCountry: descriptions.siteAt(movement.from!, movement.fact.time).country ?? null,
      toCountry: descriptions.siteAt(movement.to, movement.fact.time).country ?? null,
    }))
    .filter(({ fromCountry, toCountry }) => fromCountry === null || fromCountry !== toCountry)
    .sort((a, b) => foldingOrder(a.fact, b.fact));
  const populations = new Set<string>();
  const subjects = new Set<string>();
  for (const { scope } of crossing) {
    if (isPopulation(scope)) populations.add(scope.population);
    else subjects.add(scope.subject);
  }
  const { residency, sizeOf } = residencyOfMany(view, populations, subjects, to);
  return crossing.map(({ kind, dataset, scope, from, to, fact, fromCountry, toCountry }) => ({
    from: fromCountry,
    to: toCountry,
    fromSite: from!,
    toSite: to,
    dataset,
    population: isPopulation(scope) ? scope.population : null,
    kind: kind as MovementKind,
    time: formatInstant(fact.time),
    subjects: (residency.takenAlong.get(fact.position) ?? []).reduce(
      (sum, subject) => sum + sizeOf(subject),
      0,
    ),
    event: String(fact.position),
  }));
};
