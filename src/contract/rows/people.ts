/**
 * Rows of people, one a person: whom a finding concerns, whom a party affected.
 */
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { RowKind, Time, WirePosition } from './fields.ts';
import { WirePathEdge } from './reach.ts';

/**
 * One person, and when it was concerned: in which holding, along which path. `populations` are those that the person was in
 * meanwhile. `access` is the position of the access, where it is about one; it may name no site.
 */
export const PersonRow = exact(
  'PersonRow',
  {
    subject: t.string,
    populations: list(t.string),
    intervals: list(
      exact(
        'PersonInterval',
        {
          from: nullable(Time),
          to: nullable(Time),
          holding: exact(
            'PersonHolding',
            {
              dataset: t.string,
              site: nullable(t.string),
              kind: nullable(RowKind),
              backup: nullable(t.string),
            },
            {},
          ),
          path: list(WirePathEdge),
          access: nullable(WirePosition),
        },
        {},
      ),
    ),
  },
  {},
);
export type PersonRow = t.TypeOf<typeof PersonRow>;

/**
 * Everybody whose data a party could reach, or did: how many people, each counted once, and a page of them. A person
 * who was in several populations, or whose data was of several datasets, is counted once under each, so that these
 * numbers may add up to more; `population` and `jurisdiction` are null for people in none, or in one whose jurisdiction
 * is not known.
 */
export const Affected = exact(
  'Affected',
  {
    party: t.string,
    observed: t.boolean,
    from: nullable(Time),
    to: nullable(Time),
    subjects: t.number,
    populations: list(
      exact('AffectedPopulation', { population: nullable(t.string), subjects: t.number }, {}),
    ),
    jurisdictions: list(
      exact('AffectedJurisdiction', { jurisdiction: nullable(t.string), subjects: t.number }, {}),
    ),
    datasets: list(exact('AffectedDataset', { dataset: t.string, subjects: t.number }, {})),
    categories: list(exact('AffectedCategory', { category: t.string, subjects: t.number }, {})),
    people: list(PersonRow),
  },
  {},
);
export type Affected = t.TypeOf<typeof Affected>;
