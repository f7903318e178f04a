/** The lanes of the time scale: pure functions from answers to bars. */
import type { EventDataJson, HistoryRow, TrailRow } from '../../../src/client/rows.ts';
import { dataOf } from '../ledger/event-words.ts';
import { type Late, lateMs } from './lateness.ts';

/** The kind of a bar. Each has its own pattern besides its colour. */
export type Look = 'live' | 'backup' | 'reach' | 'control' | 'grant' | 'violated' | 'indeterminate';

/** An interval: half-open, `to` is null while it lasts. */
export interface Bar {
  readonly id: string;
  readonly look: Look;
  readonly from: number;
  readonly to: number | null;
  readonly label: string;
  /** The bar in words, for screen readers. */
  readonly words: string;
  readonly assurance: string | null;
  /** When a backup became overdue. */
  readonly overdueFrom: number | null;
  readonly late: Late | undefined;
  /** Positions of the events that prove it. */
  readonly events: ReadonlyArray<string>;
}

export interface Lane {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly rows: ReadonlyArray<ReadonlyArray<Bar>>;
}

export interface LaneGroup {
  readonly id: string;
  readonly label: string;
  readonly lanes: ReadonlyArray<Lane>;
}

/** When something ended, in words. */
export const until = (to: number | null): string =>
  to === null ? 'until now' : `until ${new Date(to).toISOString().slice(0, 10)}`;

/** A day in words, and the beginning of time. */
export const day = (ms: number): string =>
  Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : 'the beginning';

/** Positions of events, each once, in the order of the log. */
export const inOrder = (events: Iterable<string>): ReadonlyArray<string> =>
  [...new Set(events)].sort((a, b) => Number(a) - Number(b));

/** The last part of the name of a dataset. */
export const shortDataset = (dataset: string): string => dataset.slice(dataset.lastIndexOf('/') + 1);

/** Whose data, in words; null stands for people's own data. */
export const whoseWords = (population: string | null): string => population ?? 'single people';

/** Packs bars into rows. Bars of one kind share a row if they do not overlap. */
export const packed = (
  bars: ReadonlyArray<Bar>,
  kindOf: (bar: Bar) => string,
): ReadonlyArray<ReadonlyArray<Bar>> => {
  const rows: { kind: string; end: number; bars: Bar[] }[] = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from || 0)) {
    const kind = kindOf(bar);
    const row = rows.find((each) => each.kind === kind && each.end <= bar.from);
    const end = bar.to ?? Number.POSITIVE_INFINITY;
    if (row === undefined) rows.push({ kind, end, bars: [bar] });
    else {
      row.bars.push(bar);
      row.end = end;
    }
  }
  return rows.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0)).map((row) => row.bars);
};

/**
 * The last learned of the events before the begin of a bar, if it was learned after that begin. A late event does
 * not affect bars that began after it was known.
 */
export const lateAmong = (
  events: ReadonlyArray<string>,
  from: number,
  late: ReadonlyMap<string, Late>,
): Late | undefined =>
  events
    .flatMap((position) => late.get(position) ?? [])
    .filter(({ happened, learned }) => happened <= from && learned - from > lateMs)
    .reduce<Late | undefined>(
      (latest, each) => (latest !== undefined && latest.learned >= each.learned ? latest : each),
      undefined,
    );

/** When each backup expires, by its events and their corrections. */
export const expiries = (trail: ReadonlyArray<TrailRow>): ReadonlyMap<string, number> => {
  const taken = new Map<string, EventDataJson<'BackupTaken'>>();
  for (const { event } of trail) {
    const data = dataOf(event, 'BackupTaken');
    if (data !== undefined) taken.set(`${event.source} ${event.id}`, data);
  }
  for (const { event } of trail) {
    const correction = dataOf(event, 'EventCorrected');
    if (correction?.data === undefined) continue;
    const target = `${correction.event.source} ${correction.event.id}`;
    if (taken.has(target)) taken.set(target, correction.data as EventDataJson<'BackupTaken'>);
  }
  return new Map(
    [...taken.values()].flatMap(({ backup, expires }) =>
      expires === undefined ? [] : [[backup, Date.parse(expires)]],
    ),
  );
};

/** Bars of holdings in rows: live data above backups. */
export const holdingRows = (bars: ReadonlyArray<Bar>): Lane['rows'] =>
  packed(bars, (bar) => `${bar.look === 'live' ? '0' : '1'} ${bar.label}`);

/** A lane for each site that held the data, in order of first use. */
export const siteLanes = (
  history: ReadonlyArray<HistoryRow>,
  siteName: (site: string) => string,
  expiresOf: ReadonlyMap<string, number>,
  late: ReadonlyMap<string, Late>,
): ReadonlyArray<Lane> => {
  const bySite = new Map<string, HistoryRow[]>();
  for (const row of history) {
    const rows = bySite.get(row.site);
    if (rows === undefined) bySite.set(row.site, [row]);
    else rows.push(row);
  }
  return [...bySite].map(([site, rows]) => {
    const bars = rows.map((row): Bar => {
      const to = row.to === null ? null : Date.parse(row.to);
      const expires = row.backup === null ? undefined : expiresOf.get(row.backup);
      const overdue = expires !== undefined && expires < (to ?? Number.POSITIVE_INFINITY);
      const what = row.kind === 'backup' ? `in backup ${row.backup}` : 'live';
      const end = row.to === null ? 'until now' : `until ${row.to.slice(0, 10)}`;
      return {
        id: `${site}\n${row.dataset}\n${row.backup ?? ''}\n${row.from}`,
        look: row.kind,
        from: Date.parse(row.from),
        to,
        label: row.kind === 'backup' ? `${shortDataset(row.dataset)}, backup` : shortDataset(row.dataset),
        words: `${row.dataset} ${what} at ${siteName(site)}, from ${row.from.slice(0, 10)} ${end}, ${row.assurance}${
          overdue ? `, overdue since ${new Date(expires).toISOString().slice(0, 10)}` : ''
        }`,
        assurance: row.assurance,
        overdueFrom: overdue ? expires : null,
        late: lateAmong(row.events, Date.parse(row.from), late),
        events: row.events,
      };
    });
    const { country } = rows.at(-1)!;
    return {
      id: `site ${site}`,
      label: siteName(site),
      note: country ?? 'country not known',
      rows: holdingRows(bars),
    };
  });
};
