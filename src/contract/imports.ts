/** The requests and results of imports. */
import * as t from 'io-ts';
import { exact, list, oneOf } from '../domain/events/codec.ts';
import { BodyFault } from './problem.ts';

/** A body with its own mapping: the records as a list, or the text of a CSV file. */
export const ImportBody = exact(
  'a body with a mapping',
  { mapping: t.UnknownRecord },
  { records: list(t.unknown), csv: t.string },
  ({ records, csv }) =>
    (records === undefined) === (csv === undefined)
      ? [{ pointer: '/records', message: 'expected either records or csv beside mapping' }]
      : [],
);

/** The part of a record that became no event, and why. `index` counts records from 0, `line` lines from 1. */
const UnmappedRecord = exact('UnmappedRecord', { index: t.number, message: t.string }, { line: t.number });
export type UnmappedRecord = t.TypeOf<typeof UnmappedRecord>;

/**
 * The result of an import. `recorded` and `duplicates` count events; `unmapped` lists what became none, up to a
 * limit. `kept` counts the `unmappedRecords` that the server has kept, if it keeps them.
 */
export const ImportOutcome = exact(
  'ImportOutcome',
  {
    records: t.number,
    recorded: t.number,
    duplicates: t.number,
    position: t.string,
    unmappedRecords: t.number,
    unmapped: list(UnmappedRecord),
  },
  { kept: t.number },
);
export type ImportOutcome = t.TypeOf<typeof ImportOutcome>;

/** The result of a dry run: the first events, and each record that would be refused, up to a limit. */
export const ImportTrial = exact(
  'ImportTrial',
  {
    records: t.number,
    events: t.number,
    first: list(t.unknown),
    refusedRecords: t.number,
    refused: list(BodyFault),
    unmappedRecords: t.number,
    unmapped: list(UnmappedRecord),
  },
  {},
);
export type ImportTrial = t.TypeOf<typeof ImportTrial>;

/** The response to a batch of OpenLineage events, by the OpenLineage specification. */
export const LineageBatchOutcome = exact(
  'LineageBatchOutcome',
  {
    status: oneOf('how it went', ['success', 'partial_success']),
    summary: exact(
      'LineageBatchSummary',
      {
        received: t.number,
        successful: t.number,
        failed: t.number,
        retriable: t.number,
        non_retriable: t.number,
      },
      {},
    ),
    failed_events: list(
      exact('FailedLineageEvent', { index: t.number, reason: t.string, retriable: t.boolean }, {}),
    ),
  },
  {},
);
export type LineageBatchOutcome = t.TypeOf<typeof LineageBatchOutcome>;
