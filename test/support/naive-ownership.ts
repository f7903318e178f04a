/** Ownership at one instant, by replaying the world up to it: R23, independent of intervals. */
import type { Fact } from '../../src/domain/recording/facts.ts';

/** What holds at an instant: countries of parties, controls with their shares in tenths of a percent, memberships. */
interface World {
  readonly countries: Map<string, string | undefined>;
  readonly controls: Map<string, { controller: string; controlled: string; share: number | undefined }>;
  readonly memberships: Map<string, { member: string; group: string }>;
}

const worldAt = (facts: ReadonlyArray<Fact>, at: number): World => {
  const world: World = { countries: new Map(), controls: new Map(), memberships: new Map() };
  const inOrder = [...facts].sort((a, b) => a.time - b.time || a.position - b.position);
  for (const fact of inOrder)
    if (fact.type === 'PartyRegistered' && !world.countries.has(fact.data.party))
      world.countries.set(fact.data.party, fact.data.country);
  const first = new Set<string>();
  for (const fact of inOrder) {
    if (fact.time > at) break;
    switch (fact.type) {
      case 'PartyRegistered':
        // The first one holds from the beginning of time, whatever came before it.
        if (first.has(fact.data.party)) world.countries.set(fact.data.party, fact.data.country);
        first.add(fact.data.party);
        break;
      case 'ControlBegan': {
        const { controller, controlled, basis, share } = fact.data;
        const key = `${controller}\n${controlled}\n${basis}`;
        if (!world.controls.has(key))
          world.controls.set(key, {
            controller,
            controlled,
            share: share === undefined ? undefined : Math.round(share * 10),
          });
        break;
      }
      case 'ControlEnded':
        world.controls.delete(`${fact.data.controller}\n${fact.data.controlled}\n${fact.data.basis}`);
        break;
      case 'MembershipBegan':
        world.memberships.set(`${fact.data.member}\n${fact.data.group}`, fact.data);
        break;
      case 'MembershipEnded':
        world.memberships.delete(`${fact.data.member}\n${fact.data.group}`);
        break;
    }
  }
  return world;
};

const ownedIn = (
  { countries, controls }: World,
  from: ReadonlyArray<string>,
  unknownShareCounts: boolean,
): ReadonlySet<string> => {
  const owned = new Set<string>();
  for (const [party, country] of countries)
    if (country !== undefined && from.includes(country)) owned.add(party);
  for (;;) {
    const before = owned.size;
    for (const { controlled } of controls.values()) {
      const byOwner = new Map<string, number>();
      for (const { controller, controlled: of, share } of controls.values()) {
        if (of !== controlled || !owned.has(controller)) continue;
        const counted = share ?? (unknownShareCounts ? 1_000 : 0);
        byOwner.set(controller, Math.max(byOwner.get(controller) ?? 0, counted));
      }
      let sum = 0;
      for (const share of byOwner.values()) sum += share;
      if (sum >= 500) owned.add(controlled);
    }
    if (owned.size === before) return owned;
  }
};

/** The parties that are owned from the countries at the instant. Shares have at most one decimal. */
export const ownedAt = (
  facts: ReadonlyArray<Fact>,
  from: ReadonlyArray<string>,
  at: number,
  unknownShareCounts: boolean,
): ReadonlySet<string> => ownedIn(worldAt(facts, at), from, unknownShareCounts);

/** The parties that are, directly or through others, members of a party that is owned from the countries. */
export const employedAt = (
  facts: ReadonlyArray<Fact>,
  from: ReadonlyArray<string>,
  at: number,
  unknownShareCounts: boolean,
): ReadonlySet<string> => {
  const world = worldAt(facts, at);
  const owned = ownedIn(world, from, unknownShareCounts);
  const employed = new Set<string>();
  for (;;) {
    const before = employed.size;
    for (const { member, group } of world.memberships.values())
      if (owned.has(group) || employed.has(group)) employed.add(member);
    if (employed.size === before) return employed;
  }
};
