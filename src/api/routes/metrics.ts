/**
 * Metrics for Prometheus.
 */
import { Hono } from 'hono';
import { type ApiEnv, needsCaller } from '../http/caller.ts';
import type { LedgerMetrics } from '../observing/ledger-metrics.ts';

/** The route `/metrics`. */
export const metricsRoutes = ({ registry }: LedgerMetrics): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use('/metrics', needsCaller);
  routes.get('/metrics', async (context) =>
    context.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  );
  return routes;
};
