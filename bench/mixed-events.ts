/**
 * Mixed events for benchmarks: the same on every run, in realistic proportions.
 */
import type { Event } from '../src/domain/events/event.ts';

/** A pseudo-random number generator (mulberry32): the same seed gives the same log. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const sites = Array.from({ length: 40 }, (_, index) => `site-${index}`);
const populations = Array.from({ length: 12 }, (_, index) => `population-${index}`);
const datasets = Array.from({ length: 8 }, (_, index) => `acme/dataset-${index}`);
const countries = ['US', 'SG', 'IE', 'DE', 'CN', 'NO', 'BR', 'IN'];
const start = Date.UTC(2016, 0, 1);
const tenYearsMs = 10 * 365 * 86_400_000;

/** How many sources emit concurrently. */
export const sources = Array.from({ length: 16 }, (_, index) => `https://emitter-${index}.example`);

/** Registrations of everything that the mixed events name. */
export const registrations = (): ReadonlyArray<Event> => {
  const base = { source: sources[0]!, assurance: 'observed' as const, time: start };
  return [
    {
      ...base,
      id: 'party-acme',
      type: 'PartyRegistered',
      data: { party: 'acme', kind: 'organisation', name: 'Acme', country: 'US' },
    },
    ...sites.map(
      (site, index): Event => ({
        ...base,
        id: `site-${index}`,
        type: 'SiteRegistered',
        data: { site, name: site, country: countries[index % countries.length]!, operator: 'acme' },
      }),
    ),
    ...populations.map(
      (population, index): Event => ({
        ...base,
        id: `population-${index}`,
        type: 'PopulationRegistered',
        data: { population, name: population, jurisdiction: countries[index % countries.length]! },
      }),
    ),
    ...datasets.map(
      (dataset, index): Event => ({
        ...base,
        id: `dataset-${index}`,
        type: 'DatasetRegistered',
        data: { dataset, name: dataset, categories: ['profile'], controller: 'acme' },
      }),
    ),
    ...populations.flatMap((population, index): Event[] =>
      datasets.map((dataset, at) => ({
        ...base,
        id: `placed-${index}-${at}`,
        type: 'DataPlaced',
        data: { dataset, scope: { population }, site: sites[(index + at) % sites.length]! },
      })),
    ),
  ];
};

/** The pseudonym of one person in the mixed events. */
export const mixedSubject = (index: number): string => `psn_${index.toString(36).padStart(21, 'A')}A`;

/**
 * Mixed events: mostly about single people, some about whole populations.
 *
 * @param count how many events.
 * @param subjects how many people they are about.
 */
export function* mixedEvents(count: number, subjects: number, seed = 1): Generator<Event> {
  const random = randomFrom(seed);
  const pick = <A>(items: ReadonlyArray<A>): A => items[Math.floor(random() * items.length)]!;
  const subject = (): string => mixedSubject(Math.floor(random() * subjects));
  let enrolled = 0;
  for (let index = 0; index < count; index++) {
    const base = {
      id: `${index.toString(36)}-${Math.floor(random() * 2 ** 32).toString(36)}`,
      source: sources[index % sources.length]!,
      time: start + Math.floor(random() * tenYearsMs),
      assurance: 'observed' as const,
    };
    const dice = random();
    const [from, to] = [pick(sites), pick(sites)];
    if (dice < 0.6) {
      const one = enrolled < subjects ? mixedSubject(enrolled++) : subject();
      yield { ...base, type: 'SubjectEnrolled', data: { subject: one, population: pick(populations) } };
    } else if (dice < 0.72) {
      yield {
        ...base,
        type: 'DataPlaced',
        data: { dataset: pick(datasets), scope: { subject: subject() }, site: to },
      };
    } else if (dice < 0.82 && from !== to) {
      yield {
        ...base,
        type: 'DataMoved',
        data: { dataset: pick(datasets), scope: { subject: subject() }, from, to },
      };
    } else if (dice < 0.86) {
      yield { ...base, type: 'SubjectErased', data: { subject: subject() } };
    } else if (dice < 0.93) {
      const data = {
        party: 'acme',
        dataset: pick(datasets),
        scope: { subject: subject() },
        action: 'read' as const,
      };
      yield { ...base, type: 'AccessObserved', data };
    } else if (dice < 0.98) {
      const data = {
        grant: `grant-${index}`,
        party: 'acme',
        over: { dataset: pick(datasets), scope: { subject: subject() } },
        actions: ['read' as const],
      };
      yield { ...base, type: 'AccessGranted', data };
    } else if (dice < 0.99) {
      const data = {
        backup: `backup-${index}`,
        dataset: pick(datasets),
        scope: { subject: subject() },
        from,
        to,
      };
      yield { ...base, type: 'BackupTaken', data };
    } else {
      yield { ...base, type: 'MembershipBegan', data: { member: `person-${index}`, group: 'acme' } };
    }
  }
}
