/** A site: what it holds, of how many people, who runs it, and which rules were broken there. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { siteAt } from '../ledger/registry-queries.ts';
import { Id, PartyName } from '../parts/names.tsx';
import { SiteLanes } from './held-lanes.tsx';
import { HoldingsPanel } from './holdings-panel.tsx';
import { ThingEvents } from './thing-events.tsx';
import { ThingFindings } from './thing-findings.tsx';
import { CountryFact, Fact, NotKnown, ThingPage } from './thing-page.tsx';

export const SiteScreen = () => {
  const { site } = useSearch({ from: '/site' });
  const view = useView();
  const of = useQuery({ ...siteAt(site ?? '', questionOf(view)), enabled: site !== undefined });
  return (
    <ThingPage
      kind="site"
      id={site}
      what="What this site holds at the moment chosen above and held over time, who runs it, and which policies were broken there."
      of={of}
      nameOf={({ name }) => name}
      factsOf={({ country, subdivision, operator, owner }) => (
        <>
          <Fact label="Country">
            <CountryFact code={country} />
            {subdivision === null ? null : (
              <>
                , <Id>{subdivision}</Id>
              </>
            )}
          </Fact>
          <Fact label="Operated by">{operator === null ? <NotKnown /> : <PartyName id={operator} />}</Fact>
          <Fact label="Owned by">{owner === null ? <NotKnown /> : <PartyName id={owner} />}</Fact>
        </>
      )}
      tools={
        <Link to="/reach" search={{ ...clocksOf(view), by: 'holding' }} className="quiet-link">
          Show who could reach what
        </Link>
      }
    >
      {({ data, clocks }) => (
        <>
          <HoldingsPanel
            sites={[data.site]}
            without="site"
            title="Holdings"
            fileName={`holdings-${data.site}`}
            clocks={clocks}
          />
          <ThingFindings by={{ site: data.site }} fileName={`findings-${data.site}`} />
          <ThingEvents about={{ site: data.site }} />
          <SiteLanes site={data.site} validAt={clocks.validAt} />
        </>
      )}
    </ThingPage>
  );
};
