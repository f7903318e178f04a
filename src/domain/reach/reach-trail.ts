/**
 * The reach of a subject's audit trail: every event that opened or closed a path to this person's data, and why it did.
 *
 * An event counts where the edge it opened or closed was on a path that visits no party twice, whether or not that path
 * is the shortest one.
 */

import { inText } from '../events/in-text.ts';
import type { Fact } from '../recording/facts.ts';
import type { Residency } from '../residency/residency.ts';
import type { RowKey } from '../residency/rows.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import { cut, type Interval, overlapOf, overlaps } from '../time/interval.ts';
import { positions, type Span } from '../time/span.ts';
import { type DataClass, overKeysOf } from './data-class.ts';
import { dataPresencesOf } from './data-presence.ts';
import { directEdges } from './direct-edges.ts';
import type { Edge } from './edge.ts';
import type { LabelsByParty } from './labels.ts';
import { passes } from './path.ts';
import type { Reach } from './reach.ts';
import { shortestPathLabels } from './shortest-paths.ts';

/** An event of the trail. */
export interface TrailEntry {
  readonly position: number;
  /** One sentence or more; the person is not named in it. */
  readonly why: string;
}

/** How many places of data a sentence names, and how many sentences an event gets; the rest is counted. */
const placesNamedMax = 3;
const sentencesMax = 10;

/** How many steps of work it takes to note what an event did. */
const stepsOfNote = 20;

/** An edge that an event opened or closed, and the data that it led to. */
interface Change {
  readonly edge: Edge;
  readonly opens: boolean;
  /** By their names. */
  readonly places: Map<string, RowKey>;
}

/**
 * Every event that opened or closed a path to the subject's data, in known order.
 *
 * @param fact the fact at a position, as the question knows it.
 */
export const reachTrail = (
  reach: Reach,
  subject: string,
  residency: Residency,
  fact: (position: number) => Fact | undefined,
): ReadonlyArray<TrailEntry> => {
  const changes = new Map<number, Map<string, Change>>();
  const note = (position: number, opens: boolean, { edge }: OnPath, row: RowKey): void => {
    reach.goOn(stepsOfNote);
    let ofEvent = changes.get(position);
    if (ofEvent === undefined) {
      ofEvent = new Map();
      changes.set(position, ofEvent);
    }
    const key = `${opens ? 'opens' : 'closes'} ${edge.edge}\n${edge.from}\n${edge.to}`;
    const before = ofEvent.get(key);
    if (before === undefined) ofEvent.set(key, { edge, opens, places: new Map([[placeOf(row), row]]) });
    else before.places.set(placeOf(row), row);
  };
  for (const { row, classes } of dataPresencesOf(reach.grants, residency, subject, reach.goOn)) {
    for (const { from, to, value } of classes) {
      for (const each of edgesOnPaths(reach, value, { from, to })) {
        for (const position of each.opening) note(position, true, each, row);
        for (const position of each.closing) note(position, false, each, row);
      }
    }
  }
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([position, ofEvent]) => ({ position, why: sentences([...ofEvent.values()], fact(position)) }));
};

/** An edge while it is on a path to data, with the events that opened and closed that way. */
interface OnPath {
  readonly edge: Edge;
  readonly opening: ReadonlyArray<number>;
  readonly closing: ReadonlyArray<number>;
}

const edgesOnPaths = function* (reach: Reach, data: DataClass, during: Interval): Iterable<OnPath> {
  const labels = reach.labels(data);
  const direct = directEdges(reach, data);
  for (const edge of direct) {
    for (const span of edge.spans) {
      const until = lastTogether([during], span, during);
      if (until === undefined) continue;
      // Each grant that another was replaced with is told too: it kept the way open.
      const kept = edge.edge === 'granted' ? termsIn(reach, data, edge, span, during) : [];
      const opening = positions(span.opened, kept);
      yield { edge, opening, closing: closing(span, until) };
    }
  }
  const around = new Map<string, LabelsByParty>();
  for (const party of labels.parties) {
    const own = labels.of(party);
    reach.goOn(own.length);
    for (const edge of reach.parties.into(party)) {
      if (edge.from === party) continue;
      let leads = own;
      if (own.some(({ hop }) => passes(hop, edge.from))) {
        // The party cannot use a path through itself, but there may be a path around it.
        const without =
          around.get(edge.from) ??
          shortestPathLabels(reach.parties, direct, undefined, edge.from, reach.goOn);
        around.set(edge.from, without);
        leads = without.get(party) ?? [];
      }
      for (const span of edge.spans) {
        const until = lastTogether(leads, span, during);
        if (until === undefined) continue;
        const opening = positions(span.opened, madeItsKind(reach, edge, span));
        yield { edge, opening, closing: closing(span, until) };
      }
    }
  }
};

/**
 * The registration by which the group of a membership became an organisation, or ceased to be one; nothing if it never
 * was one before.
 */
