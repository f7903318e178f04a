/** Queries about the integrity of the log. */
import { queryOptions } from '@tanstack/react-query';
import { orThrow } from '../../../src/client/client.ts';
import { ledger } from './session.ts';

/** How often to poll the Merkle log. */
const standMs = 5_000;
const checkpointsShown = 20;

/** The state of the Merkle log. */
export const merkleLog = queryOptions({
  queryKey: ['merkle log'],
  queryFn: async ({ signal }) => orThrow(await ledger().log.state({ signal })).data,
  refetchInterval: standMs,
});

/** The latest signed checkpoints. */
export const checkpoints = queryOptions({
  queryKey: ['checkpoints'],
  queryFn: async ({ signal }) =>
    orThrow(await ledger().log.checkpoints({ limit: checkpointsShown }, { signal })).data,
  refetchInterval: standMs,
});

/** The proof that an event is in the signed log, as text. */
export const proofOf = (position: string) =>
  queryOptions({
    queryKey: ['proof', position],
    queryFn: async ({ signal }) => orThrow(await ledger().log.prove(position, { signal })),
    staleTime: standMs,
  });
