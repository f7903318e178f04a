/**
 * Ownership (R23): when a party was owned from a set of countries, at 50 percent or more, directly or indirectly, by one
 * owner or by several together.
 *
 * A party is owned from the countries while it is in one of them itself, or while owners that are owned from them
 * together hold 50 percent or more of it. That is a least fixpoint: parties that own each other in a circle are not
 * owned from the countries unless somebody from them owns one of the circle. A control without a share may be all of
 * the party or nothing of it. What holds either way is certain; what holds only if it is all of the party is possible.
 */
import { type Held, type Owner, owningShare, wholeShare } from '../reach/shares.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { type Interval, intervalAt, overlapOf, unchangedAround } from '../time/interval.ts';
import {
  complement,
  extend,
  intersect,
  subtract,
  type Timeline,
  type TimelineDraft,
  union,
} from '../time/timeline.ts';
import { type Piece, valueAt, when } from '../time/varying.ts';
import type { Owned, OwnedFrom } from './cedar/request-history.ts';
import type { PartyRegistry } from './hierarchy.ts';
import { ownershipProof, type Proof } from './ownership-proof.ts';

/** How a control without a share counts: as nothing of the party, or as all of it. */
type Reading = 'certain' | 'possible';
const readings: ReadonlyArray<Reading> = ['certain', 'possible'];

/** When a party was owned from the countries, in both readings. */
type WhenOwned = Readonly<Record<Reading, Timeline>>;

const weightOf = ({ known, unknownBy }: Held, reading: Reading): bigint =>
  reading === 'possible' && unknownBy !== null ? wholeShare : known;

/** Who is owned from one set of countries. Results for one party are kept for the others. */
export class Ownership {
  private readonly registry: PartyRegistry;
  private readonly countries: ReadonlySet<string>;
  private readonly solved = new Map<string, WhenOwned>();
  private readonly owned = new Map<string, OwnedFrom>();
  private readonly employed = new Map<string, OwnedFrom>();

  constructor(registry: PartyRegistry, countries: Iterable<string>) {
    this.registry = registry;
    this.countries = new Set(countries);
  }

  /** When the party was owned from the countries. */
  ownedFrom(party: string): OwnedFrom {
    let found = this.owned.get(party);
    if (found === undefined) {
      const whenOwned = this.whenOwned(party);
      found = historyOf(whenOwned, (reading, instant) => this.proofOf(party, reading, instant));
      this.owned.set(party, found);
    }
    return found;
  }

  /** When a party that was owned from the countries employed the party, or one of its teams. */
  employedFrom(party: string): OwnedFrom {
    let found = this.employed.get(party);
    if (found === undefined) {
      const under = this.employersOf(party);
      const whenEmployed = { certain: [] as Timeline, possible: [] as Timeline };
      for (const [employer, while_] of under) {
        const owned = this.whenOwned(employer);
        for (const reading of readings)
          whenEmployed[reading] = union(whenEmployed[reading], intersect(while_, owned[reading]));
      }
      found = historyOf(whenEmployed, (reading, instant) => this.proofOfEmployment(party, reading, instant));
      this.employed.set(party, found);
    }
    return found;
  }

  private whenOwned(party: string): WhenOwned {
    if (!this.solved.has(party)) this.solve(party);
    return this.solved.get(party)!;
  }

  /** Solves the party and everybody above it by controls, owners before what they own wherever there is no circle. */
  private solve(party: string): void {
    const { order, ownedBy } = this.unsolvedAbove(party);
    for (const each of order) {
      const at = this.inCountries(each);
      this.solved.set(each, { certain: at, possible: at });
    }
    const waiting = new Set(order);
    for (const each of waiting) {
      // Removed before it is solved; a later gain of its owners puts it back.
      waiting.delete(each);
      const before = this.solved.get(each)!;
      const now = {
        certain: union(before.certain, this.whileHalfIsHeld(each, 'certain')),
        possible: union(before.possible, this.whileHalfIsHeld(each, 'possible')),
      };
      if (readings.every((reading) => subtract(now[reading], before[reading]).length === 0)) continue;
      this.solved.set(each, now);
      for (const owned of ownedBy.get(each) ?? []) waiting.add(owned);
    }
  }

