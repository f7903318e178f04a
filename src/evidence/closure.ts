/**
 * The events that an answer about a site, a party or a finding rests on: those under every key that the rules look up for
 * it, and under the keys that these events lead to.
 *
 * An event leads to what it names as it was recorded and as any correction puts it, whoever sent that: so the same events
 * show what was known at each earlier position, at each assurance.
 */
import type { JsonObject } from '../domain/events/json-object.ts';
import { type NamePlace, visitNames } from '../domain/events/places.ts';
import { subjectsIn } from '../domain/events/subjects.ts';
import type { TopicKind } from '../projections/topics.ts';
import type { PartyRole } from '../sealed-index/index-key.ts';
import { type EventsByKey, nameAt, type Told } from './events-by-key.ts';

/** The parties from which others are looked for: below those that reach, or above what is reached. */
type Direction = 'up' | 'down';

/** Gathers by what the events lead to. */
export class Closure {
  readonly read: EventsByKey;
  private readonly direction: Direction;
  private readonly done = new Set<string>();
  /** Parties that reach what was gathered (`up`), or through which the party asked about does (`down`). */
  private readonly reaching = new Set<string>();
  /** Others, who stand above them. */
  private readonly above = new Set<string>();
  /** Whether who reaches the data is looked for at every site where it ever was. */
  everySite = false;

  /** @param direction whether who reaches the data is asked, or what a party reaches. */
  constructor(read: EventsByKey, direction: Direction) {
    this.read = read;
    this.direction = direction;
  }

  /** Whether something is gathered for the first time. */
  private isNew(what: string, name: string): boolean {
    const key = `${what} ${name}`;
    if (this.done.has(key)) return false;
    this.done.add(key);
    return true;
  }

  /** Whoever was ever granted something, by all that was recorded of the grant. */
  private grant(grant: string): void {
    if (!this.isNew('grant', grant)) return;
    for (const told of this.read.under('grant', grant)) {
      const party = told.type === 'AccessGranted' ? nameAt(told, 'party') : undefined;
      if (party !== undefined && this.direction === 'up') this.reaching.add(party);
    }
  }

  private grantsUnder(kind: TopicKind, name: string): void {
    if (this.direction === 'down') return;
    for (const told of this.read.under(kind, name)) {
      const grant = nameAt(told, 'grant');
      if (grant !== undefined) this.grant(grant);
    }
  }

  /** What the site is, and who reaches what it holds. */
  site(site: string): void {
    if (!this.isNew('site', site)) return;
    for (const told of this.read.under('site', site))
      for (const role of ['operator', 'owner'] as const) {
        const party = nameAt(told, role);
        if (party !== undefined && this.direction === 'up') this.reaching.add(party);
      }
    this.grantsUnder('grants-over-site', site);
  }

  dataset(dataset: string): void {
    if (!this.isNew('dataset', dataset)) return;
    this.read.under('dataset', dataset);
    this.grantsUnder('grants-over-dataset', dataset);
  }

  /** What happened to the population's data as a whole. */
  population(population: string): void {
    if (!this.isNew('population', population)) return;
    for (const told of this.read.under('population', population)) this.mentioned(told);
    this.grantsUnder('grants-over-population', population);
  }

  /** The same, and everybody who was ever in it. */
  everybodyIn(population: string): void {
    this.population(population);
    if (!this.isNew('everybody', population)) return;
    for (const told of this.read.enrolments(population))
      if (told.data.population === population)
        for (const subject of subjectsIn(told.data)) this.subject(subject);
  }

  subject(subject: string): void {
    if (!this.isNew('subject', subject)) return;
    for (const told of this.read.under('subject', subject)) this.mentioned(told);
  }

  /** What happened to a backup, without those whom it holds. */
  private backup(backup: string): void {
    if (!this.isNew('backup', backup)) return;
    for (const told of this.read.under('backup', backup)) this.mentioned(told);
    this.grantsUnder('grants-over-backup', backup);
  }

