/**
 * The data of a holding, for all of its people or those of a part: questions about sites, parties and policies ask for it.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Timeline } from '../time/timeline.ts';
import type { DataClass } from './data-class.ts';
import { type DataPresence, isGrantedOver, presenceOfClass } from './data-presence.ts';
import type { Grants } from './grants.ts';

/** The data of one holding, or the part of it of those people whom grants treat alike. */
export interface HeldData {
  readonly dataset: string;
  readonly site: string;
  /** Null for live data. */
  readonly backup: string | null;
  /** The population of the holding's scope; null for subjects' own holdings and their backups. */
  readonly population: string | null;
  /** The population that the people of this part are in while it is present: grants over that one cover it too (R14). */
  readonly memberOf: string | null;
  /** The one person of this part, where a grant over that subject's data is to count. */
  readonly subject: string | null;
  /** When the holding had such a part. */
  readonly present: Timeline;
}

/** The class of the data. */
export const classOfHeld = (
  grants: Grants,
  { dataset, site, backup, population, memberOf, subject }: HeldData,
): DataClass => ({
  dataset,
  site,
  backup,
  populations: [...new Set([population, memberOf])]
    .filter((each) => each !== null)
    .filter((each) => isGrantedOver(grants, dataset, each))
    .sort(codeUnitOrder),
  subject,
});

/** The presences of the data. */
export const heldPresences = (grants: Grants, held: HeldData): ReadonlyArray<DataPresence> => {
  const data = classOfHeld(grants, held);
  return held.present.map((interval) => presenceOfClass(data, interval));
};
