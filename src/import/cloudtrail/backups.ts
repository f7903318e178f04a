/**
 * Snapshots as backups (R11). A backup contains one population. A snapshot with the data of several populations is
 * one backup for each, named by the snapshot and the population.
 */
import type { Fact } from '../imported/foreign-event.ts';
import { datasetFor, populationRule, populationsFor } from '../mapping/mapping.ts';
import { type Call, type CallFacts, partyOf } from './call.ts';

/** The backups of a snapshot of which only the name is known. */
const backupsOf = ({ mapping }: Call, snapshot: string): ReadonlyArray<string> => {
  const populations = populationRule(mapping, snapshot) ?? [];
  return populations.length < 2 ? [snapshot] : populations.map((population) => `${snapshot}#${population}`);
};

const severalPopulations =
  'the snapshot contains data of several populations: map its name to the same populations, so that its deletion applies to each';

/** A snapshot of a store was taken. */
export const taken = (call: Call, snapshot: string, store: string, from: string, to: string): CallFacts => {
  const ruled = populationRule(call.mapping, snapshot);
  const populations = ruled ?? populationsFor(call.mapping, store);
  const { dataset } = datasetFor(call.mapping, store);
  return {
    facts: populations.map((population) => ({
      type: 'BackupTaken',
      data: {
        backup: populations.length < 2 ? snapshot : `${snapshot}#${population}`,
        dataset,
        scope: { population },
        from,
        to,
      },
    })),
    sites: [from, to],
    stores: [store],
    unmapped: ruled === undefined && populations.length > 1 ? [severalPopulations] : [],
  };
};

/** A snapshot was deleted. */
export const destroyed = (call: Call, snapshot: string): CallFacts => ({
  facts: backupsOf(call, snapshot).map((backup) => ({
    type: 'BackupDestroyed',
    data: { backup },
  })),
});

/** The data of a snapshot is live again at a site. */
export const restored = (call: Call, snapshot: string, to: string): CallFacts => ({
  facts: backupsOf(call, snapshot).map((backup) => ({
    type: 'BackupRestored',
    data: { backup, to },
  })),
  sites: [to],
});

/** A snapshot is shared, or no longer shared, with accounts or everyone. */
export const shared = (
  call: Call,
  snapshot: string,
  added: ReadonlyArray<string>,
  removed: ReadonlyArray<string>,
): CallFacts => {
  const facts = backupsOf(call, snapshot).flatMap((backup) => [
    ...added.map(
      (account): Fact => ({
        type: 'AccessGranted',
        data: {
          grant: `${backup}/shared/${account}`,
          party: partyOf(call, account),
          over: { backup },
          actions: ['read'],
        },
      }),
    ),
    ...removed.map(
      (account): Fact => ({
        type: 'AccessRevoked',
        data: { grant: `${backup}/shared/${account}` },
      }),
    ),
  ]);
  return facts.length > 0 ? { facts } : { facts, unmapped: ['the call shares the snapshot with nobody'] };
};
