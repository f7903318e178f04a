/** Selects the events on which the answers to a question about a site, a party or a finding rest. */
import { Closure } from './closure.ts';
import { EventsByKey } from './events-by-key.ts';
import type { KeyedEvents } from './keyed-events.ts';
import type { EvidenceQuestion, SoughtFinding } from './questions.ts';

const aboutSite = (read: EventsByKey, site: string): Closure => {
  const closure = new Closure(read, 'up');
  closure.everythingAt(site);
  return closure;
};

const aboutParty = (read: EventsByKey, party: string): Closure => {
  const closure = new Closure(read, 'down');
  closure.party(party);
  for (const told of read.accessesBy(party)) closure.everybodyOf(told);
  return closure;
};

/** The data that was held or accessed, and everybody who reaches it. */
const aboutFinding = (read: EventsByKey, sought: SoughtFinding): Closure => {
  const { dataset, site, kind, backup, population, source, event } = sought;
  const closure = new Closure(read, 'up');
  if (source !== null) read.vouchesOf(source);
  if (event !== null) {
    // An access may concern the data at any site.
    closure.everySite = true;
    for (const told of read.at(event)) closure.everybodyOf(told);
  }
  if (site !== null) closure.site(site);
  if (dataset !== null) closure.dataset(dataset);
  if (backup !== null) closure.everybodyInBackup(backup);
  if (population !== null) closure.everybodyIn(population);
  // For people's own holdings, only the site is known.
  else if (site !== null && kind === 'live') closure.everythingAt(site);
  return closure;
};

/** The events on which the answers rest, read by their keys; not for questions about a person. */
export const closureOf = (index: KeyedEvents, asked: EvidenceQuestion): EventsByKey => {
  const read = new EventsByKey(index, asked.position);
  const closure =
    asked.about === 'site'
      ? aboutSite(read, asked.id)
      : asked.about === 'party'
        ? aboutParty(read, asked.id)
        : aboutFinding(read, asked.finding!);
  return closure.finish();
};
