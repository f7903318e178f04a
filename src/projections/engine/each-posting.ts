/** Goes through the posting lists about subjects, some of which name newcomers alone. */
import type { NamesNewcomers } from './newcomers.ts';
import type { ListKey } from './posting-list.ts';
import type { PostingsBetween, RunReader } from './run-reader.ts';

/** Tells the subjects of a posting list from one place up to another, and whether they are newcomers alone. */
export type Tell = (key: ListKey, subjects: Float64Array, from: number, to: number, areNew: boolean) => void;

/** Which postings to go through, and which events name newcomers alone. */
type PostingsToTell = PostingsBetween & { readonly isNew?: NamesNewcomers };

/** Tells the postings after one position and up to another. */
export const eachPosting = (
  runs: Pick<RunReader, 'postingsBetween'>,
  { isNew = () => false, ...which }: PostingsToTell,
  tell: Tell,
): void => {
  const { after, upTo } = which;
  for (const { key, postings } of runs.postingsBetween(which)) {
    const { positions, subjects, groups } = postings;
    const isIn = (group: number): boolean =>
      group < groups && positions[group]! > after && positions[group]! <= upTo;
    // Groups in a row are told together: each may be of one subject.
    for (let group = 0; group < groups; group++) {
      if (!isIn(group)) continue;
      const first = group;
      const areNew = isNew(positions[first]!);
      while (isIn(group + 1) && isNew(positions[group + 1]!) === areNew) group++;
      tell(key, subjects, postings.startOf(first), postings.startOf(group + 1), areNew);
    }
  }
};
