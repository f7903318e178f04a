/**
 * A site as an entity of Cedar: its country and its operator over time (R17).
 */
import type { Described, SiteDescription } from '../recording/registrations.ts';
import { intervalAt } from '../time/interval.ts';
import { complement, cover } from '../time/timeline.ts';
import type { Varying } from '../time/varying.ts';
import { attributeOf, constantly } from './attribute.ts';
import type { Ancestry, Attribute, SourcedPiece } from './cedar/request-history.ts';
import { type EntityRef, entityRef } from './cedar/value.ts';

export interface SiteEntity {
  readonly site: Attribute;
  readonly country: Attribute;
  /** The site itself, as the parent of its holdings. */
  readonly parents: ReadonlyArray<EntityRef>;
  /** The principal of `store`. */
  readonly operator: ReadonlyArray<SourcedPiece<EntityRef>>;
}

/** The site, by what it was described as over time. */
export const siteEntity = (id: string, described: Varying<Described<SiteDescription>>): SiteEntity => ({
  site: constantly(id),
  country: attributeOf(described, ({ country }) => country),
  parents: [entityRef('Site', id)],
  operator: described.flatMap(({ from, to, value: { description } }) => {
    const { operator, operatorBy } = description;
    if (operator === undefined) return [];
    const events = operatorBy === undefined ? [] : [operatorBy];
    return [{ from, to, value: entityRef('Party', operator), events }];
  }),
});

/** When the site is in the country, and when its country is unknown. */
export const siteInCountry = ({ country }: SiteEntity, code: string): Ancestry => {
  const pieces = country.filter(({ value }) => value === code);
  return {
    within: cover(pieces),
    unknown: complement(cover(country)),
    eventsAt: (instant) => intervalAt(pieces, instant)?.events ?? [],
    // It is in another country, by the registration of that.
    eventsAgainst: (instant, since) => {
      const elsewhere = intervalAt(country, instant);
      return elsewhere === undefined || elsewhere.from < since ? [] : (elsewhere.events ?? []);
    },
  };
};
