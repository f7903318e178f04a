/**
 * Where data is, folded from facts: R7 to R11, each rule a function of its name.
 *
 * The fold follows the sets of subjects in each holding for the subjects it is given; a subject's presence depends on
 * its own facts and on those of the populations it is ever in, on no other subject. So one subject can be followed
 * alone, and subjects that share their facts can be followed as one.
 */

import { isPopulation, type Scope } from '../events/scope.ts';
import type { Fact, FactOf } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import { type Instant, never } from '../time/instant.ts';
import { type Span, SpanBuilder } from '../time/span.ts';
import type { Varying } from '../time/varying.ts';
import {
  type BackupHolding,
  type Holding,
  holdingKey,
  type OwnHolding,
  type PopulationHolding,
  populationOf,
} from './holding.ts';

/** An event that does not fit the others, found while folding. */
export interface Misfit {
  readonly position: number;
  readonly code: MisfitCode;
}
export type MisfitCode = 'not-held' | 'unknown-backup' | 'destroyed-backup' | 'backup-already-taken';

/** A presence of a subject in a holding. */
export interface SubjectPresence extends Span {
  readonly subject: string;
  readonly holding: Holding;
}

/** How long a population's holding was live, or a backup held at a site. */
export interface HoldingPresence extends Span {
  readonly holding: PopulationHolding | BackupHolding;
}

/** A backup, as it was taken. */
export interface BackupTaking {
  readonly backup: string;
  readonly dataset: string;
  readonly scope: Scope;
  /** Held past this instant it is overdue (R7). */
  readonly expires: Instant;
}

/** Everything the fold found. Presences are maximal, uninterrupted and of some length. */
export interface Residency {
  readonly presences: ReadonlyArray<SubjectPresence>;
  /** The presences of one subject. */
  presencesOf(subject: string): ReadonlyArray<SubjectPresence>;
  /** The presences in holdings of a population, and in backups of it. */
  presencesIn(population: string): ReadonlyArray<SubjectPresence>;
  readonly holdings: ReadonlyArray<HoldingPresence>;
  readonly memberships: ReadonlyMap<string, Varying<Enrolment>>;
  readonly backups: ReadonlyMap<string, BackupTaking>;
  readonly misfits: ReadonlyArray<Misfit>;
  /** By the position of each copy, move, backup or restore: the followed subjects whose data it took along. */
  readonly taken: ReadonlyMap<number, ReadonlyArray<string>>;
}

/** A subject's membership of a population, by its enrolment at a position. */
export interface Enrolment {
  readonly population: string;
  readonly event: number;
}

/** By which events a subject is in a set. */
type Cause = ReadonlyArray<number>;
type Members = Map<string, Cause>;

/** Who came to a holding and went, by subject. */
interface Stays<H extends Holding = Holding> {
  readonly holding: H;
  readonly courses: Map<string, SpanBuilder>;
}

interface LiveHolding extends Stays<PopulationHolding> {
  readonly openedBy: number;
  readonly members: Members;
}

interface Backup extends BackupTaking {
  readonly takenBy: number;
  site: string;
  readonly members: Members;
  destroyed: boolean;
}

const backupHolding = ({ backup, dataset, scope, site }: Backup): BackupHolding => ({
  kind: 'backup',
  backup,
  dataset,
  scope,
  site,
});

class ResidencyFold {
  /** Which subjects are followed; others are passed over. */
  readonly follows: (subject: string) => boolean;
  readonly membership = new Map<string, Enrolment>();
  readonly membershipSteps = new Map<string, { from: Instant; value: Enrolment }[]>();
  readonly members = new Map<string, Members>();
  /** By dataset and population, then by site. */
  readonly live = new Map<string, Map<string, LiveHolding>>();
  /** By population. */
  readonly liveOf = new Map<string, Set<LiveHolding>>();
  /** By subject, then by dataset and site. */
  readonly own = new Map<string, Map<string, Stays<OwnHolding>>>();
  readonly backups = new Map<string, Backup>();
  readonly misfits: Misfit[] = [];
  readonly taken = new Map<number, ReadonlyArray<string>>();
  /** By the key of the holding. */
  readonly stays = new Map<string, Stays>();
  /** Of holdings themselves, by their keys. */
  readonly courses = new Map<
    string,
    { readonly holding: PopulationHolding | BackupHolding; readonly course: SpanBuilder }
  >();
  fact!: Fact;

