/** Rows of people: those whom a finding concerns, those whom a party affected. */
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { RowKind, Time, WirePosition } from './fields.ts';
import { WirePathEdge } from './reach.ts';

/**
 * One person, with the intervals in which it was concerned, the holding and the path. `populations` are those of
 * the person during these intervals. `access` is the position of the access, for an interval about one; it may name
 * no site.
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
 * Everybody whose data a party could reach or accessed: the number of people, each counted once, and a page of
 * them. A person in several populations or datasets counts once under each, so these numbers may add up to more.
 * `population` and `jurisdiction` are null for people in none, or in one of unknown jurisdiction.
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
