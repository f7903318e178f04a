/**
 * Names beside identifiers. Each is isolated (`bdi`), so that a name written from right to left does not reorder
 * the text around it.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Question } from '../../../src/client/client.ts';
import type { PartyRow, SiteRow } from '../../../src/client/rows.ts';
import { markedText, mixedScripts } from '../../../src/contract/mixed-scripts.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { partiesAt, sitesAt } from '../ledger/registry-queries.ts';

/** The registered sites and parties, by id. */
export interface Names {
  readonly sites: ReadonlyMap<string, SiteRow>;
  readonly parties: ReadonlyMap<string, PartyRow>;
}

const named = <A extends { readonly name: string | null }>(row: A): A =>
  row.name === null ? row : { ...row, name: shownText(row.name) };

const none: Names = { sites: new Map(), parties: new Map() };
const NamesContext = createContext<Names>(none);

/** Provides the names registered at a moment to all components within. */
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

/** The name of a site, or its identifier if it has none. */
export const siteNameIn = (names: Names, site: string): string =>
  names.sites.get(site)?.name ?? markedText(site);

/** The name of a party, or its identifier if it has none. */
export const partyNameIn = (names: Names, party: string): string =>
  names.parties.get(party)?.name ?? markedText(party);

/** An identifier, marked if it mixes scripts. */
export const Id = ({ children }: { children: string }) => {
  const scripts = mixedScripts(children);
  return (
    <>
      <bdi className="id">{shownText(children)}</bdi>
      {scripts === undefined ? null : (
        <span className="mixed-scripts" title="Letters of several scripts can look alike">
          {' '}
          [{scripts.join(' and ')}]
        </span>
      )}
    </>
  );
};

const Named = ({ name, id }: { name: string | null | undefined; id: string }) =>
  name === null || name === undefined || name === id ? (
    <Id>{id}</Id>
  ) : (
    <span className="named">
      <bdi className="name">{name}</bdi> <Id>{id}</Id>
    </span>
  );

/** A link to the page of a thing, under the clocks of the address. */
export const ThingLink = ({
  thing,
  id,
  children,
}: {
  thing: 'site' | 'party' | 'dataset' | 'population' | 'backup';
  id: string;
  children: ReactNode;
}) => (
  <Link to={`/${thing}`} search={{ ...clocksOf(useView()), [thing]: id }} className="thing-link">
    {children}
  </Link>
);

export const SiteName = ({ id }: { id: string }) => (
  <ThingLink thing="site" id={id}>
    <Named id={id} name={useNames().sites.get(id)?.name} />
  </ThingLink>
);
export const PartyName = ({ id }: { id: string }) => (
  <ThingLink thing="party" id={id}>
    <Named id={id} name={useNames().parties.get(id)?.name} />
  </ThingLink>
);

/** A party by name only, if there is no room for both. */
export const PartyWord = ({ id }: { id: string }) => (
  <ThingLink thing="party" id={id}>
    <bdi className="name" title={id}>
      {partyNameIn(useNames(), id)}
    </bdi>
  </ThingLink>
);
export const SiteWord = ({ id }: { id: string }) => (
  <ThingLink thing="site" id={id}>
    <bdi className="name" title={id}>
      {siteNameIn(useNames(), id)}
    </bdi>
  </ThingLink>
);

/** A dataset, a population or a backup by its identifier. */
export const DatasetId = ({ id }: { id: string }) => (
  <ThingLink thing="dataset" id={id}>
    <Id>{id}</Id>
  </ThingLink>
);
export const PopulationId = ({ id }: { id: string }) => (
  <ThingLink thing="population" id={id}>
    <Id>{id}</Id>
  </ThingLink>
);
export const BackupId = ({ id }: { id: string }) => (
  <ThingLink thing="backup" id={id}>
    <Id>{id}</Id>
  </ThingLink>
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
    <span className="unknown">unknown</span>
  ) : (
    <abbr className="country" title={countryName(code)}>
      {code}
    </abbr>
  );

/** A name without its identifier. */
export const Title = ({ children }: { children: string }) => (
  <bdi className="name">{shownText(children)}</bdi>
);
