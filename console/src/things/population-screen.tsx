/**
 * A population: how many people are in it, and where their data is held.
 */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { populationAt } from '../ledger/registry-queries.ts';
import { useNames } from '../parts/names.tsx';
import { HoldingsPanel } from './holdings-panel.tsx';
import { ThingFindings } from './thing-findings.tsx';
import { CountryFact, Fact, ThingPage } from './thing-page.tsx';

export const PopulationScreen = () => {
  const { population } = useSearch({ from: '/population' });
  const view = useView();
  const names = useNames();
  const of = useQuery({
    ...populationAt(population ?? '', questionOf(view)),
    enabled: population !== undefined,
  });
  return (
    <ThingPage
      kind="population"
      id={population}
      what="The number of people in this population at the moment chosen above, where their data is held, and the policies that this broke."
      of={of}
      nameOf={({ name }) => name}
      factsOf={({ jurisdiction, subjects }) => (
        <>
          <Fact label="Jurisdiction">
            <CountryFact code={jurisdiction} />
          </Fact>
          <Fact label="People">{subjects.toLocaleString('en')}</Fact>
        </>
      )}
    >
      {({ data, clocks }) => (
        <>
          <HoldingsPanel
            sites={[...names.sites.keys()]}
            isAbout={(row) => row.population === data.population}
            without="population"
            title="Holdings of it"
            fileName={`holdings-${data.population}`}
            clocks={clocks}
          />
          <ThingFindings by={{ population: data.population }} fileName={`findings-${data.population}`} />
        </>
      )}
    </ThingPage>
  );
};
