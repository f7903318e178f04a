/**
 * Who reaches what as known at one moment, for questions that go on from page to page: what is learned in between does
 * not change it, and it is not computed again for each page.
 */
import type { ReachIndex } from '../../projections/reach/reach-index.ts';
import { isLatestReach, reachIndexOf } from '../reach.ts';
import type { View } from '../view.ts';

export class ReachAsKnown {
  private own: ReachIndex | undefined;

  /** Who reaches what. @param view always with the same knowledge. */
  of(view: View): ReachIndex {
    if (this.own === undefined) {
      const reach = reachIndexOf(view);
      // That of the latest moment is told of what is learned later; it is not kept.
      if (isLatestReach(view)) return reach;
      this.own = reach;
    }
    this.own.askedBy((steps) => view.work.goOn(steps));
    return this.own;
  }
}
