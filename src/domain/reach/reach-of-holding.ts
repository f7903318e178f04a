/**
 * Who could reach the data of a holding.
 */
import { type HeldData, staysOfHeld } from './held-data.ts';
import type { Reach } from './reach.ts';
import { type ReachAnswer, type ReachQuestion, reachOf } from './reach-of.ts';

/** Answers for the data of one holding, or of that part of it. */
export const reachOfHolding = (reach: Reach, held: HeldData, question: ReachQuestion): ReachAnswer =>
  reachOf(reach, staysOfHeld(reach.grants, held), question);
