/**
 * Who could reach this person's data, in which holding, when, and along which path.
 */
import type { Residency } from '../residency/residency.ts';
import { dataPresencesOf } from './data-presence.ts';
import type { Reach } from './reach.ts';
import { type ReachAnswer, type ReachQuestion, reachOf } from './reach-of.ts';

/**
 * Answers for one subject.
 *
 * @param residency of at least that subject.
 * @param collectedMax as in `reachOf`.
 */
export const reachOfSubject = (
  reach: Reach,
  subject: string,
  residency: Residency,
  question: ReachQuestion,
  collectedMax?: number,
): ReachAnswer =>
  reachOf(reach, dataPresencesOf(reach.grants, residency, subject, reach.goOn), question, collectedMax);