  constructor(follows: (subject: string) => boolean) {
    this.follows = follows;
  }

  misfit(code: MisfitCode): void {
    this.misfits.push({ position: this.fact.position, code });
  }

  takesAlong(subjects: ReadonlyArray<string>): void {
    this.taken.set(this.fact.position, subjects);
  }

  // Presence -------------------------------------------------------------------------------------------------------

  staysAt<H extends Holding>(holding: H): Stays<H> {
    const key = holdingKey(holding);
    const existing = this.stays.get(key);
    if (existing !== undefined) return existing as Stays<H>;
    const stays: Stays<H> = { holding, courses: new Map() };
    this.stays.set(key, stays);
    return stays;
  }

  enter({ courses }: Stays, subject: string, cause: Cause): void {
    let course = courses.get(subject);
    if (course === undefined) {
      course = new SpanBuilder();
      courses.set(subject, course);
    }
    course.open(this.fact.time, cause);
  }

  leave({ courses }: Stays, subject: string): void {
    courses.get(subject)?.close(this.fact.time, this.fact.position);
  }

  courseOf(holding: PopulationHolding | BackupHolding): SpanBuilder {
    const key = holdingKey(holding);
    const existing = this.courses.get(key);
    if (existing !== undefined) return existing.course;
    const course = new SpanBuilder();
    this.courses.set(key, { holding, course });
    return course;
  }

  addTo(live: LiveHolding, subject: string, cause: Cause): void {
    if (live.members.has(subject)) return;
    live.members.set(subject, cause);
    this.enter(live, subject, cause);
  }

  takeFrom(live: LiveHolding, subject: string): boolean {
    if (!live.members.delete(subject)) return false;
    this.leave(live, subject);
    return true;
  }

  // Live holdings --------------------------------------------------------------------------------------------------

  liveAt(dataset: string, population: string, site: string): LiveHolding | undefined {
    return this.live.get(`${dataset} ${population}`)?.get(site);
  }

  /** R8: live from the first arrival, even of nobody. */
  open(dataset: string, population: string, site: string): LiveHolding {
    const key = `${dataset} ${population}`;
    const sites = this.live.get(key) ?? new Map<string, LiveHolding>();
    const existing = sites.get(site);
    if (existing !== undefined) return existing;
    const { position, time } = this.fact;
    const stays = this.staysAt<PopulationHolding>({ kind: 'live', dataset, population, site });
    const opened: LiveHolding = { ...stays, openedBy: position, members: new Map() };
    this.live.set(key, sites.set(site, opened));
    this.liveOf.set(population, (this.liveOf.get(population) ?? new Set()).add(opened));
    this.courseOf(opened.holding).open(time, [position]);
    return opened;
  }

  end(live: LiveHolding): void {
    const { holding, members } = live;
    for (const subject of members.keys()) this.leave(live, subject);
    this.live.get(`${holding.dataset} ${holding.population}`)?.delete(holding.site);
    this.liveOf.get(holding.population)?.delete(live);
    this.courseOf(holding).close(this.fact.time, this.fact.position);
  }

  /** R8: what arrives is added, also those taken out before; it opens the holding if need be. */
  arrive(
    dataset: string,
    population: string,
    site: string,
    arriving: Iterable<readonly [string, Cause]>,
  ): void {
    const live = this.open(dataset, population, site);
    for (const [subject, cause] of arriving) this.addTo(live, subject, cause);
    this.absorbInto(live);
  }

  /** The population's members at this time, here by their enrolment and this event. */
  *presentMembers(population: string): Iterable<readonly [string, Cause]> {
    for (const [subject, cause] of this.members.get(population) ?? []) {
      yield [subject, [...cause, this.fact.position]];
    }
  }

