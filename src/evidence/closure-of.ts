/**
 * Which events the answers to a question about a site, a party or a finding rest on.
 */
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

/** What is held, or was accessed, with all who reach it. */
const aboutFinding = (read: EventsByKey, sought: SoughtFinding): Closure => {
  const { dataset, site, kind, backup, population, source, event } = sought;
  const closure = new Closure(read, 'up');
  if (source !== null) read.vouchesOf(source);
  if (event !== null) {
    // The data of an access is looked for wherever it is.
    closure.everySite = true;
    for (const told of read.at(event)) closure.everybodyOf(told);
  }
  if (site !== null) closure.site(site);
  if (dataset !== null) closure.dataset(dataset);
  if (backup !== null) closure.everybodyInBackup(backup);
  if (population !== null) closure.everybodyIn(population);
  // Of people's own holdings it is known only at which site they are.
  else if (site !== null && kind === 'live') closure.everythingAt(site);
  return closure;
};

/** The events that the answers rest on, read by their keys; a person's are not looked for like this. */
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
