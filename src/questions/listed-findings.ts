/** The list of all findings over the whole history, kept in order, and updated by what changed. */
import { type Finding, updatedInOrder } from '../domain/policy/finding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { type ChangedFindings, FoundAccesses, type HistoryOfAccesses } from './found-accesses.ts';
import type { FindingsByVersion, KeptClass } from './kept-classes.ts';
import { findingsAboutSilence } from './silent-sources.ts';
import type { View } from './view.ts';

/** All findings, in the order of answers. */
export class ListedFindings {
  private all: ReadonlyArray<Finding> = [];
  private accesses = new FoundAccesses();
  private silence: ReadonlyArray<Finding> = [];

  /** Reach has changed. */
  forgetReach(): void {
    this.accesses.forgetReach();
  }

  /**
   * The list as the view knows it. If the work ends early, the list is as it was.
   *
   * @param classes all of them, judged by these versions and no others.
   * @param dropped the listed findings of classes that are no more; it is emptied.
   * @param versions all of all policies.
   */
  bring(
    view: View,
    history: HistoryOfAccesses,
    classes: ReadonlyArray<KeptClass>,
    dropped: FindingsByVersion[],
    versions: ReadonlyArray<PolicyVersion>,
  ): ReadonlyArray<Finding> {
    const changed: ChangedFindings = { gone: new Set(), added: [] };
    const relisted = classes.filter(({ found, listed }) => change(changed, listed, found));
    for (const listed of dropped) change(changed, listed, new Map());
    const silence = findingsAboutSilence(view, versions);
    for (const finding of this.silence) changed.gone.add(finding);
    changed.added.push(...silence);
    const listAccesses = this.accesses.change(view, history, versions, changed);
    const all = updatedInOrder(this.all, changed.gone, changed.added);
    // Nothing ends the work from here on.
    for (const kept of relisted) kept.listed = new Map(kept.found);
    listAccesses();
    dropped.length = 0;
    this.silence = silence;
    this.all = all;
    return all;
  }

  copy(): ListedFindings {
    const copy = new ListedFindings();
    copy.all = this.all;
    copy.accesses = this.accesses.copy();
    copy.silence = this.silence;
    return copy;
  }
}

/** Adds what changed between two lists of a class. Returns whether anything did. */
const change = (
  { gone, added }: ChangedFindings,
  before: FindingsByVersion | undefined,
  now: FindingsByVersion,
): boolean => {
  let isChanged = before?.size !== now.size;
  for (const [key, findings] of now) {
    if (before?.get(key) === findings) continue;
    isChanged = true;
    for (const finding of findings) added.push(finding);
  }
  for (const [key, findings] of before ?? []) {
    if (now.get(key) === findings) continue;
    isChanged = true;
    for (const finding of findings) gone.add(finding);
  }
  return isChanged;
};
