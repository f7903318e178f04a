/**
 * Where data was: what is known once all facts are folded.
 */
import type { Discrepancy, HoldingDiscrepancy } from '../recording/discrepancy.ts';
import type { Varying } from '../time/varying.ts';
import type { BackupTaking } from './backups.ts';
import { populationOf } from './holding.ts';
import type { Enrolment } from './memberships.ts';
import type { Possession } from './possession.ts';
import type { HoldingPresence, SubjectPresence } from './presences.ts';

/** Presences are maximal, uninterrupted and of some length. */
export interface Residency {
  readonly presences: ReadonlyArray<SubjectPresence>;
  /** The presences of one subject. */
  presencesOf(subject: string): ReadonlyArray<SubjectPresence>;
  /** The presences in holdings of a population, and in backups of it. */
  presencesIn(population: string): ReadonlyArray<SubjectPresence>;
  readonly holdings: ReadonlyArray<HoldingPresence>;
  readonly memberships: ReadonlyMap<string, Varying<Enrolment>>;
  readonly backups: ReadonlyMap<string, BackupTaking>;
  readonly discrepancies: ReadonlyArray<Discrepancy<HoldingDiscrepancy>>;
  /** By the position of each copy, move, backup or restoration: the followed subjects whose data it took along. */
  readonly takenAlong: ReadonlyMap<number, ReadonlyArray<string>>;
}

/** What a fold found. */
export const residencyAfter = (possession: Possession): Residency => {
  const presences = possession.presences.ofSubjects();
  let bySubject: ReadonlyMap<string, ReadonlyArray<SubjectPresence>> | undefined;
  let byPopulation: ReadonlyMap<string | undefined, ReadonlyArray<SubjectPresence>> | undefined;
  return {
    presences,
    presencesOf: (subject) => {
      bySubject ??= Map.groupBy(presences, (presence) => presence.subject);
      return bySubject.get(subject) ?? [];
    },
    presencesIn: (population) => {
      byPopulation ??= Map.groupBy(presences, ({ holding }) => populationOf(holding));
      return byPopulation.get(population) ?? [];
    },
    holdings: possession.presences.ofHoldings(),
    memberships: possession.memberships.overTime(),
    backups: possession.backups.all(),
    discrepancies: possession.discrepancies,
    takenAlong: possession.takenAlong,
  };
};
