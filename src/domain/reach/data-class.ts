/**
 * Classes of data: data at one place that the same edges lead to.
 *
 * What leads to data depends on its dataset, its site, its backup, and on the populations whose grants cover it (R14).
 * So all people of one class share their labels, and an answer about one is cut from them.
 */
import { isPopulation, type Over } from '../events/scope.ts';

/** Data of a dataset at a site, live where `backup` is null. */
export interface DataClass {
  readonly dataset: string;
  readonly site: string;
  readonly backup: string | null;
  /**
   * In code-unit order, the populations over which a grant covers it: that of the holding's scope, and the one that
   * the subject is in. Those that no grant is over may be left out.
   */
  readonly populations: ReadonlyArray<string>;
  /** The subject, where a grant over that subject's data covers it. */
  readonly subject: string | null;
}

/** Equal classes have equal keys, and different ones different keys: no identifier holds a line end. */
export const classKey = ({ dataset, site, backup, populations, subject }: DataClass): string =>
  [dataset, site, backup ?? '', subject ?? '', ...populations].join('\n');

/** Under what a grant is found: equal for equal `over` alone. */
export const overKey = (over: Over): string => {
  if ('site' in over) return `site ${over.site}`;
  if ('population' in over) return `population ${over.population}`;
  if ('backup' in over) return `backup ${over.backup}`;
  if (over.scope === undefined) return `dataset ${over.dataset}`;
  return isPopulation(over.scope)
    ? `dataset ${over.dataset}\npopulation ${over.scope.population}`
    : `dataset ${over.dataset}\nsubject ${over.scope.subject}`;
};

/** The keys of everything that a grant over the data can be over: R14. */
export const overKeysOf = ({
  dataset,
  site,
  backup,
  populations,
  subject,
}: DataClass): ReadonlyArray<string> => [
  overKey({ site }),
  overKey({ dataset }),
  ...(backup === null ? [] : [overKey({ backup })]),
  ...populations.flatMap((population) => [
    overKey({ population }),
    overKey({ dataset, scope: { population } }),
  ]),
  ...(subject === null ? [] : [overKey({ dataset, scope: { subject } })]),
];
