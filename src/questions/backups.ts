/**
 * Backups: where each was held, how many people it contains, whether it is overdue, and what destroyed it (R7,
 * R11).
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Answered, type Asked, cutShort } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import type { BackupsQuestion } from '../contract/questions/backups.ts';
import type { BackupRow, BackupState } from '../contract/rows/backups.ts';
import { isPopulation } from '../domain/events/scope.ts';
import { type Fact, type FactOf, isFact } from '../domain/recording/facts.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import { foldResidency } from '../domain/residency/fold-residency.ts';
import type { HoldingPresence } from '../domain/residency/presences.ts';
import { formatBound, formatInstant, type Instant, never } from '../domain/time/instant.ts';
import { contains, timeOrder } from '../domain/time/interval.ts';
import { Descriptions } from './descriptions.ts';
import { assuranceOf, proofOf } from './proof-of.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

/** Backups that one page may skip because they do not match; the page may then end early. */
const passedOverBackupsMax = 5_000;
/** Positions of backups to read from the index at once. */
const takenAtOnceMax = 1_000;

/** A backup as it was taken, and where it was since then. */
interface Kept {
  readonly taken: FactOf<'BackupTaken'>;
  readonly facts: ReadonlyArray<Fact>;
  readonly stays: ReadonlyArray<HoldingPresence>;
}

/** What is known of the backup; undefined if no known event took it. */
const keptBackup = (view: View, backup: string): Kept | undefined => {
  const facts = view
    .facts('backup', backup)
    .filter((fact) => 'backup' in fact.data && fact.data.backup === backup)
    .sort(foldingOrder);
  // If several were taken under one id, the first counts (R11).
  const taken = facts.find((fact) => isFact(fact, 'BackupTaken'));
  if (taken === undefined || !isFact(taken, 'BackupTaken')) return undefined;
  const { holdings } = foldResidency(
    facts,
    () => false,
    (steps) => view.work.goOn(steps),
  );
  const stays = holdings.filter(({ holding }) => holding.kind === 'backup' && holding.backup === backup);
  return { taken, facts, stays: [...stays].sort(timeOrder) };
};

/** How many people the frozen backup contains or contained. */
const peopleIn = (view: View, { taken, stays }: Kept): number => {
  const [first] = stays;
  if (first === undefined) return 0;
  const { backup, dataset, scope } = taken.data;
  if (!isPopulation(scope)) return 1;
  const { site } = first.holding;
  const holding = { dataset, site, kind: 'backup', backup, population: scope.population } as const;
  return wholeHistoryOf(view).heldAt(holding, first.from);
};

const stateAt = ({ taken, stays }: Kept, at: Instant): BackupState => {
  if (at < taken.time) return 'not-taken';
  if (!stays.some((stay) => contains(stay, at))) return 'destroyed';
  return (taken.data.expires ?? never) <= at ? 'overdue' : 'held';
};

/** The event that destroyed the backup: the first after it was taken. Later ones have no effect. */
const destructionOf = (view: View, { taken, facts }: Kept): BackupRow['destroyed'] => {
  const by = facts.find((fact) => isFact(fact, 'BackupDestroyed') && foldingOrder(taken, fact) < 0);
  if (by === undefined) return null;
  const recorded = [by.position, ...by.corrections].flatMap((position) => view.recorded(position) ?? []);
  return {
    at: formatInstant(by.time),
    source: recorded[0]?.event.source ?? '',
    assurance: by.assurance,
    // R4: a corrected event takes the evidence of the last correction applied.
    evidence: recorded.at(-1)?.event.evidence ?? null,
    events: proofOf(view, [by.position]),
  };
};

const restorationsOf = (view: View, { taken, facts }: Kept): BackupRow['restored'] => {
  const end = facts.find((fact) => isFact(fact, 'BackupDestroyed') && foldingOrder(taken, fact) < 0);
  return facts.flatMap((fact) => {
    if (!isFact(fact, 'BackupRestored') || foldingOrder(fact, taken) < 0) return [];
    if (end !== undefined && foldingOrder(end, fact) < 0) return [];
    return [{ to: fact.data.to, at: formatInstant(fact.time), events: proofOf(view, [fact.position]) }];
  });
};

