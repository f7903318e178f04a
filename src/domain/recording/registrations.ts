/**
 * How things are described over time: R5.
 *
 * The first registration of a thing, in folding order, holds from the beginning of time and is folded before everything
 * else; a later one replaces the whole description from its own time on. Transfers change a site's operator or owner.
 */

import type { EventData } from '../events/catalogue.ts';
import { beginning } from '../time/instant.ts';
import { type Change, untilNext, type Varying } from '../time/varying.ts';
import type { FactOf } from './facts.ts';
import { foldingOrder } from './folding-order.ts';

/** A description with the positions of the events that made it so. */
export interface Described<A> {
  readonly description: A;
  readonly events: ReadonlyArray<number>;
}

type RegistrationType = 'PartyRegistered' | 'PopulationRegistered' | 'DatasetRegistered';

/**
 * The description of one thing over time; empty if it is not registered.
 *
 * @param facts the registrations of that one thing, in any order.
 */
export const describedBy = <T extends RegistrationType>(
  facts: ReadonlyArray<FactOf<T>>,
): Varying<Described<EventData<T>>> =>
  untilNext(
    [...facts].sort(foldingOrder).map((fact, index) => ({
      from: index === 0 ? beginning : fact.time,
      value: { description: fact.data, events: [fact.position] },
    })),
  );

/** What is known of a site at an instant; an unregistered one has at most an operator and owner, by transfers. */
export interface SiteDescription {
  readonly name?: string;
  readonly country?: string;
  readonly subdivision?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly operator?: string;
  readonly owner?: string;
  /** By which events the operator and the owner are what they are. */
  readonly operatorBy?: number;
  readonly ownerBy?: number;
}

/**
 * The description of one site over time.
 *
 * @param facts the registrations and transfers of that one site, in any order.
 */
export const describedSite = (
  facts: ReadonlyArray<FactOf<'SiteRegistered'> | FactOf<'SiteTransferred'>>,
): Varying<Described<SiteDescription>> => {
  const ordered = [...facts].sort(foldingOrder);
  const first = ordered.find((fact) => fact.type === 'SiteRegistered');
  const changes: Change<Described<SiteDescription>>[] = [];
  let current: Described<SiteDescription> = { description: {}, events: [] };
  for (const fact of first === undefined ? ordered : [first, ...ordered.filter((fact) => fact !== first)]) {
    current = fact.type === 'SiteRegistered' ? registered(fact) : transferred(current, fact);
    changes.push({ from: fact === first ? beginning : fact.time, value: current });
  }
  return untilNext(changes);
};

const registered = ({ data, position }: FactOf<'SiteRegistered'>): Described<SiteDescription> => {
  const { site: _, ...description } = data;
  return {
    description: {
      ...description,
      operatorBy: position,
      ...(data.owner === undefined ? {} : { ownerBy: position }),
    },
    events: [position],
  };
};

const transferred = (
  { description, events }: Described<SiteDescription>,
  { data, position }: FactOf<'SiteTransferred'>,
): Described<SiteDescription> => ({
  description: {
    ...description,
    ...(data.operator === undefined ? {} : { operator: data.operator, operatorBy: position }),
    ...(data.owner === undefined ? {} : { owner: data.owner, ownerBy: position }),
  },
  events: [...events, position],
});