const madeItsKind = ({ parties }: Reach, { edge, from, to }: Edge, span: Span): ReadonlyArray<number> => {
  if (edge !== 'member-of' && edge !== 'employs') return [];
  const pieces = parties.description(edge === 'member-of' ? to : from);
  const isOrganisation = edge === 'employs';
  let first = pieces.findLastIndex((piece) => piece.from <= span.from);
  if (first < 0) return [];
  while (first > 0 && (pieces[first - 1]!.value.description.kind === 'organisation') === isOrganisation)
    first--;
  return isOrganisation || first > 0 ? pieces[first]!.value.events : [];
};

/** When the edge last held while what it leads to reached the data; undefined if it never did. */
const lastTogether = (leads: ReadonlyArray<Interval>, span: Span, during: Interval): Instant | undefined =>
  cut(leads, overlapOf(span, during)).at(-1)?.to;

/** An end closes a way that was open until then. What a grant's own terms end has no event of its own. */
const closing = ({ to, opened, closed }: Span, until: Instant): ReadonlyArray<number> =>
  until === to ? closed.filter((position) => !opened.includes(position)) : [];

/** The grants in force over the data meanwhile. */
const termsIn = (
  reach: Reach,
  data: DataClass,
  { from: party, to: grant }: Edge,
  span: Span,
  during: Interval,
): ReadonlyArray<number> =>
  overKeysOf(data)
    .flatMap((key) => reach.grants.termsOver(key))
    .filter((term) => term.grant === grant && term.party === party)
    .filter((term) => term.from >= span.from && term.to <= span.to)
    .filter((term) => overlaps(term, during))
    .flatMap((term) => term.opened);

const placeOf = ({ dataset, site, backup }: RowKey): string =>
  backup === null
    ? `${inText(dataset)} at ${inText(site)}`
    : `${inText(dataset)} at ${inText(site)} (backup ${inText(backup)})`;

/** The data at a site that was already named. */
const thingOf = ({ dataset, backup }: RowKey): string =>
  backup === null ? inText(dataset) : `${inText(dataset)} (backup ${inText(backup)})`;

const inWords = (places: ReadonlyArray<string>): string => {
  const named = places.slice(0, placesNamedMax);
  const more = places.length - named.length;
  const all = more > 0 ? [...named, `${more} more`] : named;
  return all.length === 1 ? all[0]! : `${all.slice(0, -1).join(', ')} and ${all.at(-1)!}`;
};

const sentences = (changes: ReadonlyArray<Change>, cause: Fact | undefined): string => {
  const told = changes.slice(0, sentencesMax).map((change) => sentence(change, cause));
  const more = changes.length - told.length;
  return [...told, ...(more > 0 ? [`And so for ${more} more edges.`] : [])].join(' ');
};

const sentence = ({ edge: changed, opens, places }: Change, cause: Fact | undefined): string => {
  const { edge } = changed;
  const [from, to] = [inText(changed.from), inText(changed.to)];
  const data = `this person's ${inWords([...places.keys()])}`;
  switch (edge) {
    case 'granted':
      if (opens) {
        const expires = cause?.type === 'AccessGranted' ? cause.data.expires : undefined;
        const until = expires === undefined ? '' : `, until ${formatInstant(expires)} at the latest`;
        return `Grant ${to} let ${from} reach ${data}${until}.`;
      }
      return cause?.type === 'AccessGranted'
        ? `Grant ${to} was given anew, on terms by which ${from} no longer reached ${data}.`
        : `The revocation of grant ${to} ended the reach it gave ${from}, of ${data}.`;
    case 'operates':
    case 'owns': {
      const role = edge === 'operates' ? 'operator' : 'owner';
      const held = `${to}, which held this person's ${inWords([...places.values()].map(thingOf))}`;
      if (!opens) return `${from} was no longer the ${role} of ${held}.`;
      return cause?.type === 'SiteRegistered'
        ? `${from} was registered as the ${role} of ${held}.`
        : `${from} became the ${role} of ${held}.`;
    }
    case 'controls':
      return opens
        ? `${from} came to control ${to}, which could reach ${data}.`
        : `${from} no longer controlled ${to}, which could reach ${data}.`;
    case 'member-of':
      if (cause?.type === 'PartyRegistered') {
        return opens
          ? `${to} was no longer registered as an organisation, so that its member ${from} shared in its reach of ${data}.`
          : `${to} was registered as an organisation, so that its member ${from} no longer shared in its reach of ${data}.`;
      }
      return opens
        ? `${from} became a member of ${to}, which could reach ${data}.`
        : `${from} was no longer a member of ${to}, which could reach ${data}.`;
    case 'employs':
      if (cause?.type === 'PartyRegistered') {
        return opens
          ? `${from} was registered as an organisation, so that it employed its member ${to}, who could reach ${data}.`
          : `${from} was no longer registered as an organisation, so that it no longer employed ${to}, who could reach ${data}.`;
      }
      return opens
        ? `${from} came to employ ${to}, who could reach ${data}.`
        : `${from} no longer employed ${to}, who could reach ${data}.`;
  }
};
