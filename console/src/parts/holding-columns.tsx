/** Columns about holdings for several screens: what is held, of whom, where, since when, how well attested. */

import { AssuranceMark } from './assurance.tsx';
import { Since, Until } from './moment.tsx';
import { BackupId, Country, DatasetId, Id, PopulationId, SiteWord } from './names.tsx';
import type { Column } from './table.tsx';

export const datasetColumn: Column<{ readonly dataset: string }> = {
  key: 'dataset',
  head: 'Dataset',
  value: (row) => row.dataset,
  cell: (row) => <DatasetId id={row.dataset} />,
};

export const populationColumn: Column<{ readonly population: string | null }> = {
  key: 'population',
  head: 'Population',
  value: (row) => row.population,
  cell: (row) =>
    row.population === null ? (
      <span className="unknown">single people</span>
    ) : (
      <PopulationId id={row.population} />
    ),
};

export const siteColumn: Column<{ readonly site: string }> = {
  key: 'site',
  head: 'Site',
  value: (row) => row.site,
  cell: (row) => <SiteWord id={row.site} />,
};

/** A population, or a single person. */
export const scopeColumn: Column<{ readonly population: string | null; readonly subject: string | null }> = {
  key: 'scope',
  head: 'Of whom',
  value: (row) => row.population ?? row.subject,
  cell: (row) =>
    row.population === null ? <Id>{row.subject ?? ''}</Id> : <PopulationId id={row.population} />,
};

export const countryColumn: Column<{ readonly country: string | null }> = {
  key: 'country',
  head: 'Country',
  value: (row) => row.country,
  cell: (row) => <Country code={row.country} />,
};

export const assuranceColumn: Column<{ readonly assurance: string }> = {
  key: 'assurance',
  head: 'Assurance',
  value: (row) => row.assurance,
  cell: (row) => <AssuranceMark of={row.assurance} />,
};

export const heldAsColumn: Column<{ readonly kind: string; readonly backup: string | null }> = {
  key: 'kind',
  head: 'Held as',
  value: (row) => row.backup ?? row.kind,
  cell: (row) =>
    row.backup === null ? (
      'live'
    ) : (
      <>
        backup <BackupId id={row.backup} />
      </>
    ),
};

export const peopleColumn: Column<{ readonly subjects: number }> = {
  key: 'subjects',
  head: 'People',
  align: 'end',
  value: (row) => row.subjects,
  cell: (row) => row.subjects.toLocaleString('en'),
};

export const sinceColumn: Column<{ readonly from: string | null }> = {
  key: 'from',
  head: 'Since (UTC)',
  value: (row) => row.from,
  cell: (row) => <Since at={row.from} />,
};

export const untilColumn: Column<{ readonly to: string | null }> = {
  key: 'to',
  head: 'Until (UTC)',
  value: (row) => row.to,
  cell: (row) => <Until at={row.to} />,
};