  *broughtBy(members: Members): Iterable<readonly [string, Cause]> {
    for (const subject of [...members.keys()]) yield [subject, [this.fact.position]];
  }

  // A subject's own holdings ---------------------------------------------------------------------------------------

  /** R10: a present member's own holding is absorbed where its population's live holding stands. */
  absorbInto(live: LiveHolding): void {
    const { dataset, population, site } = live.holding;
    for (const [subject, holdings] of this.own) {
      if (this.membership.get(subject)?.population !== population) continue;
      if (!holdings.has(`${dataset} ${site}`)) continue;
      this.addTo(live, subject, [this.fact.position]);
      this.endOwn(subject, dataset, site);
    }
  }

  endOwn(subject: string, dataset: string, site: string): boolean {
    const holdings = this.own.get(subject);
    if (holdings === undefined) return false;
    const stays = holdings.get(`${dataset} ${site}`);
    if (stays === undefined) return false;
    holdings.delete(`${dataset} ${site}`);
    if (holdings.size === 0) this.own.delete(subject);
    this.leave(stays, subject);
    return true;
  }

  /** R10: brought to a site, a subject joins its population's live holding there, or else holds its own. */
  bring(subject: string, dataset: string, site: string): void {
    if (!this.follows(subject)) return;
    const cause = [this.fact.position];
    const population = this.membership.get(subject)?.population;
    const live = population === undefined ? undefined : this.liveAt(dataset, population, site);
    if (live !== undefined) return this.addTo(live, subject, cause);
    const holdings = this.own.get(subject) ?? new Map<string, Stays<OwnHolding>>();
    if (holdings.has(`${dataset} ${site}`)) return;
    const stays = this.staysAt<OwnHolding>({ kind: 'own', dataset, subject, site });
    this.own.set(subject, holdings.set(`${dataset} ${site}`, stays));
    this.enter(stays, subject, cause);
  }

  /** The live holdings that may have the subject: those of the populations it was ever in (R8). */
  *liveHoldingsOf(subject: string): Iterable<LiveHolding> {
    const populations = new Set<string>();
    for (const { value } of this.membershipSteps.get(subject) ?? []) populations.add(value.population);
    for (const population of populations) yield* this.liveOf.get(population) ?? [];
  }

  /** R9: out of every live holding of the dataset at the site, its own included, whichever population it came through. */
  takeOut(subject: string, dataset: string | undefined, site: string | undefined): boolean {
    if (!this.follows(subject)) return true;
    let taken = false;
    for (const live of this.liveHoldingsOf(subject)) {
      if (dataset !== undefined && live.holding.dataset !== dataset) continue;
      if (site !== undefined && live.holding.site !== site) continue;
      taken = this.takeFrom(live, subject) || taken;
    }
    for (const { holding } of [...(this.own.get(subject)?.values() ?? [])]) {
      if (dataset !== undefined && holding.dataset !== dataset) continue;
      if (site !== undefined && holding.site !== site) continue;
      taken = this.endOwn(subject, holding.dataset, holding.site) || taken;
    }
    return taken;
  }

  isLive(subject: string, dataset: string, site: string): boolean {
    if (!this.follows(subject)) return true;
    if (this.own.get(subject)?.has(`${dataset} ${site}`)) return true;
    for (const { holding, members } of this.liveHoldingsOf(subject)) {
      if (holding.site === site && holding.dataset === dataset && members.has(subject)) return true;
    }
    return false;
  }

  // One function an event ------------------------------------------------------------------------------------------

  /** R8: each enrolment, also a repeated one, adds the subject to its population's live holdings. */
  enrol(subject: string, population: string): void {
    if (!this.follows(subject)) return;
    const { position, time } = this.fact;
    const enrolment: Enrolment = { population, event: position };
    const before = this.membership.get(subject);
    if (before?.population !== population) {
      if (before !== undefined) this.members.get(before.population)?.delete(subject);
      this.membership.set(subject, enrolment);
      this.members.set(population, (this.members.get(population) ?? new Map()).set(subject, [position]));
      const steps = this.membershipSteps.get(subject) ?? [];
      this.membershipSteps.set(subject, steps);
      steps.push({ from: time, value: enrolment });
    }
    for (const live of this.liveOf.get(population) ?? []) {
      this.addTo(live, subject, [live.openedBy, position]);
      this.endOwn(subject, live.holding.dataset, live.holding.site);
    }
  }

