/**
 * Reach as known at one moment, for questions with several pages: later events do not change it, and it is not
 * computed again for each page.
 */
import type { ReachIndex } from '../../projections/reach/reach-index.ts';
import { isLatestReach, reachIndexOf } from '../reach.ts';
import type { View } from '../view.ts';

/** A cached reach index of one moment of knowledge. */
export class ReachAsKnown {
  private own: ReachIndex | undefined;

  /** The reach index. @param view always with the same knowledge. */
  of(view: View): ReachIndex {
    if (this.own === undefined) {
      const reach = reachIndexOf(view);
      // The index of the latest moment follows later events, so it is not cached here.
      if (isLatestReach(view)) return reach;
      this.own = reach;
    }
    this.own.askedBy((steps) => view.work.goOn(steps));
    return this.own;
  }
}