  /** In post-order along the owners; and whom each of these owns. */
  private unsolvedAbove(party: string) {
    const order: string[] = [];
    const ownedBy = new Map<string, string[]>();
    const seen = new Set([party]);
    const path: { readonly each: string; readonly owners: ReadonlyArray<Owner>; next: number }[] = [
      { each: party, owners: this.registry.owners(party), next: 0 },
    ];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const owner = top.owners[top.next++]?.owner;
      if (owner === undefined) {
        order.push(top.each);
        path.pop();
        continue;
      }
      if (this.solved.has(owner)) continue;
      const owned = ownedBy.get(owner);
      if (owned === undefined) ownedBy.set(owner, [top.each]);
      else owned.push(top.each);
      if (seen.has(owner)) continue;
      seen.add(owner);
      path.push({ each: owner, owners: this.registry.owners(owner), next: 0 });
    }
    return { order, ownedBy };
  }

  private isIn(country: string | undefined): boolean {
    return country !== undefined && this.countries.has(country);
  }

  private inCountries(party: string): Timeline {
    return when(this.registry.party(party), ({ description }) => this.isIn(description.country));
  }

  /** When its owners that are owned from the countries, as far as is known by now, hold half of the party together. */
  private whileHalfIsHeld(party: string, reading: Reading): Timeline {
    const changes: { readonly at: Instant; readonly by: bigint }[] = [];
    for (const { owner, held } of this.registry.owners(party)) {
      const owned = this.solved.get(owner)![reading];
      if (owned.length === 0) continue;
      for (const { from, to, value } of held) {
        const by = weightOf(value, reading);
        if (by === 0n) continue;
        for (const both of intersect(owned, [{ from, to }]))
          changes.push({ at: both.from, by }, { at: both.to, by: -by });
      }
    }
    changes.sort((a, b) => a.at - b.at);
    const half: TimelineDraft = [];
    let sum = 0n;
    changes.forEach(({ at, by }, index) => {
      sum += by;
      if (sum >= owningShare) extend(half, at, changes[index + 1]?.at ?? never);
    });
    return half;
  }

  private proofOf(party: string, reading: Reading, instant: Instant): Proof {
    return ownershipProof(
      { registry: this.registry, countries: this.countries, weightOf: (held) => weightOf(held, reading) },
      party,
      instant,
    );
  }

  /** When the party was under each of its teams and employers, and theirs. */
  private employersOf(party: string): ReadonlyMap<string, Timeline> {
    const under = new Map<string, Timeline>();
    const waiting = new Map<string, Timeline>([[party, [{ from: beginning, to: never }]]]);
    for (const [each, here] of waiting) {
      waiting.delete(each);
      for (const { party: above, edge, spans } of this.registry.above(each)) {
        if (edge === 'controls') continue;
        const before = under.get(above) ?? [];
        const gained = subtract(intersect(here, spans), before);
        if (gained.length === 0) continue;
        under.set(above, union(before, gained));
        waiting.set(above, under.get(above)!);
      }
    }
    return under;
  }

  private proofOfEmployment(party: string, reading: Reading, instant: Instant): Proof {
    let unchanged: Interval = { from: beginning, to: never };
    const by = new Map<string, Proof['value']>([[party, []]]);
    for (const [each, steps] of by) {
      for (const { party: above, edge, spans } of this.registry.above(each)) {
        if (edge === 'controls' || by.has(above)) continue;
        unchanged = overlapOf(unchanged, unchangedAround(spans, instant));
        const span = intervalAt(spans, instant);
        if (span === undefined) continue;
        const reached = [...steps, span];
        by.set(above, reached);
        if (intervalAt(this.whenOwned(above)[reading], instant) === undefined) continue;
        const owned = this.proofOf(above, reading, instant);
        return { ...overlapOf(unchanged, owned), value: [...reached, ...owned.value] };
      }
    }
    return { ...unchanged, value: [] };
  }
}

const historyOf = (
  { certain, possible }: WhenOwned,
  proofOf: (reading: Reading, instant: Instant) => Proof,
): OwnedFrom => {
  const pieces = [
    ...certain.map(({ from, to }): Piece<Owned> => ({ from, to, value: 'yes' })),
    ...subtract(possible, certain).map(({ from, to }): Piece<Owned> => ({ from, to, value: 'unknown' })),
    ...complement(possible).map(({ from, to }): Piece<Owned> => ({ from, to, value: 'no' })),
  ].sort((a, b) => a.from - b.from);
  const eventsAt = (instant: Instant): Piece<ReadonlyArray<number>> => {
    const { from, to, value } = proofOf(valueAt(pieces, instant) === 'yes' ? 'certain' : 'possible', instant);
    return { from, to, value: value.flatMap(({ opened }) => opened) };
  };
  const eventsAgainst = (instant: Instant, since: Instant): ReadonlyArray<number> => {
    const last = pieces.findLast(({ to, value }) => to <= instant && value !== 'no');
    if (last === undefined || last.to < since) return [];
    const { value } = proofOf(last.value === 'yes' ? 'certain' : 'possible', last.to - 1);
    return value.filter(({ to }) => to === last.to).flatMap(({ closed }) => closed);
  };
  return { pieces, eventsAt, eventsAgainst };
};
