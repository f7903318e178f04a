/**
 * The auditors' console: where people's data lived and who could reach it, on two clocks.
 */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { ClientFailure } from '../../src/client/client.ts';
import { followLedger } from './ledger/live.ts';
import { useSession } from './ledger/session.ts';
import { router } from './router.tsx';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/tables.css';
import './styles/proof.css';
import './styles/scrubber.css';
import './styles/home.css';
import './styles/person.css';
import './styles/map.css';
import './styles/findings.css';
import './styles/what-if.css';
import './styles/reach.css';
import './styles/log-and-health.css';
import './styles/print.css';

/** Answers are asked for anew when something is recorded, not by the clock; "now" moves on with this. */
const staleMs = 60_000;
/** A question that got no answer is repeated so often; after that, when the server is back. */
const retriesMax = 2;

const isPassing = (error: unknown): boolean =>
  error instanceof ClientFailure &&
  (error.error.kind === 'network' || (error.error.kind === 'problem' && error.error.status === 503));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: staleMs,
      // The server is on this machine or near it: that the reader is offline says nothing.
      networkMode: 'always',
      retry: (failures, error) => failures < retriesMax && isPassing(error),
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
});

const Following = () => {
  const session = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another session with the server.
  useEffect(() => {
    const ended = new AbortController();
    // What was refused to the session before may be answered to this one, and the other way round.
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
