/**
 * Whether the process lives, whether it is ready for questions, and how far the projections are.
 */
import { Hono } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApiEnv } from '../http/caller.ts';

/** How far the projections may be behind the log while the process still counts as ready, in events. */
export const readyLagEventsMax = 100_000;

/** The routes that operators and their probes ask. */
export const healthRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const { vault } = ledger.parts;

  routes.get('/livez', (context) => context.json({ status: 'alive' }));

  routes.get('/readyz', async (context) => {
    const head = await ledger.parts.store.head();
    const { position, caughtUp, failure } = ledger.state();
    const setAside = ledger.ask(Number.MAX_SAFE_INTEGER, 'claimed', (view) =>
      view.index.setAside(0, Number.MAX_SAFE_INTEGER).map((row) => ({
        event: String(row.position),
        reason: String(row.reason),
      })),
    );
    const vaultFailure = await vault.fault();
    const lag = Math.max(0, head - position);
    const ready = failure === undefined && !ledger.isBuilding() && lag <= readyLagEventsMax;
    const body = {
      status: ready ? 'ready' : 'not ready',
      head: String(head),
      position: String(position),
      lag,
      caughtUp,
      generation: ledger.generation(),
      setAside,
      ...(failure === undefined ? {} : { failure }),
      // Whatever names nobody is still answered, so that it stays ready.
      ...(vaultFailure === undefined ? {} : { vaultFailure }),
    };
    return context.json(body, ready ? 200 : 503);
  });

  routes.get('/metrics', async (context) => {
    const head = await ledger.parts.store.head();
    const { position, applied, caughtUp, failure } = ledger.state();
    const vaultFailure = await vault.fault();
    const { rss, heapUsed } = process.memoryUsage();
    const gauges: ReadonlyArray<readonly [name: string, help: string, value: number]> = [
      ['domicile_log_head_position', 'Position of the last event in the log.', head],
      ['domicile_projection_position', 'Position up to which events are applied.', position],
      ['domicile_projection_applied_events', 'Events applied since the process began.', applied],
      [
        'domicile_projection_caught_up',
        'Whether the projections are at the head of the log.',
        Number(caughtUp),
      ],
      ['domicile_projection_failed', 'Whether the projections do not go on.', Number(failure !== undefined)],
      ['domicile_projection_generation', 'Number of the serving generation.', ledger.generation()],
      [
        'domicile_replay_running',
        'Whether a replay is under way.',
        Number(ledger.replays.all().some(({ state }) => state === 'running')),
      ],
      ['domicile_vault_failed', 'Whether the vault cannot be asked.', Number(vaultFailure !== undefined)],
      ['process_resident_memory_bytes', 'Resident memory of the process.', rss],
      ['nodejs_heap_size_used_bytes', 'Heap in use.', heapUsed],
    ];
    const lines = gauges.flatMap(([name, help, value]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      `${name} ${value}`,
    ]);
    return context.text(`${lines.join('\n')}\n`, 200, {
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });

  return routes;
};