  /** The same, and everybody whom it holds. */
  everybodyInBackup(backup: string): void {
    this.backup(backup);
    if (!this.isNew('everybody in backup', backup)) return;
    for (const told of this.read.under('backup', backup)) this.everybodyOf(told);
  }

  /** Things that an event names, which decide where the data is that it is about. */
  private mentioned(told: Told): void {
    if (this.isSeen(told)) return;
    visitNames(told.data, (place, name) => {
      if (place === 'population' || place === 'scope.population') this.population(name);
      else if (place === 'dataset') this.dataset(name);
      else if (place === 'backup') this.backup(name);
      else if (place === 'grant') this.grant(name);
      else if (this.everySite && (place === 'site' || place === 'from' || place === 'to')) this.site(name);
    });
  }

  private readonly seen = new Set<Told>();
  /** Whether what an event says has led to what it names already: an enrolment of many is met once for each. */
  private isSeen(told: Told): boolean {
    const before = this.seen.has(told);
    this.seen.add(told);
    return before;
  }

  /** Everybody whose data an event is about. */
  everybodyOf(told: Told): void {
    visitNames(told.data, (place, name) => {
      if (place === 'scope.population') this.everybodyIn(name);
      else if (place === 'scope.subject') this.subject(name);
      else if (place === 'backup') this.everybodyInBackup(name);
      else if (place === 'dataset') this.dataset(name);
    });
  }

  /** Everything that was ever held at a site, and by whom it is reached there. */
  everythingAt(site: string): void {
    this.site(site);
    if (!this.isNew('everything at', site)) return;
    for (const told of this.read.under('data-at', site)) this.everybodyOf(told);
  }

  /** Everything that was ever held of a dataset. */
  private everythingOf(dataset: string): void {
    this.dataset(dataset);
    if (!this.isNew('everything of', dataset)) return;
    for (const told of this.read.under('data-of', dataset)) this.everybodyOf(told);
  }

  /** What a grant is over. */
  private over(told: Told): void {
    const granted = (told.data.over ?? {}) as JsonObject;
    const isScoped = granted.scope !== undefined;
    visitNames(told.data, (place, name) => {
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

  /** Whether a party was an organisation as known at any position, and whether it was ever none while it had members. */
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
      .flatMap((told) => (nameAt(told, role) === party ? (nameAt(told, wanted) ?? []) : []));
  }

  /** Who stands above a party, and reaches what it does where it reaches anything. */
  private addAbove(party: string, reaches: boolean): void {
    this.read.under('party', party);
    // An employer reaches what its member does; a team stands above it.
    for (const group of this.named('member', party, 'group'))
      (reaches && this.kindsOf(group).organisation ? this.reaching : this.above).add(group);
    for (const controller of this.named('controlled', party, 'controller'))
      (reaches ? this.reaching : this.above).add(controller);
    if (reaches && this.kindsOf(party).other)
      for (const member of this.named('group', party, 'member')) this.reaching.add(member);
  }

  /** Through whom a party reaches anything, and what that is. */
  private addBelow(party: string): void {
    this.above.add(party);
    for (const controlled of this.named('controller', party, 'controlled')) this.reaching.add(controlled);
    for (const group of this.named('member', party, 'group'))
      if (this.kindsOf(group).other) this.reaching.add(group);
    if (this.kindsOf(party).organisation)
      for (const member of this.named('group', party, 'member')) this.reaching.add(member);
    for (const told of this.read.inRole('party', party)) if (told.type === 'AccessGranted') this.over(told);
    for (const role of ['operator', 'owner'] as const)
      for (const site of this.named(role, party, 'site')) this.everythingAt(site);
  }

  /** A party, with all that it reaches, or with all who reach what it does. */
  party(party: string): void {
    this.reaching.add(party);
  }

  /** Follows the parties, and gathers the policies. */
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
