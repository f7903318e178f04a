/**
 * The draft of a policy. It is stored in the part of the address after `#`, which browsers do not send. So it may
 * have any length, and a link shows the same draft to others.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Identifier } from '../../../src/domain/events/identifier.ts';
import { readMoment } from '../clocks/instants.ts';

/** A draft. Dates are kept as typed. */
export interface Draft {
  readonly policy: string;
  readonly title: string;
  readonly authority: string;
  readonly cedar: string;
  readonly effectiveFrom: string;
  readonly effectiveUntil: string;
}

const example = `// Nobody outside the US may reach the data of US users.
@id("reached-from-abroad")
forbid(principal, action == Action::"reach", resource)
when { resource.jurisdiction == "US" }
unless { principal in Country::"US" };
`;

export const emptyDraft: Draft = {
  policy: '',
  title: '',
  authority: '',
  cedar: example,
  effectiveFrom: '',
  effectiveUntil: '',
};

/** The fields of a draft. */
export const draftFields = Object.keys(emptyDraft) as ReadonlyArray<keyof Draft>;

/** Reads a draft from an address. */
export const readDraft = (hash: string): Partial<Draft> => {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(
    draftFields.flatMap((field) => {
      const value = parameters.get(field);
      return value === null ? [] : [[field, value]];
    }),
  );
};

/** Writes a draft into an address. */
export const writeDraft = (draft: Draft): string =>
  new URLSearchParams(
    draftFields.filter((field) => draft[field] !== '').map((field) => [field, draft[field]]),
  ).toString();

/** The faults of each field, found before the draft is sent. */
export const faultsOf = ({
  policy,
  title,
  cedar,
  effectiveFrom,
  effectiveUntil,
}: Draft): Partial<Record<keyof Draft, string>> => {
  const faults: Partial<Record<keyof Draft, string>> = {};
  if (!Identifier.is(policy)) faults.policy = `Enter ${Identifier.name}.`;
  if (title.trim() === '') faults.title = 'Enter a title. Readers of the findings see it.';
  if (cedar.trim() === '') faults.cedar = 'Enter at least one rule.';
  const from = readMoment(effectiveFrom);
  if (E.isLeft(from)) faults.effectiveFrom = from.left;
  const until = effectiveUntil === '' ? undefined : readMoment(effectiveUntil);
  if (until !== undefined && E.isLeft(until)) faults.effectiveUntil = until.left;
  return faults;
};

/** A typed date as an instant of RFC 3339; empty if invalid. */
export const momentOf = (typed: string): string => {
  const read = readMoment(typed);
  return E.isRight(read) ? read.right : '';
};
