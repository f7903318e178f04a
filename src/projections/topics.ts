/**
 * Topics: under what an event is found again.
 *
 * A question reads the events of the few topics that concern it. A topic is a kind and a name, kept as a 53-bit hash:
 * two topics with one hash cost a question some events that do not concern it, which the folds pass over; they never
 * change an answer. An event corrected into something else is found under the topics of both.
 */
import type { EventType } from '../domain/events/event-data.ts';

/** What events can be asked for by. */
export type TopicKind =
  /** every event that names the subject */
  | 'subject'
  /** what happened to the population's data as a whole, and its registrations */
  | 'population'
  /** registrations and transfers of the site */
  | 'site'
  /** what happened to data at the site */
  | 'data-at'
  /** registrations of the dataset */
  | 'dataset'
  /** what happened to data of the dataset */
  | 'data-of'
  | 'backup'
  | 'grant'
  | 'policy'
  /** registrations of the party */
  | 'party'
  /** every event that names the party */
  | 'party-named'
  /** grants over the site, dataset, population or backup (those over one subject's data are under the subject) */
  | 'grants-over-site'
  | 'grants-over-dataset'
  | 'grants-over-population'
  | 'grants-over-backup'
  /** everything of a kind, whatever it is about: the name is `all` */
  | 'reach'
  | 'accesses'
  | 'policies';

export type Topic = number;

/** The hash of a topic: cyrb53 over the UTF-16 code units of its kind and name. */
export const topic = (kind: TopicKind, name: string): Topic => {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  const mix = (code: number): void => {
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  };
  for (let index = 0; index < kind.length; index++) mix(kind.charCodeAt(index));
  mix(0x20);
  for (let index = 0; index < name.length; index++) mix(name.charCodeAt(index));
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4_294_967_296 * (2_097_151 & h2) + (h1 >>> 0);
};

/** The things that lists list: kinds of names that events mention. */
export type NameKind = 'population' | 'site' | 'dataset' | 'party' | 'policy';

/** Told about each topic and name of an event. */
export interface TopicVisitor {
  topic(kind: TopicKind, name: string): void;
  name(kind: NameKind, name: string): void;
}

type Json = Readonly<Record<string, unknown>>;

const objectIn = (data: Json, field: string): Json | undefined => {
  const value = data[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
};

const stringIn = (data: Json, field: string): string | undefined => {
  const value = data[field];
  return typeof value === 'string' ? value : undefined;
};

const partyFields = ['party', 'member', 'group', 'controller', 'controlled', 'operator', 'owner'] as const;
const siteFields = ['site', 'from', 'to'] as const;

/** Events that say who reaches what: the edges of R13. */
const reachTypes: ReadonlySet<EventType> = new Set<EventType>([
  'PartyRegistered',
  'SiteRegistered',
  'SiteTransferred',
  'AccessGranted',
  'AccessRevoked',
  'MembershipBegan',
  'MembershipEnded',
  'ControlBegan',
  'ControlEnded',
]);
const policyTypes: ReadonlySet<EventType> = new Set<EventType>([
  'PolicyAdopted',
  'PolicySuspended',
  'PolicyReinstated',
  'PolicyWithdrawn',
]);

/**
 * Visits the topics and names of an event of a type with this data; the data of a correction is visited as that of its
 * target's type. Data that does not fit the type is visited for what it names: it may not hold, but it never hurts.
 */
export const visitTopics = (type: EventType, data: Json, visit: TopicVisitor): void => {
  const subject = stringIn(data, 'subject');
  if (subject !== undefined) visit.topic('subject', subject);
  if (Array.isArray(data.subjects))
    for (const each of data.subjects) if (typeof each === 'string') visit.topic('subject', each);
  if (type === 'SubjectEnrolled' || type === 'SubjectsEnrolled') {
    const population = stringIn(data, 'population');
    if (population !== undefined) visit.name('population', population);
    return;
  }
  const about = { site: false, dataset: false };
  switch (type) {
    case 'SiteRegistered':
    case 'SiteTransferred':
      about.site = true;
      break;
    case 'DatasetRegistered':
      about.dataset = true;
      break;
    case 'AccessObserved':
      visit.topic('accesses', 'all');
      break;
  }
  if (reachTypes.has(type)) visit.topic('reach', 'all');
  if (policyTypes.has(type)) visit.topic('policies', 'all');

  const visitScope = (scope: Json | undefined): void => {
    if (scope === undefined) return;
    const [one, population] = [stringIn(scope, 'subject'), stringIn(scope, 'population')];
    if (one !== undefined) visit.topic('subject', one);
    if (population !== undefined) {
      visit.topic('population', population);
      visit.name('population', population);
    }
  };
  visitScope(objectIn(data, 'scope'));
  const population = stringIn(data, 'population');
  if (population !== undefined) {
    visit.topic('population', population);
    visit.name('population', population);
  }
  for (const field of siteFields) {
    const site = stringIn(data, field);
    if (site === undefined) continue;
    visit.topic(about.site ? 'site' : 'data-at', site);
    visit.name('site', site);
  }
  const dataset = stringIn(data, 'dataset');
  if (dataset !== undefined) {
    visit.topic(about.dataset ? 'dataset' : 'data-of', dataset);
    visit.name('dataset', dataset);
  }
  for (const field of partyFields) {
    const party = stringIn(data, field);
    if (party === undefined) continue;
    visit.topic('party-named', party);
    if (type === 'PartyRegistered') visit.topic('party', party);
    visit.name('party', party);
  }
  const backup = stringIn(data, 'backup');
  if (backup !== undefined) visit.topic('backup', backup);
  const grant = stringIn(data, 'grant');
  if (grant !== undefined) visit.topic('grant', grant);
  const policy = stringIn(data, 'policy');
  if (policy !== undefined) {
    visit.topic('policy', policy);
    visit.name('policy', policy);
  }
  const over = objectIn(data, 'over');
  if (over === undefined) return;
  visitScope(objectIn(over, 'scope'));
  for (const [field, kind] of [
    ['site', 'grants-over-site'],
    ['dataset', 'grants-over-dataset'],
    ['population', 'grants-over-population'],
    ['backup', 'grants-over-backup'],
  ] as const) {
    const name = stringIn(over, field);
    if (name === undefined) continue;
    visit.topic(kind, name);
    if (field !== 'backup') visit.name(field, name);
  }
};
