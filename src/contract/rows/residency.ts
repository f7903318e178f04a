/**
 * Rows about where data is and was (R12).
 */
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { Assurance } from '../../domain/events/words.ts';
import { RowKind, Time, WirePosition } from './fields.ts';

const place = {
  dataset: t.string,
  site: t.string,
  country: nullable(t.string),
  operator: nullable(t.string),
  kind: RowKind,
  backup: nullable(t.string),
};

/** One place where a subject's data is (R12). */
export const ResidencyRow = exact(
  'ResidencyRow',
  { ...place, since: Time, overdue: t.boolean, assurance: Assurance, events: list(WirePosition) },
  {},
);
export type ResidencyRow = t.TypeOf<typeof ResidencyRow>;

/** One uninterrupted stay of a subject's data in one place (R12). */
export const HistoryRow = exact(
  'HistoryRow',
  { ...place, from: Time, to: nullable(Time), assurance: Assurance, events: list(WirePosition) },
  {},
);
export type HistoryRow = t.TypeOf<typeof HistoryRow>;

/** One holding at a site, with the number of subjects in it (R12). */
export const SiteHoldingRow = exact(
  'SiteHoldingRow',
  {
    dataset: t.string,
    population: nullable(t.string),
    kind: RowKind,
    backup: nullable(t.string),
    since: Time,
    overdue: t.boolean,
    subjects: t.number,
  },
  {},
);
export type SiteHoldingRow = t.TypeOf<typeof SiteHoldingRow>;

/**
 * One uninterrupted stay of a holding at a site (R12); `to` is null while it lasts. `population` is null for
 * subjects' own data. `overdueSince` is when the backup expired, if it was held longer.
 */
export const HoldingStayRow = exact(
  'HoldingStayRow',
  {
    dataset: t.string,
    population: nullable(t.string),
    site: t.string,
    kind: RowKind,
    backup: nullable(t.string),
    from: Time,
    to: nullable(Time),
    overdueSince: nullable(Time),
    assurance: Assurance,
    openedBy: list(WirePosition),
    closedBy: list(WirePosition),
  },
  {},
);
export type HoldingStayRow = t.TypeOf<typeof HoldingStayRow>;
