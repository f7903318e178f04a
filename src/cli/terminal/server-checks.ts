/** The health of a running server as checks. */
import type { Readiness } from '../../client/client.ts';
import type { Check } from '../../ledger/examine/check.ts';
import { counted } from './wording.ts';

/** The checks for a server's readiness. */
export const serverChecks = (ready: Readiness, url: string): ReadonlyArray<Check> => {
  const { head, lag, failure, storeFailure, damage, vaultFailure, setAside, generation } = ready;
  const behind =
    lag === 0
      ? `at the end of the log, position ${head}`
      : `${counted(lag, 'event', 'events')} behind the log`;
  return [
    { name: 'server', state: 'ok', found: `answers at ${url}`, remedy: null },
    ...(storeFailure === undefined
      ? []
      : [{ name: 'log', state: 'failed' as const, found: storeFailure, remedy: null }]),
    ready.status === 'ready' || storeFailure !== undefined
      ? { name: 'questions', state: 'ok', found: 'answered', remedy: null }
      : {
          name: 'questions',
          state: 'failed',
          found: ready.status,
          remedy: failure ?? 'Wait until it has caught up with the log',
        },
    failure === undefined
      ? { name: 'projections', state: 'ok', found: `generation ${generation}, ${behind}`, remedy: null }
      : { name: 'projections', state: 'failed', found: failure, remedy: 'See the log of the server' },
    ...(damage === undefined
      ? []
      : [{ name: 'files', state: 'failed' as const, found: damage, remedy: null }]),
    ...(vaultFailure === undefined
      ? []
      : [
          {
            name: 'vault',
            state: 'failed' as const,
            found: vaultFailure,
            remedy:
              'Until the vault can be reached, the ledger cannot record events about people, or look people up by identifier',
          },
        ]),
    setAside.length === 0
      ? { name: 'events', state: 'ok', found: 'all applied', remedy: null }
      : {
          name: 'events',
          state: 'warning',
          found: `${counted(setAside.length, 'event is', 'events are')} set aside, the first at position ${setAside[0]!.event}: ${setAside[0]!.reason}`,
          remedy: 'GET /readyz lists them all',
        },
  ];
};
