/**
 * Whether a finding of the same thing existed as known at an earlier position (R18). It judges only the holding and
 * the party of the finding: for one person concerned, or for an access.
 */
import { isPopulation } from '../domain/events/scope.ts';
import { accessFindings } from '../domain/policy/access-findings.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { judgedHoldingsOf } from '../domain/policy/judged-holdings.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { unexplainedAccess } from '../domain/reach/unexplained-access.ts';
import { overlaps } from '../domain/time/interval.ts';
import { holdingsIn, KnownMoments, type Moment, peopleMax, tooLong } from './known-moments.ts';
import { residencyOf } from './residency-facts.ts';
import {
  enrolledBy,
  firstOf,
  foundOfSubject,
  isOf,
  isOutOfQuestion,
  isSameAccess,
  onlyIn,
  ownersIn,
  populationsIn,
  type SameThing,
  sameIn,
  somebodyOf,
  versionAt,
} from './same-thing.ts';
import type { Occurrence } from './unsettling-topics.ts';
import type { View } from './view.ts';

/** Enrolments whose people are tried one by one before everybody is judged together. */
const enrolmentsTriedMax = 8;

/** Looks for a finding as known at earlier positions (R18). */
export class FoundEarlier {
  private readonly moments: KnownMoments;

  /** @param view with the latest knowledge. */
  constructor(view: View) {
    this.moments = new KnownMoments(view);
  }

  /**
   * A finding of the same thing as known at a position, if there is one.
   *
   * @param before a person for whom it is found as known later.
   */
  at(position: number, same: SameThing, before: string | null): Occurrence | typeof tooLong | undefined {
    if (position <= 0) return undefined;
    const moment = this.moments.at(position);
    const version = versionAt(moment.view, same);
    if (version === undefined) return undefined;
    const { finding } = same;
    if (finding.holding.kind === null) return this.accessAt(moment, version, finding);
    if (isOutOfQuestion(moment, finding)) return undefined;
    const foundOf = (subject: string) => foundOfSubject(moment, version, finding, subject);
    const again = before === null ? undefined : foundOf(before);
    if (again !== undefined) return again;
    const { population } = finding.holding;
    if (population !== null) return this.amongAll(moment, version, finding, population, foundOf);
    const people = ownersIn(moment.view, finding);
    if (people.length > peopleMax) return tooLong;
    return firstOf(people, foundOf);
  }

  /** In a population's holding or a backup of it: tries the first people enrolled, then everybody. */
  private amongAll(
    moment: Moment,
    version: PolicyVersion,
    finding: Finding,
    population: string,
    foundOf: (subject: string) => Occurrence | undefined,
  ): Occurrence | typeof tooLong | undefined {
    const { view, reach } = moment;
    const isThere = holdingsIn(moment, population).some(
      (presence) => overlaps(presence, finding) && isOf(presence.holding, finding),
    );
    if (!isThere) return undefined;
    const tried = view.index
      .enrolmentPositions(population, 0, view.recordedUpTo)
      .slice(0, enrolmentsTriedMax)
      .flatMap((position) => enrolledBy(view, position).slice(0, 2));
    const first = firstOf(tried, foundOf);
    if (first !== undefined) return first;
    const all = this.moments.everybodyIn(moment, population);
    if (all === tooLong) return tooLong;
    const residency = onlyIn(all.residency, finding);
    const judged = judgedHoldingsOf(residency, reach, all);
    const found = sameIn(moment, version, finding, judged, populationsIn(residency));
    if (found.length === 0) return undefined;
    const people = new Set<string>();
    for (const each of found)
      for (const presence of residency.presences)
        if (overlaps(presence, each)) people.add(somebodyOf(view, all, presence.subject));
    return firstOf(people, foundOf) ?? tooLong;
  }

  private accessAt(
    moment: Moment,
    version: PolicyVersion,
    finding: Finding,
  ): Occurrence | typeof tooLong | undefined {
    const { view, reach } = moment;
    for (const access of view.factsOf('party-named', finding.party!, 'AccessObserved')) {
      if (!isSameAccess(access, finding)) continue;
      const { scope } = access.data;
      const all = isPopulation(scope) ? this.moments.everybodyIn(moment, scope.population) : undefined;
      if (all === tooLong) return tooLong;
      const residency = all?.residency ?? residencyOf(view, (scope as { readonly subject: string }).subject);
      const unexplained = unexplainedAccess(reach, access, residency);
      if (unexplained === undefined) continue;
      const counted = [{ access: unexplained, population: null, subjects: 0 }];
      if (accessFindings([version], counted).length === 0) continue;
      const subject = isPopulation(scope) ? null : scope.subject;
      return { at: access.time, subject, path: [], access };
    }
    return undefined;
  }
}
