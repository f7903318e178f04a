/**
 * Checks of a ledger, as a table.
 */
import * as t from 'io-ts';
import { exact, nullable, oneOf } from '../../domain/events/codec.ts';
import { type Column, tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The printed result of a check. */
export const CheckRow = exact(
  'Check',
  {
    name: t.string,
    state: oneOf('a state', ['ok', 'warning', 'failed']),
    found: t.string,
    remedy: nullable(t.string),
  },
  {},
);
export type CheckRow = t.TypeOf<typeof CheckRow>;

const columns: ReadonlyArray<Column<CheckRow>> = [
  { title: 'Check', cell: ({ name }) => name },
  {
    title: 'State',
    cell: ({ state }) => state,
    style: ({ state }) => (state === 'ok' ? 'green' : state === 'warning' ? 'yellow' : 'red'),
  },
  { title: 'Found', cell: ({ found }) => found },
  { title: 'What to do', cell: ({ remedy }) => remedy ?? '' },
];

/** The table of some checks. */
export const checkTable = (checks: ReadonlyArray<CheckRow>, terminal: Terminal): string =>
  tableOf(checks, columns, terminal);
