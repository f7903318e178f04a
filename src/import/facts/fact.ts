/**
 * Facts that an event begins or ends at its time: a membership, a control relation, a grant, data at a site, a
 * description, an enrolment. A source has one fact at a time for each key.
 */
import { type Event, encodeData } from '../../domain/events/event.ts';
import type { Fact } from '../imported/foreign-event.ts';

/**
 * A fact that holds, with the event that began it and one that would end it. Descriptions and enrolments have no
 * ending event.
 */
export interface HeldFact {
  readonly key: string;
  readonly fact: Fact;
  readonly ending: Fact | undefined;
}

/** The effect of one event on facts. */
export type Effect =
  | { readonly kind: 'begins'; readonly held: HeldFact }
  | { readonly kind: 'ends'; readonly key: string };

const keyOf = (...parts: ReadonlyArray<unknown>): string => JSON.stringify(parts);

const asFact = (event: Event): Fact => ({ type: event.type, data: encodeData(event) }) as Fact;

const begins = (key: string, fact: Fact, ending?: Fact): ReadonlyArray<Effect> => [
  { kind: 'begins', held: { key, fact, ending } },
];
const ends = (key: string): Effect => ({ kind: 'ends', key });

const dataKey = (dataset: string, scope: unknown, site: string): string =>
  keyOf('data', dataset, scope, site);

/** The presence of data at a site. */
const dataAt = (
  dataset: string,
  scope: { readonly population: string } | { readonly subject: string },
  site: string,
): Effect => {
  const data = { dataset, scope, site };
  return {
    kind: 'begins',
    held: {
      key: dataKey(dataset, scope, site),
      fact: { type: 'DataPlaced', data },
      ending: { type: 'DataDeleted', data },
    },
  };
};

/** The effects of an event; none for events without a lasting fact here, such as accesses, backups and policies. */
export const effectsOf = (event: Event): ReadonlyArray<Effect> => {
  switch (event.type) {
    case 'MembershipBegan': {
      const { member, group } = event.data;
      const ending: Fact = { type: 'MembershipEnded', data: { member, group } };
      return begins(keyOf('membership', member, group), asFact(event), ending);
    }
    case 'MembershipEnded':
      return [ends(keyOf('membership', event.data.member, event.data.group))];
    case 'ControlBegan': {
      const { controller, controlled, basis } = event.data;
      const ending: Fact = { type: 'ControlEnded', data: { controller, controlled, basis } };
      return begins(keyOf('control', controller, controlled, basis), asFact(event), ending);
    }
    case 'ControlEnded': {
      const { controller, controlled, basis } = event.data;
      return [ends(keyOf('control', controller, controlled, basis))];
    }
    case 'AccessGranted': {
      const { grant } = event.data;
      return begins(keyOf('grant', grant), asFact(event), { type: 'AccessRevoked', data: { grant } });
    }
    case 'AccessRevoked':
      return [ends(keyOf('grant', event.data.grant))];
    case 'DataPlaced':
      return [dataAt(event.data.dataset, event.data.scope, event.data.site)];
    case 'DataCopied':
      return [dataAt(event.data.dataset, event.data.scope, event.data.to)];
    case 'DataMoved': {
      const { dataset, scope, from, to } = event.data;
      return [ends(dataKey(dataset, scope, from)), dataAt(dataset, scope, to)];
    }
    case 'DataDeleted':
      return [ends(dataKey(event.data.dataset, event.data.scope, event.data.site))];
    case 'PartyRegistered':
      return begins(keyOf('party', event.data.party), asFact(event));
    case 'SiteRegistered':
      return begins(keyOf('site', event.data.site), asFact(event));
    case 'DatasetRegistered':
      return begins(keyOf('dataset', event.data.dataset), asFact(event));
    case 'PopulationRegistered':
      return begins(keyOf('population', event.data.population), asFact(event));
    case 'SubjectEnrolled':
      return begins(keyOf('enrolment', event.data.subject), asFact(event));
    case 'SubjectsEnrolled':
      return event.data.subjects.flatMap((subject) =>
        begins(keyOf('enrolment', subject), {
          type: 'SubjectEnrolled',
          data: { subject, population: event.data.population },
        }),
      );
    default:
      return [];
  }
};

/** Whether two facts are equal. */
export const isSame = (a: Fact, b: Fact): boolean =>
  a.type === b.type && JSON.stringify(sorted(a.data)) === JSON.stringify(sorted(b.data));

/** The value with sorted object members and sorted lists of texts, such as `actions`. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.every((item) => typeof item === 'string') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
};
