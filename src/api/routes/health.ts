/** Whether the process is alive and ready for questions, and the progress of the projections. */
import { Hono } from 'hono';
import type { Instant } from '../../domain/time/instant.ts';
import { sentenceOfStop } from '../../integrity/merkle-log.ts';
import type { SignedState } from '../../integrity/signed-log.ts';
import { whateverIsKnown } from '../../ledger/ask.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Witnessing } from '../../ledger/witnessing/witnessing.ts';
import type { ApiEnv } from '../http/caller.ts';
import { sendJson } from '../http/send-json.ts';

/** How many events the projections may lag behind the log while the process still counts as ready. */
const readyLagEventsMax = 100_000;

const ageMs = (at: Instant, now: Instant): number => Math.max(0, now - at);

/** The state of each witness of a log, and what a quorum has cosigned. */
const witnessedIn = (
  { state: { checkpoint, witnessedAt } }: { readonly state: SignedState },
  witnessing: Witnessing,
  now: Instant,
) => ({
  witnesses: witnessing.states().map(({ name, last, failure }) => ({
    name,
    size: last?.size ?? null,
    ageMs: last === undefined ? null : ageMs(last.at, now),
    failure: failure ?? null,
  })),
  witnessed:
    checkpoint === undefined || witnessedAt === undefined
      ? null
      : { size: checkpoint.size, ageMs: ageMs(witnessedAt, now) },
});

/** The routes for operators and their probes. */
export const healthRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const { vault, keys, watch } = ledger.parts;

  routes.get('/livez', (context) => sendJson(context, { status: 'alive' }));

  routes.get('/readyz', async (context) => {
    const head = await ledger.parts.store.head();
    const { position, caughtUp, failure } = ledger.state();
    const setAside = ledger.ask(whateverIsKnown, 'claimed', (view) =>
      view.index.setAside(0, Number.MAX_SAFE_INTEGER).map((row) => ({
        event: String(row.position),
        reason: String(row.reason),
      })),
    );
    const vaultFailure = await vault.fault();
    const { merkle, sealed, witnessing, indexWitnessing, now } = ledger.parts;
    const { checkpoint, stop } = merkle.state;
    const watched = watch?.state ?? {};
    const keysFailure = keys.fault();
    const { done, total } = ledger.questions.counting();
    const lag = Math.max(0, head - position);
    const storeFailure = ledger.parts.store.fault();
    const ready =
      failure === undefined && storeFailure === undefined && !ledger.isBuilding() && lag <= readyLagEventsMax;
    const body = {
      status: ready ? 'ready' : 'not ready',
      head: String(head),
      position: String(position),
      lag,
      caughtUp,
      generation: ledger.generation(),
      setAside,
      // The progress of counting individuals for a question about everybody.
      counting: total === 0 ? null : { done, total },
      checkpoint:
        checkpoint === undefined ? null : { size: checkpoint.size, ageMs: ageMs(checkpoint.madeAt, now()) },
      ...(witnessing === undefined ? {} : witnessedIn(merkle, witnessing, now())),
      ...(sealed === undefined || indexWitnessing === undefined
        ? {}
        : {
            index: { ...witnessedIn(sealed, indexWitnessing, now()), stop: sealed.state.stop ?? null },
          }),
      ...(stop === undefined ? {} : { integrityFailure: sentenceOfStop(stop) }),
      ...(failure === undefined ? {} : { failure }),
      // The log on KurrentDB is another one, or lost records, so nothing is recorded.
      ...(storeFailure === undefined ? {} : { storeFailure }),
      // Questions that name no person are still answered, so the process stays ready.
      ...(vaultFailure === undefined ? {} : { vaultFailure }),
      // Checked while serving: every row, and whether the log's index finds every event.
      filesCheck: { running: watched.running ?? null, checkedAt: watched.checkedAt ?? null },
      ...(watched.damage === undefined ? {} : { damage: watched.damage }),
      ...(keysFailure === undefined ? {} : { keysFailure }),
    };
    return sendJson(context, body, ready ? 200 : 503);
  });

  return routes;
};
