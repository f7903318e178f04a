/**
 * What a site held over time, and where a dataset was held: the rows of R12 for a site, as stays with the events
 * that opened and closed them.
 *
 * A population's holding or a backup exists even with nobody in it. So only subjects with own data are followed
 * individually.
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
import { cachedByQuestion } from './cached-by-knowledge.ts';
import { assuranceOf, proofOf } from './proof-of.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { scopesByKind, scopesOf } from './scopes-of-facts.ts';
import type { View } from './view.ts';

/** Subjects to follow at a time; the memory of their facts is freed in between. */
const followedAtOnceMax = 2_000;
/** Approximate sizes in bytes of JSON: a stay without its events, and each event. */
const bytesOfStay = 300;
const bytesOfEvent = 12;

/** An uninterrupted stay of a holding at its site. */
export interface HoldingStay extends Span {
  readonly holding: SharedHolding;
  /** From this instant on, a backup that is still held is overdue. */
  readonly expires: Instant;
}

/** Collects stays by holding. */
class Stays {
  private readonly isAbout: (holding: Holding) => boolean;
  private readonly byKey = new Map<string, { holding: SharedHolding; expires: Instant; spans: Span[] }>();

  constructor(isAbout: (holding: Holding) => boolean) {
    this.isAbout = isAbout;
  }

  /** Adds the intervals of holdings of populations or of single subjects. */
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

  /** Merges intervals that overlap or meet. */
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

/** The stays of the holdings that `isAbout` selects, from the data of some facts. */
const staysOf = (
  view: View,
  facts: Iterable<Fact>,
  isAbout: (holding: Holding) => boolean,
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
  return [...stays.all()].sort(stayOrder);
};

/** Sites and datasets whose stays are cached, so that further pages and other periods need not follow anybody anew. */
const answersMax = 2;
const kept = cachedByQuestion<ReadonlyArray<HoldingStay>>(answersMax);

const overlapping = (stays: ReadonlyArray<HoldingStay>, during: Interval): ReadonlyArray<HoldingStay> =>
  stays.filter((stay) => overlaps(stay, during));

/** The events that may move data; accesses do not. */
const happened = (facts: ReadonlyArray<Fact>): ReadonlyArray<Fact> =>
  facts.filter((fact) => !isFact(fact, 'AccessObserved'));

/**
 * Every stay at a site that overlaps the period, not cut to it: by its begin, then by dataset, population, kind and
 * backup.
 */
export const staysAt = (view: View, site: string, during: Interval): ReadonlyArray<HoldingStay> =>
  overlapping(
    kept.get(view, `at ${site}`, () =>
      staysOf(view, happened(view.facts('data-at', site)), (holding) => holding.site === site),
    ),
    during,
  );

/**
 * Every stay of a dataset that overlaps the period, not cut to it: by its begin, then by site, population, kind and
 * backup.
 */
export const staysOfDataset = (view: View, dataset: string, during: Interval): ReadonlyArray<HoldingStay> =>
  overlapping(
    kept.get(view, `of ${dataset}`, () =>
      staysOf(view, happened(view.facts('data-of', dataset)), (holding) => holding.dataset === dataset),
    ),
    during,
  );

/** A stay, as it goes over the wire. */
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

/** The approximate size of a stay, in bytes of JSON. */
export const bytesOf = ({ opened, closed }: HoldingStay): number =>
  bytesOfStay + bytesOfEvent * (opened.length + closed.length);
