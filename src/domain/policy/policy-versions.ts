/**
 * Policies over time: R18. Each adoption makes a version; when each counts follows from the events of its policy.
 *
 * Versions are independent: an older one stays in force beside a newer one, in its own effective interval, and its
 * verdicts stay. Only its `effectiveUntil` or a withdrawal ends it.
 */

import { concerns, type TypeConcerning } from '../events/catalogue.ts';
import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Discrepancy, PolicyDiscrepancy } from '../recording/discrepancy.ts';
import type { Fact, FactOf } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { intervalAt, overlaps } from '../time/interval.ts';
import { gapsBetween, type Span, spansWhile } from '../time/span.ts';
import { builtInPolicies } from './built-in.ts';

/** One version of a policy. */
export interface PolicyVersion {
  readonly policy: string;
  /** From 1, in the order of adoption (R3). */
  readonly version: number;
  readonly title: string;
  readonly authority: string | null;
  /** Its text; null for a built-in policy that is not written in Cedar. */
  readonly cedar: string | null;
  readonly effectiveFrom: Instant;
  readonly effectiveUntil: Instant;
  /** The position of its adoption; null for what is built in or proposed. */
  readonly adoptedBy: number | null;
  /** When it counts, with the events that began and ended it. */
  readonly inForce: ReadonlyArray<Span>;
}

export interface Policies {
  /** By policy, in code-unit order, then by version. */
  readonly versions: ReadonlyArray<PolicyVersion>;
  readonly discrepancies: ReadonlyArray<Discrepancy<PolicyDiscrepancy>>;
}

export type PolicyFact = FactOf<TypeConcerning<'policy'>>;

/** Whether the fact is about a policy. */
export const isPolicyFact = (fact: Fact): fact is Fact & PolicyFact => concerns(fact.type, 'policy');

interface Draft {
  readonly version: Omit<PolicyVersion, 'inForce'>;
  withdrawn: { readonly time: Instant; readonly position: number } | undefined;
}

/** The fold of one policy's events. */
class PolicyFold {
  readonly drafts: Draft[] = [];
  readonly suspensions: Span[] = [];
  readonly discrepancies: Discrepancy<PolicyDiscrepancy>[] = [];
  suspended: { readonly time: Instant; readonly position: number } | undefined;

  apply(fact: PolicyFact): void {
    switch (fact.type) {
      case 'PolicyAdopted':
        return this.adopt(fact as FactOf<'PolicyAdopted'>);
      case 'PolicySuspended':
        // It also suspends later adoptions.
        if (this.suspended === undefined) this.suspended = fact;
        else this.note('policy-already-suspended', fact);
        return;
      case 'PolicyReinstated':
        return this.reinstate(fact);
      case 'PolicyWithdrawn':
        return this.withdraw(fact);
    }
  }

  note(code: PolicyDiscrepancy, { position }: PolicyFact): void {
    this.discrepancies.push({ position, code });
  }

  adopt(fact: FactOf<'PolicyAdopted'>): void {
    const { policy, title, authority = null, cedar, effectiveFrom, effectiveUntil = never } = fact.data;
    if (effectiveFrom >= effectiveUntil) this.note('policy-never-effective', fact);
    const version = this.drafts.length + 1;
    this.drafts.push({
      version: {
        policy,
        version,
        title,
        authority,
        cedar,
        effectiveFrom,
        effectiveUntil,
        adoptedBy: fact.position,
      },
      withdrawn: undefined,
    });
  }

  reinstate(fact: PolicyFact): void {
    if (this.suspended === undefined) return this.note('policy-not-suspended', fact);
    const { time, position } = this.suspended;
    this.suspended = undefined;
    if (time < fact.time)
      this.suspensions.push({ from: time, to: fact.time, opened: [position], closed: [fact.position] });
  }

  /** A withdrawal ends the versions there are; a later adoption is a new beginning. */
  withdraw(fact: PolicyFact): void {
    const open = this.drafts.filter(({ withdrawn }) => withdrawn === undefined);
    if (open.length === 0)
      this.note(this.drafts.length === 0 ? 'unknown-policy' : 'policy-already-withdrawn', fact);
    for (const draft of open) draft.withdrawn = fact;
  }

  versions(): ReadonlyArray<PolicyVersion> {
    const { suspended } = this;
    const suspensions =
      suspended === undefined
        ? this.suspensions
        : [
            ...this.suspensions,
            { from: suspended.time, to: never, opened: [suspended.position], closed: [] },
          ];
    return this.drafts.map(({ version, withdrawn }) => ({
      ...version,
      inForce: whileCounting(version, withdrawn, suspensions),
    }));
  }
}

/** The effective interval up to a withdrawal, without the suspensions. */
const whileCounting = (
  { effectiveFrom, effectiveUntil, adoptedBy }: Draft['version'],
  withdrawn: Draft['withdrawn'],
  suspensions: ReadonlyArray<Span>,
): ReadonlyArray<Span> => {
  const adopted = adoptedBy === null ? [] : [adoptedBy];
  const isWithdrawnEarly = withdrawn !== undefined && withdrawn.time < effectiveUntil;
  const end = isWithdrawnEarly ? withdrawn.time : effectiveUntil;
  const endedBy = isWithdrawnEarly ? [withdrawn.position] : [];
  const effective: Span = { from: effectiveFrom, to: end, opened: adopted, closed: endedBy };
  return spansWhile([effective], gapsBetween(suspensions.filter((each) => overlaps(each, effective))));
};

/**
 * Every version of every policy, the built-in ones included, and when each counts.
 *
 * @param facts in any order; those about other things are passed over.
 */
export const policiesOf = (facts: Iterable<Fact>): Policies => {
  const folds = new Map<string, PolicyFold>();
  for (const { policy, title, authority, cedar } of builtInPolicies) {
    const fold = new PolicyFold();
    fold.drafts.push({
      version: {
        policy,
        version: 1,
        title,
        authority,
        cedar,
        effectiveFrom: beginning,
        effectiveUntil: never,
        adoptedBy: null,
      },
      withdrawn: undefined,
    });
    folds.set(policy, fold);
  }
  for (const fact of [...facts].filter(isPolicyFact).sort(foldingOrder)) {
    const { policy } = fact.data;
    const fold = folds.get(policy) ?? new PolicyFold();
    folds.set(policy, fold);
    fold.apply(fact);
  }
  const inOrder = [...folds].sort(([a], [b]) => codeUnitOrder(a, b));
  return {
    versions: inOrder.flatMap(([, fold]) => fold.versions()),
    discrepancies: inOrder
      .flatMap(([, { discrepancies }]) => discrepancies)
      .sort((a, b) => a.position - b.position),
  };
};

/** The newest version of the policy that counts at the instant. */
export const versionInForce = (
  versions: ReadonlyArray<PolicyVersion>,
  policy: string,
  at: Instant,
): PolicyVersion | undefined =>
  versions.findLast((version) => version.policy === policy && intervalAt(version.inForce, at) !== undefined);
