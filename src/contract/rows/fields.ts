/** Common fields of rows. */
import * as t from 'io-ts';
import { oneOf } from '../../domain/events/codec.ts';

/** A time on the wire: RFC 3339 in UTC, with milliseconds. */
export const Time = t.string;
/** A position in the log on the wire: a decimal string, only for ordering. */
export const WirePosition = t.string;
/** Whether a row is about live data or a backup. */
export const RowKind = oneOf('live data or a backup', ['live', 'backup']);
