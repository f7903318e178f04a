/**
 * How much of a party others hold: the `share` of controls over time (R23).
 *
 * A share is what the event says that began the control (R13: beginning what lasts changes nothing). Of one controller's
 * controls on several bases the largest share counts.
 */
import type { FactOf } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import type { Instant } from '../time/instant.ts';
import { never } from '../time/instant.ts';
import { intervalAt } from '../time/interval.ts';
import type { Piece, Varying } from '../time/varying.ts';
import type { ControlFact } from './party-facts.ts';

/** What one party holds of another. */
export interface Held {
  /** The largest share that is known, in units of 10^-30 percent; 0 if none is. */
  readonly known: bigint;
  /** The event that began the control with that share. */
  readonly knownBy: number | null;
  /** The event that began a control without a share; null if there is none. */
  readonly unknownBy: number | null;
  /** The events that ended it, where it ends. */
  readonly endedBy: ReadonlyArray<number>;
}

/** Who holds something of a party, and how much over time. */
export interface Owner {
  readonly owner: string;
  readonly held: Varying<Held>;
}

const decimals = 30;

/** A percentage in units of 10^-30 percent: exact, so that 19.9 and 30.1 add up to 50. */
const exactShare = (percent: number): bigint => {
  const [mantissa = '0', exponent = '0'] = String(percent).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const zeros = decimals - fraction.length + Number(exponent);
  return zeros < 0 ? 0n : BigInt(whole + fraction) * 10n ** BigInt(zeros);
};

/** All of a party. */
export const wholeShare = exactShare(100);
/** The share that makes a party owned: 50 percent. */
export const owningShare = exactShare(50);

interface OnOneBasis {
  readonly from: Instant;
  readonly to: Instant;
  readonly share: bigint | null;
  readonly began: number;
  readonly ended: number | null;
}

const onOneBasis = (facts: ReadonlyArray<ControlFact>): ReadonlyArray<OnOneBasis> => {
  const out: OnOneBasis[] = [];
  let lasting: { readonly fact: FactOf<'ControlBegan'> } | undefined;
  const end = (to: Instant, ended: number | null): void => {
    if (lasting === undefined) return;
    const { fact } = lasting;
    const share = fact.data.share === undefined ? null : exactShare(fact.data.share);
    if (fact.time < to) out.push({ from: fact.time, to, share, began: fact.position, ended });
    lasting = undefined;
  };
  for (const fact of [...facts].sort(foldingOrder)) {
    if (fact.type === 'ControlEnded') end(fact.time, fact.position);
    else lasting ??= { fact: fact as FactOf<'ControlBegan'> };
  }
  end(never, null);
  return out;
};

/** What the controller held of the controlled party, by the facts of the two. */
const sharesHeld = (facts: ReadonlyArray<ControlFact>): Varying<Held> => {
  const bases = [...Map.groupBy(facts, ({ data }) => data.basis).values()].map(onOneBasis);
  const bounds = [...new Set(bases.flat().flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return bounds.slice(0, -1).flatMap((from, index): Piece<Held>[] => {
    const to = bounds[index + 1]!;
    const lasting = bases.flatMap((basis) => intervalAt(basis, from) ?? []);
    return lasting.length === 0 ? [] : [{ from, to, value: heldBy(lasting, to) }];
  });
};

const heldBy = (lasting: ReadonlyArray<OnOneBasis>, to: Instant): Held => {
  let largest: OnOneBasis | undefined;
  for (const each of lasting)
    if (each.share !== null && (largest === undefined || each.share > largest.share!)) largest = each;
  return {
    known: largest?.share ?? 0n,
    knownBy: largest?.began ?? null,
    unknownBy: lasting.find(({ share }) => share === null)?.began ?? null,
    endedBy: lasting.flatMap((each) => (each.to === to && each.ended !== null ? [each.ended] : [])),
  };
};

/** Who holds something of the party, by the facts of its controls. */
export const ownersIn = (facts: ReadonlyArray<ControlFact>): ReadonlyArray<Owner> =>
  [...Map.groupBy(facts, ({ data }) => data.controller)]
    .map(([owner, of]): Owner => ({ owner, held: sharesHeld(of) }))
    .filter(({ held }) => held.length > 0);
