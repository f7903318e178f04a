/**
 * The events on which an answer about a site, a party or a finding rests: those under every key that the rules look
 * up, and those under the keys to which these events lead.
 *
 * An event leads to what it names, as recorded and as corrected by anybody. So the same events show what was known
 * at each earlier position, at each assurance.
 */
import type { JsonObject } from '../domain/events/json-object.ts';
import { type NamePlace, visitNames } from '../domain/events/places.ts';
import { subjectsIn } from '../domain/events/subjects.ts';
import type { TopicKind } from '../projections/topics.ts';
import type { PartyRole } from '../sealed-index/index-key.ts';
import { type EventsByKey, type EventVersion, nameAt } from './events-by-key.ts';

/**
 * Which related parties to follow: those that reach the data (`up`), or those through which a party reaches data
 * (`down`).
 */
type Direction = 'up' | 'down';

/** Collects events by following what they name. */
export class Closure {
  readonly read: EventsByKey;
  private readonly direction: Direction;
  private readonly done = new Set<string>();
  /** Parties that reach the collected data (`up`), or through which the party in question reaches data (`down`). */
  private readonly reaching = new Set<string>();
  /** Other parties above them. */
  private readonly above = new Set<string>();
  /** Whether to follow the reach at every site where the data ever was. */
  everySite = false;

  /** @param direction whether the question is who reaches the data, or what a party reaches. */
  constructor(read: EventsByKey, direction: Direction) {
    this.read = read;
    this.direction = direction;
  }

  /** Whether something is collected for the first time. */
  private isNew(what: string, name: string): boolean {
    const key = `${what} ${name}`;
    if (this.done.has(key)) return false;
    this.done.add(key);
    return true;
  }

  /** Every grantee, from all recorded events about the grant. */
  private grant(grant: string): void {
    if (!this.isNew('grant', grant)) return;
    for (const version of this.read.under('grant', grant)) {
      const party = version.type === 'AccessGranted' ? nameAt(version, 'party') : undefined;
      if (party !== undefined && this.direction === 'up') this.reaching.add(party);
    }
  }

  private grantsUnder(kind: TopicKind, name: string): void {
    if (this.direction === 'down') return;
    for (const version of this.read.under(kind, name)) {
      const grant = nameAt(version, 'grant');
      if (grant !== undefined) this.grant(grant);
    }
  }

  /** The registrations of a site, and who reaches its data. */
  site(site: string): void {
    if (!this.isNew('site', site)) return;
    for (const version of this.read.under('site', site))
      for (const role of ['operator', 'owner'] as const) {
        const party = nameAt(version, role);
        if (party !== undefined && this.direction === 'up') this.reaching.add(party);
      }
    this.grantsUnder('grants-over-site', site);
  }

  dataset(dataset: string): void {
    if (!this.isNew('dataset', dataset)) return;
    this.read.under('dataset', dataset);
    this.grantsUnder('grants-over-dataset', dataset);
  }

  /** Events about the population's data as a whole. */
  population(population: string): void {
    if (!this.isNew('population', population)) return;
    for (const version of this.read.under('population', population)) this.mentioned(version);
    this.grantsUnder('grants-over-population', population);
  }

  /** The same, and everybody who was ever in the population. */
  everybodyIn(population: string): void {
    this.population(population);
    if (!this.isNew('everybody', population)) return;
    for (const version of this.read.enrolments(population))
      if (version.data.population === population)
        for (const subject of subjectsIn(version.data)) this.subject(subject);
  }

  subject(subject: string): void {
    if (!this.isNew('subject', subject)) return;
    for (const version of this.read.under('subject', subject)) this.mentioned(version);
  }

  /** Events about a backup, without the people in it. */
  private backup(backup: string): void {
    if (!this.isNew('backup', backup)) return;
    for (const version of this.read.under('backup', backup)) this.mentioned(version);
    this.grantsUnder('grants-over-backup', backup);
  }

  /** The same, and everybody in it. */
  everybodyInBackup(backup: string): void {
    this.backup(backup);
    if (!this.isNew('everybody in backup', backup)) return;
    for (const version of this.read.under('backup', backup)) this.everybodyOf(version);
  }

  /** Things named in an event that determine where its data is. */
  private mentioned(version: EventVersion): void {
    if (this.isSeen(version)) return;
    visitNames(version.data, (place, name) => {
      if (place === 'population' || place === 'scope.population') this.population(name);
      else if (place === 'dataset') this.dataset(name);
      else if (place === 'backup') this.backup(name);
      else if (place === 'grant') this.grant(name);
      else if (this.everySite && (place === 'site' || place === 'from' || place === 'to')) this.site(name);
    });
  }

