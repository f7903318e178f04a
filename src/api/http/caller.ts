/**
 * Who asks: what the caller of a request may see.
 */
import type { Context } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import { People } from '../../ledger/people.ts';
import { may } from './access.ts';

/** People, as the caller of this request may see them. */
export const peopleOf = (context: Context, ledger: Ledger): People =>
  new People(ledger, may(context, 'identify'));
