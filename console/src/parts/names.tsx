/**
 * Names beside identifiers. What is shown is always the identifier; the name is what the ledger was told it means. Both
 * are text and nothing else, each isolated, so that a name in another direction of writing moves nothing around it.
 */
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Question } from '../../../src/client/client.ts';
import type { PartyRow, SiteRow } from '../../../src/client/rows.ts';
import { partiesAt, sitesAt } from '../ledger/queries.ts';
import { shownText } from './shown-text.ts';

/** The registered sites and parties, by id. */
export interface Names {
  readonly sites: ReadonlyMap<string, SiteRow>;
  readonly parties: ReadonlyMap<string, PartyRow>;
}

const named = <A extends { readonly name: string | null }>(row: A): A =>
  row.name === null ? row : { ...row, name: shownText(row.name) };

const none: Names = { sites: new Map(), parties: new Map() };
const NamesContext = createContext<Names>(none);

/** Gives names to all that is within. */
export const NamesAt = ({ question, children }: { question: Question; children: ReactNode }) => {
  const sites = useQuery(sitesAt(question));
  const parties = useQuery(partiesAt(question));
  const names = useMemo(
    (): Names => ({
      sites: new Map(sites.data?.data.map((row) => [row.site, named(row)])),
      parties: new Map(parties.data?.data.map((row) => [row.party, named(row)])),
    }),
    [sites.data, parties.data],
  );
  return <NamesContext value={names}>{children}</NamesContext>;
};

export const useNames = (): Names => useContext(NamesContext);

/** The name of a site, or its identifier where it has none. */
export const siteNameIn = (names: Names, site: string): string => names.sites.get(site)?.name ?? site;

/** The name of a party, or its identifier where it has none. */
export const partyNameIn = (names: Names, party: string): string => names.parties.get(party)?.name ?? party;

/** An identifier, exactly as it is. */
export const Id = ({ children }: { children: string }) => <bdi className="id">{children}</bdi>;

const Named = ({ name, id }: { name: string | null | undefined; id: string }) =>
  name === null || name === undefined || name === id ? (
    <Id>{id}</Id>
  ) : (
    <span className="named">
      <bdi className="name">{name}</bdi> <Id>{id}</Id>
    </span>
  );

export const SiteName = ({ id }: { id: string }) => <Named id={id} name={useNames().sites.get(id)?.name} />;
export const PartyName = ({ id }: { id: string }) => (
  <Named id={id} name={useNames().parties.get(id)?.name} />
);

/** A party by its name alone, where there is no room for both. */
export const PartyWord = ({ id }: { id: string }) => (
  <bdi className="name" title={id}>
    {partyNameIn(useNames(), id)}
  </bdi>
);
export const SiteWord = ({ id }: { id: string }) => (
  <bdi className="name" title={id}>
    {siteNameIn(useNames(), id)}
  </bdi>
);

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** The English name of a country. */
export const countryName = (code: string): string => {
  if (code === 'EU') return 'European Union';
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
};

export const Country = ({ code }: { code: string | null }) =>
  code === null ? (
    <span className="unknown">not known</span>
  ) : (
    <abbr className="country" title={countryName(code)}>
      {code}
    </abbr>
  );

/** A name that others gave, by itself. */
export const Title = ({ children }: { children: string }) => (
  <bdi className="name">{shownText(children)}</bdi>
);