const rowOf = (view: View, descriptions: Descriptions, kept: Kept, at: Instant): BackupRow => {
  const { taken, stays } = kept;
  const { backup, dataset, scope, from, expires } = taken.data;
  const now = stays.find((stay) => contains(stay, at));
  const place = now === undefined ? undefined : descriptions.siteAt(now.holding.site, at);
  return {
    backup,
    dataset,
    population: isPopulation(scope) ? scope.population : null,
    subject: isPopulation(scope) ? null : scope.subject,
    state: stateAt(kept, at),
    site: now?.holding.site ?? null,
    country: place?.country ?? null,
    operator: place?.operator ?? null,
    takenFrom: from,
    takenAt: formatInstant(taken.time),
    expires: expires === undefined ? null : formatInstant(expires),
    subjects: peopleIn(view, kept),
    sites: stays.map((stay) => {
      const described = descriptions.siteAt(stay.holding.site, stay.from);
      return {
        site: stay.holding.site,
        country: described.country ?? null,
        operator: described.operator ?? null,
        from: formatInstant(stay.from),
        to: formatBound(stay.to),
        events: proofOf(view, [...stay.opened, ...stay.closed]),
      };
    }),
    restored: restorationsOf(view, kept),
    assurance: assuranceOf(view, [taken.position]),
    events: proofOf(view, [taken.position]),
    destroyed: destructionOf(view, kept),
  };
};

const unknownBackup: E.Either<Problem, never> = E.left({
  kind: 'unknown',
  what: 'backup',
  detail: 'no event known at this moment takes a backup with this id',
});

/** The backup, if a known event took it. */
export const knownBackup = (view: View, backup: string): E.Either<Problem, string> =>
  keptBackup(view, backup) === undefined ? unknownBackup : E.right(backup);

/** The state of the backup at the instant. */
export const backupRow = (view: View, backup: string, at: Instant): E.Either<Problem, BackupRow> => {
  const kept = keptBackup(view, backup);
  return kept === undefined ? unknownBackup : E.right(rowOf(view, new Descriptions(view), kept, at));
};

/** The effective `BackupTaken` events after a position, in log order. */
function* takings(view: View, after: number): Generator<Kept> {
  for (let last = after; ; ) {
    const page = view.index.positionsOfKind({ type: 'BackupTaken' }, last, view.recordedUpTo, takenAtOnceMax);
    for (const position of page) {
      const fact = view.fact(position);
      if (fact === undefined || !isFact(fact, 'BackupTaken')) continue;
      const kept = keptBackup(view, fact.data.backup);
      if (kept?.taken.position === position) yield kept;
    }
    if (page.length < takenAtOnceMax) return;
    last = page.at(-1)!;
  }
}

/** Whether the state of a backup matches: an overdue backup also counts as held. */
const isIn = (state: BackupState, asked: BackupsQuestion['state']): boolean =>
  asked === undefined || state === asked || (asked === 'held' && state === 'overdue');

/** A page of the backups taken up to `validAt`, in the order in which they became known. */
export const backupsPage = (
  view: View,
  { parameters, clocks, after, limit }: Asked<BackupsQuestion>,
): Answered<ReadonlyArray<BackupRow>> => {
  const { state, site, dataset, population } = parameters;
  const at = clocks.validAt;
  const descriptions = new Descriptions(view);
  const data: BackupRow[] = [];
  let last = typeof after === 'number' ? after : 0;
  let passedOver = 0;
  for (const kept of takings(view, last)) {
    if (data.length === limit) return { data, after: last };
    if (passedOver >= passedOverBackupsMax) return { data, after: last, also: cutShort };
    last = kept.taken.position;
    const { dataset: of, scope } = kept.taken.data;
    const is = stateAt(kept, at);
    const isAsked =
      is !== 'not-taken' &&
      isIn(is, state) &&
      (dataset === undefined || of === dataset) &&
      (population === undefined || (isPopulation(scope) && scope.population === population)) &&
      (site === undefined || kept.stays.some((stay) => stay.holding.site === site && contains(stay, at)));
    if (isAsked) data.push(rowOf(view, descriptions, kept, at));
    else passedOver++;
  }
  return { data, after: null };
};
