/** The gauges of a ledger: progress, sizes and faults. */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Gauge, type Registry } from 'prom-client';
import type { Ledger } from '../../ledger/ledger.ts';

const msPerSecond = 1_000;

/** Adds the gauges of a ledger to a registry; each is read on request. */
export const addLedgerGauges = (registry: Registry, ledger: Ledger): void => {
  const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await value());
      },
    });
  };
  const { store, vault } = ledger.parts;
  const state = () => ledger.state();

  gauge('domicile_log_head_position', 'Position of the last event in the log.', () => store.head());
  gauge('domicile_projection_position', 'Position up to which events are applied.', () => state().position);
  gauge('domicile_projection_lag_events', 'Events in the log that are not applied yet.', async () =>
    Math.max(0, (await store.head()) - state().position),
  );
  gauge(
    'domicile_projection_applied_events',
    'Events applied since the process began.',
    () => state().applied,
  );
  gauge('domicile_projection_caught_up', 'Whether the projections are at the head of the log.', () =>
    Number(state().caughtUp),
  );
  gauge('domicile_projection_failed', 'Whether the projections have stopped with a failure.', () =>
    Number(state().failure !== undefined),
  );
  gauge('domicile_projection_generation', 'Number of the serving generation.', () => ledger.generation());
  gauge(
    'domicile_counting_done_individuals',
    'Individuals counted so far by the running question about everybody.',
    () => ledger.questions.counting().done,
  );
  gauge(
    'domicile_counting_total_individuals',
    'Individuals that this question has to count; 0 if no such question is running.',
    () => ledger.questions.counting().total,
  );
  gauge(
    'domicile_questions_waiting',
    'Questions that a separate thread is answering, or that wait for one.',
    () => ledger.questions.waitingBeside(),
  );
  gauge('domicile_disk_free_bytes', 'Free space of the disk with the files of the ledger.', () => {
    const { bavail, bsize } = statfsSync(dirname(ledger.parts.logFile));
    return bavail * bsize;
  });
  gauge(
    'domicile_log_bytes',
    'Size of the file of the log, without its write-ahead log.',
    () => statSync(ledger.parts.logFile).size,
  );
  gauge('domicile_replay_running', 'Whether a replay is running.', () =>
    Number(ledger.replays.all().some((replay) => replay.state === 'running')),
  );
  gauge('domicile_vault_failed', 'Whether the vault is unavailable.', async () =>
    Number((await vault.fault()) !== undefined),
  );
  const { merkle, sealed, witnessing, now } = ledger.parts;
  gauge('domicile_signed_checkpoint_size', 'Events in the last signed checkpoint.', () =>
    Number(merkle.state.signed?.size ?? 0),
  );
  gauge('domicile_integrity_failed', 'Whether signing and recording have stopped.', () =>
    Number(merkle.state.stop !== undefined),
  );
  if (witnessing !== undefined) {
    const secondsSince = (at: number | undefined): number =>
      at === undefined ? Number.NaN : Math.max(0, (now() - at) / msPerSecond);
    gauge(
      'domicile_witnessed_checkpoint_size',
      'Events in the last checkpoint that a quorum of witnesses cosigned.',
      () => (merkle.state.witnessedAt === undefined ? 0 : (merkle.state.checkpoint?.size ?? 0)),
    );
    gauge(
      'domicile_witnessed_checkpoint_age_seconds',
      'Time since the witnessed checkpoint was last cosigned; NaN before the first.',
      () => secondsSince(merkle.state.witnessedAt),
    );
    gauge(
      'domicile_index_witnessed_checkpoint_age_seconds',
      'Time since the witnessed checkpoint of the sealed index was last cosigned; NaN before the first.',
      () => secondsSince(sealed?.state.witnessedAt),
    );
    new Gauge({
      name: 'domicile_witness_cosignature_age_seconds',
      help: 'Time since the last cosignature of a witness; NaN before its first.',
      labelNames: ['witness'],
      registers: [registry],
      collect() {
        for (const { name, last } of witnessing.states()) this.set({ witness: name }, secondsSince(last?.at));
      },
    });
  }
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage().rss);
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
};