  place({ dataset, scope, site }: FactOf<'DataPlaced'>['data']): void {
    if (isPopulation(scope))
      this.arrive(dataset, scope.population, site, this.presentMembers(scope.population));
    else this.bring(scope.subject, dataset, site);
  }

  /** R8, R9: a copy, or a move, which also ends what its source holds. */
  transfer({ dataset, scope, from, to }: FactOf<'DataMoved'>['data'], moves: boolean): void {
    if (!isPopulation(scope)) {
      const was = moves
        ? this.takeOut(scope.subject, dataset, from)
        : this.isLive(scope.subject, dataset, from);
      if (!was) this.misfit('not-held');
      this.takesAlong([scope.subject]);
      return this.bring(scope.subject, dataset, to);
    }
    const source = this.liveAt(dataset, scope.population, from);
    if (source === undefined) this.misfit('not-held');
    const arriving =
      source === undefined ? this.presentMembers(scope.population) : this.broughtBy(source.members);
    const brought = [...arriving];
    this.takesAlong(brought.map(([subject]) => subject));
    if (moves && source !== undefined) this.end(source);
    this.arrive(dataset, scope.population, to, brought);
  }

  remove({ dataset, scope, site }: FactOf<'DataDeleted'>['data']): void {
    if (!isPopulation(scope)) {
      if (!this.takeOut(scope.subject, dataset, site)) this.misfit('not-held');
      return;
    }
    const live = this.liveAt(dataset, scope.population, site);
    if (live === undefined) this.misfit('not-held');
    else this.end(live);
  }

  /** R11: a backup holds exactly those whom its source held at that time. */
  takeBackup({ backup, dataset, scope, from, to, expires = never }: FactOf<'BackupTaken'>['data']): void {
    if (this.backups.has(backup)) return this.misfit('backup-already-taken');
    const { position, time } = this.fact;
    const members: Members = new Map();
    if (isPopulation(scope)) {
      const source = this.liveAt(dataset, scope.population, from);
      if (source === undefined) this.misfit('not-held');
      const held =
        source === undefined ? this.presentMembers(scope.population) : this.broughtBy(source.members);
      for (const [subject, cause] of held) members.set(subject, cause);
    } else if (this.follows(scope.subject)) {
      if (!this.isLive(scope.subject, dataset, from)) this.misfit('not-held');
      members.set(scope.subject, [position]);
    }
    const taken: Backup = {
      backup,
      dataset,
      scope,
      expires,
      site: to,
      takenBy: position,
      members,
      destroyed: false,
    };
    this.backups.set(backup, taken);
    this.takesAlong([...members.keys()]);
    this.holdBackup(taken, time, [position]);
  }

  holdBackup(backup: Backup, time: Instant, cause: Cause): void {
    const stays = this.staysAt(backupHolding(backup));
    this.courseOf(stays.holding).open(time, cause);
    for (const [subject, by] of backup.members) this.enter(stays, subject, [...new Set([...by, ...cause])]);
  }

  releaseBackup(backup: Backup): void {
    const stays = this.staysAt(backupHolding(backup));
    this.courseOf(stays.holding).close(this.fact.time, this.fact.position);
    for (const subject of backup.members.keys()) this.leave(stays, subject);
  }

  /** R11: moving, restoring or destroying an unknown or destroyed backup does nothing. */
  existing(id: string): Backup | undefined {
    const backup = this.backups.get(id);
    if (backup === undefined) this.misfit('unknown-backup');
    else if (backup.destroyed) this.misfit('destroyed-backup');
    else return backup;
    return undefined;
  }

