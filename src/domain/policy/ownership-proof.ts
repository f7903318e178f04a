/**
 * By which events a party is owned from a set of countries at an instant (R23): the registrations of the owners in
 * them, and the controls by which owners hold half of what they own.
 */
import { type Held, owningShare } from '../reach/shares.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { type Interval, intervalAt, overlapOf, unchangedAround } from '../time/interval.ts';
import type { Span } from '../time/span.ts';
import { type Piece, type Varying, valueAt } from '../time/varying.ts';
import type { PartyRegistry } from './hierarchy.ts';

/** The proof, and the interval in which it stays the same. Each step says by which events it began, and ended. */
export type Proof = Piece<ReadonlyArray<Span>>;

interface Asked {
  readonly registry: PartyRegistry;
  readonly countries: ReadonlySet<string>;
  readonly weightOf: (held: Held) => bigint;
}

/** A part of a party that an owner holds at the instant. */
interface Part {
  readonly owner: string;
  readonly owned: string;
  readonly weight: bigint;
  readonly step: Span;
}

/** What holds at an instant of everybody above a party by controls. */
interface Above {
  /** Parties in the countries, and the registration of each. */
  readonly inCountries: ReadonlyMap<string, Span>;
  readonly partsBy: ReadonlyMap<string, ReadonlyArray<Part>>;
  readonly unchanged: Interval;
}

const eventsOf = (held: Held | undefined): ReadonlyArray<number> =>
  held === undefined ? [] : [held.knownBy, held.unknownBy].filter((event) => event !== null);

const stepOf = (held: Varying<Held>, { from, to, value }: Piece<Held>, weight: bigint): Span => ({
  from,
  to,
  opened: value.known === weight ? [value.knownBy!] : [value.unknownBy!],
  // Everything else that follows directly is less.
  closed: [...value.endedBy, ...eventsOf(to === never ? undefined : valueAt(held, to))],
});

const everybodyAbove = ({ registry, countries, weightOf }: Asked, party: string, instant: Instant): Above => {
  let unchanged: Interval = { from: beginning, to: never };
  const inCountries = new Map<string, Span>();
  const partsBy = new Map<string, Part[]>();
  const seen = new Set([party]);
  for (const each of seen) {
    const registered = registry.party(each);
    unchanged = overlapOf(unchanged, unchangedAround(registered, instant));
    const now = intervalAt(registered, instant);
    const country = now?.value.description.country;
    if (now !== undefined && country !== undefined && countries.has(country)) {
      const { from, to, value } = now;
      inCountries.set(each, {
        from,
        to,
        opened: value.events,
        closed: valueAt(registered, to)?.events ?? [],
      });
      continue;
    }
    for (const { owner, held } of registry.owners(each)) {
      unchanged = overlapOf(unchanged, unchangedAround(held, instant));
      const piece = intervalAt(held, instant);
      const weight = piece === undefined ? 0n : weightOf(piece.value);
      if (piece === undefined || weight === 0n) continue;
      seen.add(owner);
      const part = { owner, owned: each, weight, step: stepOf(held, piece, weight) };
      const parts = partsBy.get(owner);
      if (parts === undefined) partsBy.set(owner, [part]);
      else parts.push(part);
    }
  }
  return { inCountries, partsBy, unchanged };
};

/** What proves that the party is owned from the countries at the instant; nothing if it is not. */
export const ownershipProof = (asked: Asked, party: string, instant: Instant): Proof => {
  const { inCountries, partsBy, unchanged } = everybodyAbove(asked, party, instant);
  // Owned parties in the order of derivation, each with the shares that were enough.
  const owned = new Map<string, ReadonlyArray<Part>>([...inCountries.keys()].map((each) => [each, []]));
  const heldSoFar = new Map<string, { sum: bigint; readonly parts: Part[] }>();
  for (const owner of owned.keys()) {
    if (owned.has(party)) break;
    for (const part of partsBy.get(owner) ?? []) {
      let held = heldSoFar.get(part.owned);
      if (held === undefined) {
        held = { sum: 0n, parts: [] };
        heldSoFar.set(part.owned, held);
      }
      held.sum += part.weight;
      held.parts.push(part);
      if (held.sum >= owningShare && !owned.has(part.owned)) owned.set(part.owned, [...held.parts]);
    }
  }
  const steps: Span[] = [];
  const needed = new Set(owned.has(party) ? [party] : []);
  for (const each of needed) {
    const registration = inCountries.get(each);
    if (registration !== undefined) steps.push(registration);
    for (const { owner, step } of owned.get(each) ?? []) {
      steps.push(step);
      needed.add(owner);
    }
  }
  return { ...unchanged, value: steps };
};
