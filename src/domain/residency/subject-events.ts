/**
 * What events scoped to a subject do: R9. Each affects only that subject.
 */
import type { FactOf } from '../recording/facts.ts';
import type { FoldingPlace } from '../recording/folding-order.ts';
import type { LiveHolding } from './population-holdings.ts';
import type { Possession } from './possession.ts';

/** `DataPlaced` brings the subject to the site. */
export const placeOfSubject = (possession: Possession, by: FactOf<'DataPlaced'>, subject: string): void =>
  bringSubject(possession, by, subject, by.data.dataset, by.data.site);

/** `DataCopied` and `DataMoved` bring the subject to the site, even if it was not at `from` (a discrepancy). */
export const transferOfSubject = (
  possession: Possession,
  by: FactOf<'DataCopied' | 'DataMoved'>,
  subject: string,
): void => {
  const { dataset, from, to } = by.data;
  const place = { dataset, site: from };
  const wasThere =
    by.type === 'DataMoved' ? takeOut(possession, by, subject, place) : isLive(possession, subject, place);
  if (!wasThere) possession.report(by, 'not-held');
  possession.takesAlong(by, [subject]);
  bringSubject(possession, by, subject, dataset, to);
};

/** `DataDeleted` takes the subject out of every live holding of the dataset at the site. */
export const deleteOfSubject = (possession: Possession, by: FactOf<'DataDeleted'>, subject: string): void => {
  if (!takeOut(possession, by, subject, by.data)) possession.report(by, 'not-held');
};

/** `SubjectErased` takes the subject out at every site; without `dataset`, out of every dataset. */
export const eraseSubject = (possession: Possession, by: FactOf<'SubjectErased'>): void => {
  takeOut(possession, by, by.data.subject, by.data);
};

/** The subject's data is at the site from now on, as R10 says. */
export const bringSubject = (
  { follows, ownHoldings }: Possession,
  by: FoldingPlace,
  subject: string,
  dataset: string,
  site: string,
): void => {
  if (follows(subject)) ownHoldings.bring(by, subject, dataset, site);
};

/** Which live data; without a dataset or site, of every one. */
interface Selection {
  readonly dataset?: string;
  readonly site?: string;
}

const isSelected = (
  { dataset, site }: Selection,
  holding: { readonly dataset: string; readonly site: string },
): boolean =>
  (dataset === undefined || dataset === holding.dataset) && (site === undefined || site === holding.site);

/**
 * Takes the subject out of every live holding that is selected, including its own, through whichever population it
 * came.
 *
 * @returns whether it was in any; true for a subject that is not followed.
 */
const takeOut = (
  possession: Possession,
  by: FoldingPlace,
  subject: string,
  selection: Selection,
): boolean => {
  const { follows, populationHoldings, ownHoldings } = possession;
  if (!follows(subject)) return true;
  let taken = false;
  for (const live of liveHoldingsOf(possession, subject)) {
    if (isSelected(selection, live.occupancy.holding))
      taken = populationHoldings.takeOut(by, live, subject) || taken;
  }
  for (const { dataset, site } of ownHoldings.of(subject)) {
    if (isSelected(selection, { dataset, site }))
      taken = ownHoldings.end(by, subject, dataset, site) || taken;
  }
  return taken;
};

/** Whether the subject's data is live at the site, through whichever holding; true for one that is not followed. */
export const isLive = (
  possession: Possession,
  subject: string,
  place: { readonly dataset: string; readonly site: string },
): boolean => {
  if (!possession.follows(subject)) return true;
  if (possession.ownHoldings.has(subject, place.dataset, place.site)) return true;
  for (const { occupancy, subjects } of liveHoldingsOf(possession, subject)) {
    if (isSelected(place, occupancy.holding) && subjects.has(subject)) return true;
  }
  return false;
};

/** The live holdings that may have the subject: those of all populations it was ever in, since leaving takes nobody out. */
function* liveHoldingsOf(
  { memberships, populationHoldings }: Possession,
  subject: string,
): Iterable<LiveHolding> {
  for (const population of memberships.populationsOf(subject)) yield* populationHoldings.of(population);
}
