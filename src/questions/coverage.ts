/**
 * The instants up to which the sources of an answer have vouched to be complete (R22): beyond them, something may
 * be missing.
 */
import type { HeardUntil } from '../contract/answers.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { isFact } from '../domain/recording/facts.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { positionsNaming } from './events.ts';
import type { View } from './view.ts';

/** Sources to list in one answer: the first in code-unit order. */
const heardSourcesMax = 1_000;
/** Events that name a subject and whose sources an answer about it lists: the first. */
const namingEventsMax = 1_000;

/** What an answer is based on, besides what its rows show. */
export interface Behind {
  readonly subject?: string;
  readonly site?: string;
  readonly party?: string;
  /** The answer depends on everything that the ledger knows. */
  readonly everything?: boolean;
}

/** Fields of rows with the position of an event, and those with a site. */
const positionFields: ReadonlySet<string> = new Set(['position', 'event']);
const positionLists: ReadonlySet<string> = new Set(['events', 'openedBy', 'closedBy']);
const siteFields: ReadonlySet<string> = new Set(['site', 'fromSite', 'toSite']);

/** Adds the positions of events and the sites that rows contain at any depth. */
const shownIn = (rows: unknown, positions: Set<number>, sites: Set<string>): void => {
  if (typeof rows !== 'object' || rows === null) return;
  if (Array.isArray(rows)) {
    for (const row of rows) shownIn(row, positions, sites);
    return;
  }
  for (const field in rows) {
    const value: unknown = (rows as Readonly<Record<string, unknown>>)[field];
    if (typeof value === 'string') {
      if (positionFields.has(field)) positions.add(Number(value));
      if (siteFields.has(field)) sites.add(value);
    } else if (Array.isArray(value) && positionLists.has(field))
      for (const position of value) positions.add(Number(position));
    else shownIn(value, positions, sites);
  }
};

/** The latest instant up to which the source vouched, as the view knows it; null if it never did. */
const vouchedUpTo = (view: View, source: string): string | null => {
  const latest = view.index.latestVouch(source, (position, upTo) => {
    const fact = view.fact(position);
    return (
      fact !== undefined &&
      isFact(fact, 'SourceVouched') &&
      fact.data.upTo === upTo &&
      view.index.sourceAt(position) === source
    );
  });
  return latest === undefined ? null : formatInstant(latest);
};

/**
 * The instant up to which each relevant source has vouched (R22).
 *
 * Relevant are the sources of the events that the rows show, of the events that name what the answer is about, and
 * those known to report on its sites.
 */
export const heardUntil = (view: View, rows: unknown, behind: Behind): ReadonlyArray<HeardUntil> => {
  const { index, recordedUpTo: upTo } = view;
  const positions = new Set<number>();
  const sites = new Set<string>();
  shownIn(rows, positions, sites);
  if (behind.site !== undefined) sites.add(behind.site);
  if (behind.subject !== undefined) {
    for (const position of positionsNaming(view, behind.subject, namingEventsMax)) positions.add(position);
  }
  const sources = new Set<string>(behind.everything === true ? index.sources(upTo, heardSourcesMax) : []);
  const addAll = (more: Iterable<string>): void => {
    for (const source of more) sources.add(source);
  };
  for (const position of positions) {
    const source = position > upTo ? undefined : index.sourceAt(position);
    if (source !== undefined) sources.add(source);
  }
  for (const site of sites) addAll(index.sourcesNaming('site', site, upTo, heardSourcesMax));
  if (behind.party !== undefined) addAll(index.sourcesNaming('party', behind.party, upTo, heardSourcesMax));
  return [...sources]
    .sort(codeUnitOrder)
    .slice(0, heardSourcesMax)
    .map((source) => ({ source, upTo: vouchedUpTo(view, source) }));
};
