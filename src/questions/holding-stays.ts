/**
 * What a site held over time, and where a dataset was: the rows of R12 for a site, as stays with the events that opened
 * and closed them.
 *
 * A population's holding is there, or is not, whoever is in it, and so is a backup. So only those are followed whose own
 * data was there.
 */
import type { HoldingStayRow } from '../contract/rows/residency.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import { type Holding, type SharedHolding, sharedHolding } from '../domain/residency/holding.ts';
import { overdueSince } from '../domain/residency/overdue.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { formatBound, formatInstant, type Instant } from '../domain/time/instant.ts';
import { type Interval, overlaps } from '../domain/time/interval.ts';
import { mergeSpans, type Span } from '../domain/time/span.ts';
import { assuranceOf, proofOf } from './proof-of.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { scopesByKind, scopesOf } from './scopes-of-facts.ts';
import type { View } from './view.ts';

/** Subjects followed at a time; the memory that their facts take is freed in between. */
const followedAtOnceMax = 2_000;
/** About how many bytes of JSON a stay is without its events, and each event. */
const bytesOfStay = 300;
const bytesOfEvent = 12;

/** An uninterrupted stay of a holding at its site. */
export interface HoldingStay extends Span {
  readonly holding: SharedHolding;
  /** A backup is overdue from then on, if it is still there. */
  readonly expires: Instant;
}

/** The stays that are about something, by holding, as they are found. */
class Stays {
  private readonly isAbout: (holding: Holding) => boolean;
  private readonly byKey = new Map<string, { holding: SharedHolding; expires: Instant; spans: Span[] }>();

  constructor(isAbout: (holding: Holding) => boolean) {
    this.isAbout = isAbout;
  }

  /** Adds when holdings were there: of populations, or of single subjects. */
  add(
    { backups }: Pick<Residency, 'backups'>,
    presences: Iterable<Span & { readonly holding: Holding }>,
    of: 'populations' | 'subjects',
  ): void {
    for (const { holding, from, to, opened, closed } of presences) {
      if (!this.isAbout(holding)) continue;
      const shared = sharedHolding(holding);
      if ((shared.population === null) !== (of === 'subjects')) continue;
      const { dataset, site, population, backup } = shared;
      const key = JSON.stringify([dataset, site, population, backup]);
      const expires = overdueSince(backups, backup);
      const ofHolding = this.byKey.get(key) ?? { holding: shared, expires, spans: [] };
      this.byKey.set(key, ofHolding);
      ofHolding.spans.push({ from, to, opened, closed });
    }
  }

  /** Puts together what overlaps or meets. */
  settle(): void {
    for (const ofHolding of this.byKey.values())
      ofHolding.spans = [...mergeSpans(ofHolding.spans.map((span) => [span]))];
  }

  all(): ReadonlyArray<HoldingStay> {
    return [...this.byKey.values()].flatMap(({ holding, expires, spans }) =>
      spans.map((span) => ({ holding, expires, ...span })),
    );
  }
}

const stayOrder = (a: HoldingStay, b: HoldingStay): number =>
  a.from - b.from ||
  codeUnitOrder(a.holding.dataset, b.holding.dataset) ||
  codeUnitOrder(a.holding.site, b.holding.site) ||
  codeUnitOrder(a.holding.population ?? '', b.holding.population ?? '') ||
  codeUnitOrder(a.holding.kind, b.holding.kind) ||
  codeUnitOrder(a.holding.backup ?? '', b.holding.backup ?? '');

/** The stays of holdings that are about something, of the data that some facts are about. */
const staysOf = (
  view: View,
  facts: Iterable<Fact>,
  isAbout: (holding: Holding) => boolean,
  during: Interval,
): ReadonlyArray<HoldingStay> => {
  const { populations, subjects } = scopesByKind(scopesOf(view, facts));
  const stays = new Stays(isAbout);
  const ofPopulations = new ResidencyFacts(view);
  for (const population of populations) ofPopulations.addPopulation(population);
  const residency = ofPopulations.fold();
  stays.add(residency, residency.holdings, 'populations');
  const followed = [...subjects];
  for (let first = 0; first < followed.length; first += followedAtOnceMax) {
    const some = new ResidencyFacts(view.as(view.known));
    for (const subject of followed.slice(first, first + followedAtOnceMax)) some.addSubject(subject);
    const own = some.fold();
    stays.add(own, own.presences, 'subjects');
    stays.settle();
  }
  return stays
    .all()
    .filter((stay) => overlaps(stay, during))
    .sort(stayOrder);
};

/** What happened to data; an access leaves it where it was. */
const happened = (facts: ReadonlyArray<Fact>): ReadonlyArray<Fact> =>
  facts.filter((fact) => !isFact(fact, 'AccessObserved'));

/** Every stay at a site that overlaps the period, whole: by when it began, then by dataset, population, kind, backup. */
export const staysAt = (view: View, site: string, during: Interval): ReadonlyArray<HoldingStay> =>
  staysOf(view, happened(view.facts('data-at', site)), (holding) => holding.site === site, during);

/** Every stay of a dataset that overlaps the period, whole: by when it began, then by site, population, kind, backup. */
export const staysOfDataset = (view: View, dataset: string, during: Interval): ReadonlyArray<HoldingStay> =>
  staysOf(view, happened(view.facts('data-of', dataset)), (holding) => holding.dataset === dataset, during);

/** A stay on the wire. */
export const wireStay = (
  view: View,
  { holding, expires, from, to, opened, closed }: HoldingStay,
): HoldingStayRow => ({
  dataset: holding.dataset,
  population: holding.population,
  site: holding.site,
  kind: holding.kind,
  backup: holding.backup,
  from: formatInstant(from),
  to: formatBound(to),
  overdueSince: expires < to ? formatInstant(expires) : null,
  assurance: assuranceOf(view, opened),
  openedBy: proofOf(view, opened),
  closedBy: proofOf(view, closed),
});

/** About how many bytes of JSON a stay is. */
export const bytesOf = ({ opened, closed }: HoldingStay): number =>
  bytesOfStay + bytesOfEvent * (opened.length + closed.length);
