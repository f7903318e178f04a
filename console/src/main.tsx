/**
 * The auditors' console: where people's data lived and who could reach it, on two clocks.
 */
import './ledger/signed-in.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { ClientFailure } from '../../src/client/client.ts';
import { followLedger } from './ledger/live.ts';
import { useSession } from './ledger/session.ts';
import { router } from './router.tsx';
import './styles/theme.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/dialogs.css';
import './styles/keys.css';
import './styles/clocks.css';
import './styles/parts.css';
import './styles/panels.css';
import './styles/tables.css';
import './styles/proof.css';
import './styles/lanes.css';
import './styles/scrubber.css';
import './styles/bars.css';
import './styles/home.css';
import './styles/person.css';
import './styles/erase.css';
import './styles/things.css';
import './styles/map.css';
import './styles/findings.css';
import './styles/what-if.css';
import './styles/reach.css';
import './styles/integrity.css';
import './styles/check.css';
import './styles/log-and-health.css';
import './styles/print.css';

/** How long "now" may be stale. Otherwise, answers are refreshed when something is recorded. */
const staleMs = 60_000;
/** Retries of a question without a response. After these it is repeated when the server is back. */
const retriesMax = 2;

const isTemporary = (error: unknown): boolean =>
  error instanceof ClientFailure &&
  (error.error.kind === 'network' || (error.error.kind === 'problem' && error.error.status === 503));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: staleMs,
      // The server may be on this machine, so being offline does not matter.
      networkMode: 'always',
      retry: (failures, error) => failures < retriesMax && isTemporary(error),
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
});

const Following = () => {
  const session = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key starts a new session.
  useEffect(() => {
    const ended = new AbortController();
    // Another key may have other permissions.
    void queries.resetQueries();
    void followLedger(queries, ended.signal);
    return () => ended.abort();
  }, [session]);
  return null;
};

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Following />
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