  private readonly seen = new Set<EventVersion>();
  /** Whether the names in an event have been followed already: an enrolment of many people occurs once for each. */
  private isSeen(version: EventVersion): boolean {
    const before = this.seen.has(version);
    this.seen.add(version);
    return before;
  }

  /** Everybody whose data an event is about. */
  everybodyOf(version: EventVersion): void {
    visitNames(version.data, (place, name) => {
      if (place === 'scope.population') this.everybodyIn(name);
      else if (place === 'scope.subject') this.subject(name);
      else if (place === 'backup') this.everybodyInBackup(name);
      else if (place === 'dataset') this.dataset(name);
    });
  }

  /** Everything ever held at a site, and who reaches it there. */
  everythingAt(site: string): void {
    this.site(site);
    if (!this.isNew('everything at', site)) return;
    for (const version of this.read.under('data-at', site)) this.everybodyOf(version);
  }

  /** Everything ever held of a dataset. */
  private everythingOf(dataset: string): void {
    this.dataset(dataset);
    if (!this.isNew('everything of', dataset)) return;
    for (const version of this.read.under('data-of', dataset)) this.everybodyOf(version);
  }

  /** What a grant covers. */
  private over(version: EventVersion): void {
    const granted = (version.data.over ?? {}) as JsonObject;
    const isScoped = granted.scope !== undefined;
    visitNames(version.data, (place, name) => {
      if (place === 'grant') this.grant(name);
      else if (place === 'over.site') this.everythingAt(name);
      else if (place === 'over.population' || place === 'over.scope.population') this.everybodyIn(name);
      else if (place === 'over.scope.subject') this.subject(name);
      else if (place === 'over.backup') this.everybodyInBackup(name);
      else if (place === 'over.dataset') {
        if (isScoped) this.dataset(name);
        else this.everythingOf(name);
      }
    });
  }

  /**
   * Whether a party was an organisation as known at any position, and whether it ever had members while it was not.
   */
  private kindsOf(party: string): { readonly organisation: boolean; readonly other: boolean } {
    const kinds = this.read
      .under('party', party)
      .filter(({ type, data }) => type === 'PartyRegistered' && data.party === party);
    const members = this.read.inRole('group', party).map(({ position }) => position);
    const firstMember = members.reduce((least, each) => Math.min(least, each), Number.MAX_SAFE_INTEGER);
    const isAlways =
      kinds.every(({ data }) => data.kind === 'organisation') &&
      kinds.some(({ position, isCorrected }) => !isCorrected && position < firstMember);
    return { organisation: kinds.some(({ data }) => data.kind === 'organisation'), other: !isAlways };
  }

  private named(role: PartyRole, party: string, wanted: NamePlace): ReadonlyArray<string> {
    return this.read
      .inRole(role, party)
      .flatMap((version) => (nameAt(version, role) === party ? (nameAt(version, wanted) ?? []) : []));
  }

  /** The parties above a party, which reach what it does if `reaches`. */
  private addAbove(party: string, reaches: boolean): void {
    this.read.under('party', party);
    // An employer reaches what its member does; a team only stands above it.
    for (const group of this.named('member', party, 'group'))
      (reaches && this.kindsOf(group).organisation ? this.reaching : this.above).add(group);
    for (const controller of this.named('controlled', party, 'controller'))
      (reaches ? this.reaching : this.above).add(controller);
    if (reaches && this.kindsOf(party).other)
      for (const member of this.named('group', party, 'member')) this.reaching.add(member);
  }

  /** The parties through which a party reaches data, and that data. */
  private addBelow(party: string): void {
    this.above.add(party);
    for (const controlled of this.named('controller', party, 'controlled')) this.reaching.add(controlled);
    for (const group of this.named('member', party, 'group'))
      if (this.kindsOf(group).other) this.reaching.add(group);
    if (this.kindsOf(party).organisation)
      for (const member of this.named('group', party, 'member')) this.reaching.add(member);
    for (const version of this.read.inRole('party', party))
      if (version.type === 'AccessGranted') this.over(version);
    for (const role of ['operator', 'owner'] as const)
      for (const site of this.named(role, party, 'site')) this.everythingAt(site);
  }

  /** A party with everything that it reaches, or with everybody who reaches what it does. */
  party(party: string): void {
    this.reaching.add(party);
  }

  /** Follows the parties, and collects the policies. */
  finish(): EventsByKey {
    for (const party of this.reaching)
      if (this.direction === 'up') this.addAbove(party, true);
      else this.addBelow(party);
    for (const party of this.above)
      if (this.direction === 'down' || !this.reaching.has(party)) this.addAbove(party, false);
    this.read.under('policies', 'all');
    return this.read;
  }
}
