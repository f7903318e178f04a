/** The reader's scopes. They are requested again with another key, and stay cached while others record. */
import { queryOptions } from '@tanstack/react-query';
import { orThrow } from '../../../src/client/client.ts';
import { ledger } from './session.ts';

/** The key or login of the reader, and its scopes. */
export const caller = queryOptions({
  queryKey: ['caller'],
  queryFn: async ({ signal }) => orThrow(await ledger().login.caller({ signal })),
});
