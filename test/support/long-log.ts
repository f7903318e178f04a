/** A long log about many people, the same on every run, for long-running operations; and questions about it. */

import { questionsAbout } from './answers.ts';
import { type Sent, sent } from './given-events.ts';

const sites = ['virginia', 'singapore', 'dublin', 'ashburn', 'oslo', 'tokyo'];
const populations = ['us', 'eu', 'uk', 'jp'];
const dayMs = 86_400_000;

const at = <A>(items: ReadonlyArray<A>, index: number): A => items[index % items.length]!;

/** Pseudo-random numbers: a hash of the number. */
const scattered = (number: number, below: number): number =>
  (Math.imul((number + 1) ^ ((number + 1) >>> 7), 2_654_435_761) >>> 0) % below;

const eventOf = (index: number): Sent => {
  const time = new Date(Date.UTC(2016, 0, 1) + scattered(index, 3_650) * dayMs).toISOString();
  const say = (type: string, data: object): Sent => sent(`long-${index}`, type, data, { time });
  const population = at(populations, scattered(index, 1_000));
  const site = at(sites, scattered(index * 3, 1_000));
  const other = at(sites, sites.indexOf(site) + 1 + (index % (sites.length - 1)));
  const someone = { subject: `person-${scattered(index * 7, Math.max(1, index))}` };
  const dataset = index % 3 === 0 ? 'messages' : 'profile';
  const kind = scattered(index * 5, 400);
  if (kind === 0) return say('DataPlaced', { dataset, scope: { population }, site });
  if (kind === 1) return say('DataMoved', { dataset, scope: { population }, from: site, to: other });
  if (kind < 4)
    return say('BackupTaken', { backup: `b-${index}`, dataset, scope: someone, from: site, to: other });
  if (kind < 8)
    return say('AccessGranted', {
      grant: `g-${index % 50}`,
      party: `party-${index % 20}`,
      over: { site },
      actions: ['read'],
    });
  if (kind < 10)
    return say('ControlBegan', {
      controller: `party-${index % 20}`,
      controlled: `party-${(index + 3) % 20}`,
      basis: 'ownership',
    });
  if (kind < 14) return say('DataMoved', { dataset, scope: someone, from: site, to: other });
  if (kind < 17) return say('DataPlaced', { dataset, scope: someone, site });
  if (kind < 19) return say('SubjectErased', someone);
  if (kind < 20 && index > 100)
    return say('EventRetracted', {
      event: { source: sent('', '', {}).source, id: `long-${scattered(index, index)}` },
      reason: 'it never held',
    });
  return say('SubjectEnrolled', { subject: `person-${index}`, population });
};

/** A number of events from an index on. */
export const longLog = (count: number, from = 0): ReadonlyArray<Sent> =>
  Array.from({ length: count }, (_, index) => eventOf(from + index));

/** Questions about it. */
export const longLogQuestions = questionsAbout({
  subjects: [101, 202, 3_003, 4_005, 7_777, 15_000].map((index) => `person-${index}`),
  sites,
  populations,
  datasets: ['profile', 'messages'],
  parties: ['party-1', 'party-2'],
  // Small worlds cover what takes seconds in a log this long: whom a party affected, and what was resolved.
}).filter((path) => !path.endsWith('/affected') && !path.endsWith('state=resolved'));