  moveBackup({ backup: id, to }: FactOf<'BackupMoved'>['data']): void {
    const backup = this.existing(id);
    if (backup === undefined || backup.site === to) return;
    this.takesAlong([...backup.members.keys()]);
    this.releaseBackup(backup);
    backup.site = to;
    this.holdBackup(backup, this.fact.time, [backup.takenBy, this.fact.position]);
  }

  /** R11: the whole content arrives live at `to`; the backup stays. */
  restoreBackup({ backup: id, to }: FactOf<'BackupRestored'>['data']): void {
    const backup = this.existing(id);
    if (backup === undefined) return;
    this.takesAlong([...backup.members.keys()]);
    if (isPopulation(backup.scope)) {
      this.arrive(backup.dataset, backup.scope.population, to, this.broughtBy(backup.members));
    } else this.bring(backup.scope.subject, backup.dataset, to);
  }

  destroyBackup({ backup: id }: FactOf<'BackupDestroyed'>['data']): void {
    const backup = this.existing(id);
    if (backup === undefined) return;
    this.releaseBackup(backup);
    backup.destroyed = true;
  }

  apply(fact: Fact): void {
    this.fact = fact;
    switch (fact.type) {
      case 'SubjectEnrolled':
        return this.enrol(fact.data.subject, fact.data.population);
      case 'SubjectsEnrolled':
        for (const subject of fact.data.subjects) this.enrol(subject, fact.data.population);
        return;
      case 'SubjectErased':
        this.takeOut(fact.data.subject, fact.data.dataset, undefined);
        return;
      case 'DataPlaced':
        return this.place(fact.data);
      case 'DataCopied':
        return this.transfer(fact.data, false);
      case 'DataMoved':
        return this.transfer(fact.data, true);
      case 'DataDeleted':
        return this.remove(fact.data);
      case 'BackupTaken':
        return this.takeBackup(fact.data);
      case 'BackupMoved':
        return this.moveBackup(fact.data);
      case 'BackupRestored':
        return this.restoreBackup(fact.data);
      case 'BackupDestroyed':
        return this.destroyBackup(fact.data);
    }
  }

  result(): Residency {
    const memberships = new Map<string, Varying<Enrolment>>();
    for (const [subject, steps] of this.membershipSteps) {
      const pieces = steps
        .map((step, index) => ({ from: step.from, to: steps[index + 1]?.from ?? never, value: step.value }))
        .filter((piece) => piece.from < piece.to);
      memberships.set(subject, pieces);
    }
    const presences: SubjectPresence[] = [];
    for (const { holding, courses } of this.stays.values()) {
      for (const [subject, course] of courses) {
        for (const { from, to, opened, closed } of course.spans())
          presences.push({ subject, holding, from, to, opened, closed });
      }
    }
    const holdings = [...this.courses.values()].flatMap(({ holding, course }) =>
      course.spans().map((presence): HoldingPresence => ({ holding, ...presence })),
    );
    let byPopulation: ReadonlyMap<string | undefined, ReadonlyArray<SubjectPresence>> | undefined;
    let bySubject: ReadonlyMap<string, ReadonlyArray<SubjectPresence>> | undefined;
    return {
      presences,
      presencesOf: (subject) => {
        bySubject ??= Map.groupBy(presences, (presence) => presence.subject);
        return bySubject.get(subject) ?? [];
      },
      presencesIn: (population) => {
        byPopulation ??= Map.groupBy(presences, ({ holding }) => populationOf(holding));
        return byPopulation.get(population) ?? [];
      },
      holdings,
      memberships,
      backups: this.backups,
      misfits: this.misfits,
      taken: this.taken,
    };
  }
}

/**
 * Folds facts into where the data of the followed subjects was (R3, R7 to R11).
 *
 * @param facts in any order; those that move no data and enrol nobody are passed over.
 * @param follows which subjects to follow: every fact that concerns one of them must be among the facts, and every
 *   fact about a population any of them is ever in, and about the backups of those.
 */
export const foldResidency = (facts: Iterable<Fact>, follows: (subject: string) => boolean): Residency => {
  const fold = new ResidencyFold(follows);
  for (const fact of [...facts].sort(foldingOrder)) fold.apply(fact);
  return fold.result();
};
