/**
 * Subjects over whose data of a dataset alone there is a grant. Each is a part of its class by itself, because others in
 * the class may be reached by fewer.
 */
import { isApartIn } from '../domain/policy/judged-holdings.ts';
import type { IsApart } from '../domain/policy/people-by-class.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';

/** Datasets and subjects, as keys that are equal when both are. */
export type IndividualsApart = ReadonlySet<string>;

const apartKey = (dataset: string, subject: string): string => `${dataset}\n${subject}`;
const subjectOf = (key: string): string => key.slice(key.indexOf('\n') + 1);

/** Those who are apart by the grants there are. */
export const apartIn = (reach: ReachIndex): IndividualsApart => {
  const isApart = isApartIn(reach);
  const keys = new Set<string>();
  for (const { dataset, subject } of reach.grants.ofSingleSubjects())
    if (isApart(dataset, subject)) keys.add(apartKey(dataset, subject));
  return keys;
};

export const isAmong =
  (apart: IndividualsApart): IsApart =>
  (dataset, subject) =>
    apart.size > 0 && apart.has(apartKey(dataset, subject));

export const subjectsApart = (apart: IndividualsApart): ReadonlyArray<string> => [...apart].map(subjectOf);

/** The subjects who are apart in one of the two alone. */
export const subjectsChangedBetween = (
  before: IndividualsApart,
  after: IndividualsApart,
): ReadonlyArray<string> =>
  before === after
    ? []
    : [...before]
        .flatMap((key) => (after.has(key) ? [] : subjectOf(key)))
        .concat([...after].flatMap((key) => (before.has(key) ? [] : subjectOf(key))));
