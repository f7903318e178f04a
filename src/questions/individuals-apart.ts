/**
 * Subjects with a grant over their own data of a dataset. Each is a class of its own, because fewer parties may
 * reach others of its class.
 */
import { isApartIn } from '../domain/policy/judged-holdings.ts';
import type { IsApart } from '../domain/policy/people-by-class.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';

/** Pairs of dataset and subject, as keys. */
export type IndividualsApart = ReadonlySet<string>;

const apartKey = (dataset: string, subject: string): string => `${dataset}\n${subject}`;
const subjectOf = (key: string): string => key.slice(key.indexOf('\n') + 1);

/** The pairs that are apart because of the given grants. */
export const apartIn = (reach: ReachIndex): IndividualsApart => {
  const isApart = isApartIn(reach);
  const keys = new Set<string>();
  for (const { dataset, subject } of reach.grants.ofSingleSubjects())
    if (isApart(dataset, subject)) keys.add(apartKey(dataset, subject));
  return keys;
};

/** A predicate: whether a subject is apart for a dataset. */
export const isAmong =
  (apart: IndividualsApart): IsApart =>
  (dataset, subject) =>
    apart.size > 0 && apart.has(apartKey(dataset, subject));

/** The subjects that are apart for some dataset. */
export const subjectsApart = (apart: IndividualsApart): ReadonlyArray<string> => [...apart].map(subjectOf);

/** The subjects that are apart in only one of the two sets. */
export const subjectsChangedBetween = (
  before: IndividualsApart,
  after: IndividualsApart,
): ReadonlyArray<string> =>
  before === after
    ? []
    : [...before]
        .flatMap((key) => (after.has(key) ? [] : subjectOf(key)))
        .concat([...after].flatMap((key) => (before.has(key) ? [] : subjectOf(key))));
